"""What figures were on the last days, by the snapshots: assembly and reading."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from dashboard.facts.asked import Sight
from dashboard.facts.reads import all_rows
from schemas.figures.history import DayValue, day_values, history_pipeline
from schemas.instances import Instance
from schemas.views import SNAPSHOTS

DAYS: Final = 30


class Trend(NamedTuple):
    """A value a day, the last is today's; None where not every instance knows it."""

    values: tuple[float | None, ...] = ()

    @property
    def yesterday(self) -> float | None:
        """As that day ended."""
        return self.values[-2] if len(self.values) > 1 else None


def trend(of_each: Sequence[tuple[date, Sequence[DayValue]]]) -> Trend:
    """`of_each`: today and the known days of every instance; each counts its own days back."""
    back: list[dict[int, float]] = [{(today - one.day).days: one.value for one in found} for today, found in of_each]
    if not back:
        return Trend()
    return Trend(
        tuple(
            sum(days[ago] for days in back) if all(ago in days for days in back) else None for ago in range(DAYS - 1, -1, -1)
        )
    )


async def trends(sight: Sight, figures: Iterable[str]) -> Mapping[str, Trend]:
    """By the figures' names, of all chosen instances together."""
    return {figure: trend([await _days(sight, instance, figure) for instance in sight.instances]) for figure in figures}


async def _days(sight: Sight, instance: Instance, figure: str) -> tuple[date, Sequence[DayValue]]:
    today = sight.now.astimezone(instance.clock).date()
    pipeline = history_pipeline(instance.name, instance.zone, figure, today - timedelta(days=DAYS - 1), today)
    return today, day_values(await all_rows(sight.database, SNAPSHOTS, pipeline))
