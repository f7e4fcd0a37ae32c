"""Charts by days late: ranges, and exact days; orange up to 7 days, red beyond (pure)."""

from collections.abc import Mapping, Sequence
from typing import Final

from dashboard.facts.asked import band
from dashboard.facts.due import SHORT_DAYS
from dashboard.parts.bars import LONG_TERM, SHORT_TERM
from dashboard.parts.chosen import ages
from dashboard.parts.plotted import Chart, Series, Unit
from dashboard.words.language import Language
from schemas.figures.scope import AGES

EXACT: Final = 60
"""Days with a bar; what is later would be too thin to tell apart, and is in the ranges and in the file."""


def by_range(values: Mapping[int, int], title: str, unit: Unit, say: Language, nothing: str) -> Chart:
    """`values` by the first day of each range."""
    labels = tuple(ages(say, *one) for one in AGES)
    return Chart(
        "columns", title, unit, labels, _terms([(since, values.get(since, 0)) for since, _ in AGES], say), say, nothing
    )


def picked_range(label: str, say: Language) -> str:
    """The range with this label in `by_range`, as an address has it; "" for another label."""
    return next((band(*one) for one in AGES if ages(say, *one) == label), "")


def by_day(values: Mapping[int, int], title: str, unit: Unit, say: Language, nothing: str) -> Chart:
    """`values` by exact days late, from the first to the last; at most `EXACT` of them, and the title then says so."""
    first, last = min(values, default=1), max(values, default=0)
    until = min(last, first + EXACT - 1)
    days = [(day, values.get(day, 0)) for day in range(first, until + 1)]
    if last > until:
        title = say("%(title)s, the first %(days)s days", title=title, days=EXACT)
    return Chart("columns", title, unit, tuple(str(day) for day, _ in days), _terms(days, say), say, nothing)


def picked_day(label: str) -> int | None:
    """The days late of a bar of `by_day`; None for another label."""
    return int(label) if label.isdecimal() else None


def _terms(values: Sequence[tuple[int, int]], say: Language) -> tuple[Series, Series]:
    def of(*, short: bool) -> tuple[int, ...]:
        return tuple(value if (day <= SHORT_DAYS) == short else 0 for day, value in values)

    return (
        Series(say("Short term: up to 7 days"), of(short=True), SHORT_TERM),
        Series(say("Long term: more than 7 days"), of(short=False), LONG_TERM),
    )
