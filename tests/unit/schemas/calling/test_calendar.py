"""Holidays and hours of one instance."""

from datetime import UTC, date, datetime, time, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.calling.calendar import Gate, gate, is_holiday, is_open
from schemas.instances import Instance, State
from tests.strategies import instance, instances


@pytest.mark.parametrize("state", get_args(State))
def test_national_days_are_holidays_in_every_state(state: str) -> None:
    for day in ("2026-01-01", "2026-04-21", "2026-09-07", "2026-11-20", "2026-12-25"):
        assert is_holiday(state, date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "yes", "no"),
    [("2026-06-24", "AL", "SP"), ("2026-07-09", "SP", "AL"), ("2026-09-16", "AL", "RJ"), ("2026-04-23", "RJ", "SP")],
)
def test_a_states_own_day_is_nobody_elses(day: str, yes: str, no: str) -> None:
    assert is_holiday(yes, date.fromisoformat(day))
    assert not is_holiday(no, date.fromisoformat(day))


def test_an_ordinary_day_is_none() -> None:
    assert not is_holiday("AL", date(2026, 1, 14))


WEEK = datetime(2026, 1, 12, tzinfo=UTC)
MOMENTS = st.integers(0, 8 * 24 * 60 * 60).map(lambda seconds: WEEK + timedelta(seconds=seconds))


@given(instances(), MOMENTS)
def test_open_is_within_the_window_of_the_local_weekday(here: Instance, now: datetime) -> None:
    """Judged by local text: from `opens` until just before `closes`."""
    local = now.astimezone(here.clock)
    window = here.rules.windows.get(local.weekday())
    expected = window is not None and f"{window.opens:%H:%M}" <= f"{local:%H:%M}" < f"{window.closes:%H:%M}"

    assert is_open(here, now) is expected


@pytest.mark.parametrize(
    ("local", "open_"),
    [
        ("2026-01-12T08:59:59", False),
        ("2026-01-12T09:00:00", True),
        ("2026-01-12T18:59:59", True),
        ("2026-01-12T19:00:00", False),
        ("2026-01-17T12:00:00", False),
        ("2026-01-18T12:00:00", False),
    ],
)
def test_the_strictest_window_to_the_second(local: str, open_: bool) -> None:
    here = instance()

    assert is_open(here, datetime.fromisoformat(local).replace(tzinfo=here.clock)) is open_


def test_a_window_that_closes_when_it_opens_is_never_open() -> None:
    here = instance(rules={"windows": {0: {"opens": time(9), "closes": time(9)}}})

    assert not is_open(here, datetime(2026, 1, 12, 9, tzinfo=here.clock))


def test_the_weekday_is_the_local_one() -> None:
    """Monday 01:00 UTC is still Sunday in Acre."""
    sunday = {"windows": {6: {"opens": "00:00", "closes": "23:59"}}}

    assert is_open(instance(zone="America/Rio_Branco", state="AC", rules=sunday), datetime(2026, 1, 12, 1, tzinfo=UTC))
    assert not is_open(instance(zone="America/Noronha", state="PE", rules=sunday), datetime(2026, 1, 12, 4, tzinfo=UTC))


# --- the gate


def allowed(here: Instance, now: datetime) -> bool:
    holiday = is_holiday(here.state, now.astimezone(here.clock).date())
    return not here.paused and is_open(here, now) and (here.rules.call_on_holidays or not holiday)


@given(instances(), MOMENTS)
def test_a_closed_gate_says_to_the_second_when_it_opens(here: Instance, now: datetime) -> None:
    """Shut until just before, open at that moment; no minute in between was left out."""
    found = gate(here, now)

    assert (found.closed is None) is allowed(here, now)
    if found.closed is None:
        assert found.opens_at is None
    elif found.opens_at is None:
        assert not any(allowed(here, now + timedelta(minutes=10 * step)) for step in range(6 * 24 * 15))
    else:
        assert allowed(here, found.opens_at)
        assert not allowed(here, found.opens_at - timedelta(seconds=1))
        steps = (found.opens_at - now) // timedelta(minutes=17)
        assert not any(allowed(here, now + timedelta(minutes=17 * step)) for step in range(steps + 1))


@pytest.mark.parametrize(
    ("local", "closed", "opens_at"),
    [
        ("2026-01-12T08:59:59", "outside_window", "2026-01-12T09:00:00"),
        ("2026-01-12T09:00:00", None, None),
        ("2026-01-12T19:00:00", "outside_window", "2026-01-13T09:00:00"),
        ("2026-01-16T19:00:00", "outside_window", "2026-01-19T09:00:00"),  # a Friday
        ("2026-09-04T20:00:00", "outside_window", "2026-09-08T09:00:00"),  # before a Monday that is a holiday
        ("2026-09-07T12:00:00", "holiday", "2026-09-08T09:00:00"),
        ("2026-09-07T23:00:00", "holiday", "2026-09-08T09:00:00"),
    ],
)
def test_the_gate_of_the_strictest_window(local: str, closed: str | None, opens_at: str | None) -> None:
    here = instance()

    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=here.clock)

    assert gate(here, at(local).astimezone(UTC)) == Gate(closed, at(opens_at) if opens_at else None)  # type: ignore[arg-type]


def test_without_hours_the_gate_never_opens() -> None:
    for windows in ({}, {0: {"opens": time(9), "closes": time(9)}}):
        assert gate(instance(rules={"windows": windows}), WEEK) == Gate("outside_window", None)
