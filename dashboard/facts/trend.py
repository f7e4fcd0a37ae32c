"""What figures were on the last days, by the snapshots: assembly and reading."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from dashboard.facts.reads import all_rows
from dashboard.facts.sight import Sight
from schemas.figures.days import days_pipeline
from schemas.figures.names import Family
from schemas.views import SNAPSHOTS

DAYS: Final = 30
Row = Mapping[str, Any]
Past = Sequence[tuple[date, Sequence[Row]]]
"""Of every instance its own today, and the rows of `days_pipeline`."""


class Trend(NamedTuple):
    """A value a day, the last is today's; None where not every instance knows it."""

    values: tuple[float | None, ...] = ()

    @property
    def yesterday(self) -> float | None:
        """As that day ended."""
        return self.values[-2] if len(self.values) > 1 else None


def trend(past: Past, figure: str, days: int = DAYS) -> Trend:
    """Of all instances together; each counts its own days back."""
    back = [
        {(today - date.fromisoformat(row["_id"])).days: row["figures"][figure] for row in rows if figure in row["figures"]}
        for today, rows in past
    ]
    if not back:
        return Trend()
    return Trend(
        tuple(sum(of[ago] for of in back) if all(ago in of for of in back) else None for ago in range(days - 1, -1, -1))
    )


def added(found: Mapping[str, Trend], figures: Iterable[str]) -> Trend | None:
    """These figures together, None on a day of which one is not known. None where one was not asked for."""
    parts = [found.get(figure) for figure in figures]
    if not all(parts):
        return None
    days = zip(*(part.values for part in parts if part), strict=True)
    return Trend(tuple(None if None in day else sum(value for value in day if value is not None) for day in days))


async def past(sight: Sight, family: Family, days: int = DAYS) -> Past:
    """Of the chosen instances, one after the other."""
    found = []
    for instance in sight.instances:
        today = sight.now.astimezone(instance.clock).date()
        pipeline = days_pipeline(instance.name, instance.zone, family, today - timedelta(days=days - 1), today)
        found.append((today, await all_rows(sight.database, SNAPSHOTS, pipeline)))
    return found


async def trends(sight: Sight, family: Family, figures: Iterable[str], days: int = DAYS) -> Mapping[str, Trend]:
    """By the names of these figures of a `family`."""
    rows = await past(sight, family, days)
    return {figure: trend(rows, figure, days) for figure in figures}
