"""One figure of the snapshots over a period, by provider, beside the period before; pure, `read` apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, Literal

from dashboard.facts.asked import Filters
from dashboard.facts.sight import Sight
from schemas.figures.history import DayValue, Group, Point, day_values, history_pipeline, period_before, series
from schemas.figures.names import FIGURES, Figure
from schemas.instances import Instance
from schemas.runtime.mongo import aggregated
from schemas.views import SNAPSHOTS

QUERY_MS = 15_000
FIGURE: Final = "standing.overdue_cents"
DAYS, MOST_DAYS = 30, 1_096
"""Of a period: where none is chosen, and at most."""
EARLIEST = date(2000, 1, 1)
"""Days before are a slip of whoever wrote the address."""
AS_DAYS, AS_WEEKS = 92, 366
"""Longer periods are grouped by weeks, and then by months, where no group is chosen."""

Incomparable = Literal["", "unknown", "zero", "providers", "definition", "share"]
"""Why the period cannot be compared with the one before."""


@dataclass(frozen=True, slots=True)
class Turn:
    """From `day` on the figure is counted by another `version` of its definition than before."""

    day: date
    version: int


@dataclass(frozen=True, slots=True)
class Line:
    """One provider's. `before`: a point for each of `points`, of as many days, cut at the same places.

    `value` and `value_before` are of the whole periods. `known_until`: the last day of the period that is known.
    """

    instance: str
    title: str
    points: tuple[Point, ...]
    before: tuple[Point, ...]
    value: float | None
    value_before: float | None
    known_until: date | None
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, eq=False)
class History:
    """From `first` to `last`, local days. Compared by identity: one object is shown to everybody who asked for it."""

    figure: Figure
    group: Group
    first: date
    last: date
    today: date
    lines: tuple[Line, ...]

    @property
    def several(self) -> bool:
        """More than one provider is shown."""
        return len(self.lines) > 1

    @property
    def value(self) -> float | None:
        """Of the providers that are known, together; shares cannot be added."""
        return _together(self.figure, [line.value for line in self.lines])

    @property
    def value_before(self) -> float | None:
        """The same of the period before."""
        return _together(self.figure, [line.value_before for line in self.lines])

    @property
    def incomparable(self) -> Incomparable:
        """Empty where `change` can be said."""
        if self.figure.unit == "share" and self.several:
            return "share"
        if self.value is None or self.value_before is None:
            return "unknown"
        if any((line.value is None) != (line.value_before is None) for line in self.lines):
            return "providers"
        if any(line.turns for line in self.lines):
            return "definition"
        return "" if self.value_before else "zero"

    @property
    def change(self) -> float | None:
        """Share by which the period differs from the one before: 0.1 is 10 % more. Calls by the mean of known days."""
        if self.incomparable:
            return None
        now = sum(rate(self.figure, line.value or 0, days(line.points)) for line in self.lines)
        then = sum(rate(self.figure, line.value_before or 0, days(line.before)) for line in self.lines)
        return (now - then) / then

    def days_of(self, index: int) -> int:
        """How many days the group at `index` has."""
        points = self.lines[0].points
        end = points[index + 1].day if index + 1 < len(points) else self.last + timedelta(days=1)
        return (end - points[index].day).days


def days(points: Iterable[Point]) -> int:
    """How many of them are known."""
    return sum(point.days for point in points)


def rate(figure: Figure, value: float, known: int) -> float:
    """What is compared: of what adds up, the mean of the `known` days, for no two periods know equally many."""
    return value / max(known, 1) if figure.over == "sum" else value


def change_of(figure: Figure, now: Point, then: Point) -> float | None:
    """The share by which two groups of days differ; None where one is not known or they were counted in different ways."""
    if now.value is None or not then.value or now.version != then.version:
        return None
    before = rate(figure, then.value, then.days)
    return (rate(figure, now.value, now.days) - before) / before


def _together(figure: Figure, values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    if not known or (figure.unit == "share" and len(values) > 1):
        return None
    return sum(known)


def period(filters: Filters, today: date) -> tuple[date, date]:
    """The first and the last day that are shown: own days, or so many until `today`. Never later, never too many."""
    last = today if filters.until is None or filters.until < EARLIEST else min(filters.until, today)
    if filters.since is None or filters.since > last:
        return last - timedelta(days=int(filters.period or DAYS) - 1), last
    return max(filters.since, last - timedelta(days=MOST_DAYS - 1)), last


def group_of(filters: Filters, first: date, last: date) -> Group:
    """As chosen, else such that the groups can be told apart."""
    days = (last - first).days + 1
    if filters.group:
        return filters.group
    return "day" if days <= AS_DAYS else "week" if days <= AS_WEEKS else "month"


def line(instance: Instance, figure: str, values: Iterable[DayValue], span: tuple[date, date], group: Group) -> Line:
    """One provider's, of its `values` of the period `span` and of the one before."""
    first, last = span
    found = sorted(values, key=lambda one: one.day)
    length = last - first + timedelta(days=1)
    begins, _ = period_before(first, last)
    inside = [one for one in found if first <= one.day <= last]
    # moved to the days that they are compared with, so that weeks and months are cut at the same places
    moved = [replace(one, day=one.day + length) for one in found if begins <= one.day < first]
    now, then = (series(figure, each, first, last, group) for each in (inside, moved))
    return Line(
        instance.name,
        instance.title or instance.name,
        now.points,
        then.points,
        now.value,
        then.value,
        inside[-1].day if inside else None,
        tuple(Turn(one.day, one.version) for before, one in pairwise(found) if one.version != before.version),
    )


async def read(sight: Sight, filters: Filters) -> History:
    """Of each chosen provider, on its own calendar."""
    figure = filters.figure or FIGURE
    today = max((sight.now.astimezone(one.clock).date() for one in sight.instances), default=sight.now.date())
    span = first, last = period(filters, today)
    group = group_of(filters, first, last)
    begins, _ = period_before(first, last)
    lines = []
    for instance in sight.instances:
        pipeline = history_pipeline(instance.name, instance.zone, figure, begins, last)
        days = day_values(await aggregated(sight.database, SNAPSHOTS, pipeline, QUERY_MS))
        lines.append(line(instance, figure, days, span, group))
    return History(FIGURES[figure], group, first, last, today, tuple(lines))
