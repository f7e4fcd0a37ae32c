"""One figure by day, week and month, beside the period before: what is unknown is never 0."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.figures.history import DayValue, Group, beginning, day_values, period_before, series

FIRST = date(2026, 11, 2)  # a Monday
DEBT, CALLS = "standing.overdue_cents", "calls.n"


def values(*numbers: float | None, first: date = FIRST, instance: str = "norte", **more: Any) -> list[DayValue]:  # noqa: ANN401 - fields
    fields = {"source": "measured", "version": 1, **more}
    return [
        DayValue(instance, first + timedelta(days=n), value, **fields)
        for n, value in enumerate(numbers)
        if value is not None
    ]


def shown(figure: str, found: Iterable[DayValue], days: int, group: Group = "day") -> list[float | None]:
    return [point.value for point in series(figure, found, FIRST, FIRST + timedelta(days=days - 1), group).points]


def test_a_day_that_nobody_knows_is_unknown() -> None:
    assert shown(DEBT, values(5, None, 7), 4) == [5, None, 7, None]


def test_of_a_week_what_is_owed_is_the_last_day_and_calls_add_up() -> None:
    found = values(1, 2, 3, 4, 5, 6, None, 8)

    assert shown(DEBT, found, 8, "week") == [6, 8]
    assert shown(CALLS, found, 8, "week") == [21, 8]


def test_a_period_that_begins_in_the_middle_of_a_group_begins_there() -> None:
    first = date(2026, 11, 25)
    found = series(DEBT, values(*range(10), first=first), first, first + timedelta(days=9), "month")

    assert [(point.day, point.value, point.days) for point in found.points] == [(first, 5, 6), (date(2026, 12, 1), 9, 4)]


def test_the_period_before_is_as_long_and_ends_the_day_before() -> None:
    found = [*values(10, 20, first=FIRST - timedelta(days=2)), *values(30, 36)]
    both = series(DEBT, found, FIRST, FIRST + timedelta(days=1))

    assert period_before(FIRST, FIRST + timedelta(days=1)) == (FIRST - timedelta(days=2), FIRST - timedelta(days=1))
    assert ([point.value for point in both.before], both.value, both.value_before) == ([10, 20], 36, 20)
    assert both.change == pytest.approx(0.8)
    assert series(CALLS, found, FIRST, FIRST + timedelta(days=1)).value_before == 30


@pytest.mark.parametrize("before", [[], values(0, first=FIRST - timedelta(days=1))])
def test_against_nothing_there_is_no_change(before: list[DayValue]) -> None:
    assert series(DEBT, [*before, *values(5)], FIRST, FIRST).change is None


def test_several_instances_add_up_and_say_what_was_rebuilt() -> None:
    found = [*values(1, 2), *values(10, instance="sul", source="rebuilt", version=2)]
    points = series(DEBT, found, FIRST, FIRST + timedelta(days=1)).points

    assert [(point.value, point.days, point.rebuilt, point.version) for point in points] == [(11, 1, 1, 2), (2, 1, 0, 1)]


@given(st.dates(), st.sampled_from(["day", "week", "month"]))
def test_a_group_begins_once(day: date, group: Group) -> None:
    first = beginning(day, group)

    assert first <= day
    assert beginning(first, group) == first


def test_a_row_without_a_number_is_no_day() -> None:
    row = {"_id": "2026-11-02", "instance": "norte", "source": "measured", "version": 1}

    assert day_values([row, {**row, "value": 3}]) == tuple(values(3))
