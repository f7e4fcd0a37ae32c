"""One figure over time: a pipeline over `snapshots`, and what its rows become by day, week or month.

A day is what its last row says that knows the figure. Of a week or a month, what is owed is its last day's; calls add up
(`schemas.figures.names`, `Over`). A day without such a row is unknown, and a period without any day too: never 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from schemas.figures.days import last_rows
from schemas.figures.names import FIGURES, Figure
from schemas.figures.scope import Pipeline, Row
from schemas.figures.snapshots import Source

Group = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Point:
    """One group of days. `day`: the first of the group. `days`: how many of it are known; `rebuilt`: of these.

    `value` is None where nothing is known. `version`: of the family; of several, the newest.
    """

    day: date
    value: float | None
    days: int = 0
    rebuilt: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class Series:
    """`points`: one for each group from the first day to the last; `before`: of the period before, which is as long."""

    figure: Figure
    points: tuple[Point, ...]
    before: tuple[Point, ...]

    @property
    def value(self) -> float | None:
        """Of the whole period."""
        return _together([point.value for point in self.points], self.figure)

    @property
    def value_before(self) -> float | None:
        """Of the whole period before."""
        return _together([point.value for point in self.before], self.figure)

    @property
    def change(self) -> float | None:
        """Share by which the period differs from the one before: 0.1 is 10 % more. None where it cannot be said."""
        now, then = self.value, self.value_before
        return None if now is None or not then else (now - then) / then


@dataclass(frozen=True, slots=True)
class DayValue:
    """One instance's figure of one local day, by its last row."""

    instance: str
    day: date
    value: float
    source: Source
    version: int


def period_before(first: date, last: date) -> tuple[date, date]:
    """As many days, ending on the day before `first`."""
    return first - (last - first) - timedelta(days=1), first - timedelta(days=1)


def history_pipeline(instance: str, zone: str, figure: str, first: date, last: date) -> Pipeline:
    """Over `snapshots`; a row, for `day_values`, of each local day from `first` to `last`.

    Raises LookupError for a figure that is none.
    """
    family = FIGURES[figure].family

    def of_family(field: str) -> dict[str, Any]:
        return {"$getField": {"field": family, "input": f"$row.{field}"}}

    return [
        *last_rows(instance, zone, family, first, last),
        {
            "$project": {
                "value": {"$getField": {"field": {"$literal": figure}, "input": "$row.figures"}},
                "source": of_family("source"),
                "version": of_family("version"),
                "instance": "$row.instance",
            }
        },
        {"$match": {"value": {"$ne": None}}},
        {"$sort": {"_id": 1}},
    ]


def day_values(rows: Iterable[Row]) -> tuple[DayValue, ...]:
    """The rows of `history_pipeline`, by day."""
    return tuple(
        DayValue(row["instance"], date.fromisoformat(row["_id"]), row["value"], row["source"], row["version"])
        for row in rows
        if row.get("value") is not None
    )


def series(figure: str, values: Iterable[DayValue], first: date, last: date, group: Group = "day") -> Series:
    """The figure from `first` to `last` and in the period before. `values`: of both periods, of one instance or several.

    Of several instances a day is the sum of those that know it; shares cannot be added, and need one instance.
    """
    of = FIGURES[figure]
    by_day: dict[date, list[DayValue]] = {}
    for value in values:
        by_day.setdefault(value.day, []).append(value)
    begins, ends = period_before(first, last)
    return Series(of, _points(of, by_day, first, last, group), _points(of, by_day, begins, ends, group))


def _points(
    figure: Figure, by_day: Mapping[date, Sequence[DayValue]], first: date, last: date, group: Group
) -> tuple[Point, ...]:
    groups: dict[date, list[date]] = {}
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        groups.setdefault(max(first, beginning(day, group)), []).append(day)
    return tuple(_point(figure, start, [by_day[day] for day in days if day in by_day]) for start, days in groups.items())


def _point(figure: Figure, start: date, known: Sequence[Sequence[DayValue]]) -> Point:
    return Point(
        start,
        _together([sum(one.value for one in day) for day in known], figure),
        len(known),
        sum(any(one.source == "rebuilt" for one in day) for day in known),
        max((one.version for day in known for one in day), default=0),
    )


def _together(values: Iterable[float | None], figure: Figure) -> float | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    return sum(known) if figure.over == "sum" else known[-1]


def beginning(day: date, group: Group) -> date:
    """The first day of the group in which `day` lies; weeks begin on Monday."""
    match group:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case _:
            return day
