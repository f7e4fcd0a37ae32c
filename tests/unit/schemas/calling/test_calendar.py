"""Holidays and hours of one instance."""

from datetime import UTC, date, datetime, time, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.calling.calendar import Gate, gate, is_free, is_holiday, is_open
from schemas.calling.hours import LAWS, ZONES, zone_of
from schemas.instances import Instance, State, Window
from schemas.queue import Closed
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
    """Judged by local text: from `opens` until just before `closes`, within what the state's law allows."""
    local = now.astimezone(here.clock)
    window, law = here.rules.windows.get(local.weekday()), LAWS.get(here.state)
    allowed = law.get(local.weekday()) if law is not None else Window(opens=time(0), closes=time.max)
    expected = all(
        hours is not None and f"{hours.opens:%H:%M}" <= f"{local:%H:%M}" < f"{hours.closes:%H:%M}"
        for hours in (window, allowed)
    )

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
    holiday = is_free(here, here.state, now.astimezone(here.clock).date())
    kept = not here.rules.call_on_holidays or here.state in LAWS
    return not here.paused and is_open(here, now) and not (holiday and kept)


@given(instances(), MOMENTS)
def test_a_closed_gate_says_to_the_second_when_it_opens(here: Instance, now: datetime) -> None:
    """Shut until just before, open at that moment; no minute in between was left out."""
    found = gate(here, now)

    assert (found.closed is None) is allowed(here, now)
    if found.closed is None:
        assert found.opens_at is None
        assert found.closes_at is not None
        assert allowed(here, found.closes_at - timedelta(microseconds=1))
        assert not allowed(here, found.closes_at)
        steps = (found.closes_at - now) // timedelta(minutes=7)
        assert all(allowed(here, now + timedelta(minutes=7 * step)) for step in range(steps))
    elif found.opens_at is None:
        assert not any(allowed(here, now + timedelta(minutes=10 * step)) for step in range(6 * 24 * 15))
    else:
        assert allowed(here, found.opens_at)
        assert not allowed(here, found.opens_at - timedelta(seconds=1))
        steps = (found.opens_at - now) // timedelta(minutes=17)
        assert not any(allowed(here, now + timedelta(minutes=17 * step)) for step in range(steps + 1))


@pytest.mark.parametrize(
    ("local", "closed", "changes_at"),
    [
        ("2026-01-12T08:59:59", "outside_window", "2026-01-12T09:00:00"),
        ("2026-01-12T09:00:00", None, "2026-01-12T19:00:00"),
        ("2026-01-12T18:59:59", None, "2026-01-12T19:00:00"),
        ("2026-01-12T19:00:00", "outside_window", "2026-01-13T09:00:00"),
        ("2026-01-16T19:00:00", "outside_window", "2026-01-19T09:00:00"),  # a Friday
        ("2026-09-04T20:00:00", "outside_window", "2026-09-08T09:00:00"),  # before a Monday that is a holiday
        ("2026-09-07T12:00:00", "holiday", "2026-09-08T09:00:00"),
        ("2026-09-07T23:00:00", "holiday", "2026-09-08T09:00:00"),
    ],
)
def test_the_gate_of_the_strictest_window(local: str, closed: Closed | None, changes_at: str) -> None:
    here = instance()

    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=here.clock)

    expected = Gate(closed, opens_at=at(changes_at)) if closed else Gate(closes_at=at(changes_at))
    assert gate(here, at(local).astimezone(UTC)) == expected


def test_a_pause_is_named_before_a_missing_pabx_and_that_before_the_hour() -> None:
    night = datetime(2026, 1, 14, 3, tzinfo=UTC)
    assert gate(instance(paused=True, pabx=None), night).closed == "instance_paused"
    assert gate(instance(pabx=None), night).closed == "no_pabx"
    assert gate(instance(), night).closed == "outside_window"


def test_where_no_law_speaks_it_is_the_provider_who_calls_on_holidays_or_not() -> None:
    independence = datetime(2026, 9, 7, 15, tzinfo=UTC)
    there = {"state": "PB", "zone": "America/Fortaleza"}
    assert gate(instance(**there), independence).closed == "holiday"
    assert gate(instance(**there, rules={"call_on_holidays": True}), independence).closed is None


def test_an_hour_of_this_evening_is_ahead_though_in_greenwich_it_is_tomorrow() -> None:
    late = instance(state="PB", zone="America/Fortaleza", rules={"windows": {0: {"opens": "22:30", "closes": "23:30"}}})
    monday = datetime(2026, 1, 13, 1, tzinfo=UTC)  # 22:00 there

    assert gate(late, monday).opens_at == monday + timedelta(minutes=30)


def test_without_hours_the_gate_never_opens() -> None:
    for windows in ({}, {0: {"opens": time(9), "closes": time(9)}}):
        assert gate(instance(rules={"windows": windows}), WEEK) == Gate("outside_window", None)


# --- days that are a holiday by custom, or in one town


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("carnival", {"2026-02-16", "2026-02-17", "2027-02-08", "2027-02-09"}),
        ("corpus_christi", {"2026-06-04", "2027-05-27"}),
        ("christmas_eve", {"2026-12-24", "2027-12-24"}),
        ("new_years_eve", {"2026-12-31", "2027-12-31"}),
    ],
)
@pytest.mark.parametrize("state", get_args(State))
def test_a_day_by_custom_is_free_where_the_provider_keeps_it(state: str, name: str, days: set[str]) -> None:
    """And no other: Ash Wednesday and the public servants' day are ordinary; so the library's names are still ours."""
    keeping = instance(rules={"optional_holidays": (name,)})
    without = instance(rules={"optional_holidays": ()})
    two_years = [date(2026, 1, 1) + timedelta(days=days) for days in range(730)]

    found = {day.isoformat() for day in two_years if is_free(keeping, state, day)}
    public = {day.isoformat() for day in two_years if is_free(without, state, day)}
    assert found == public | days
    assert public == {day.isoformat() for day in two_years if is_holiday(state, day)}


def test_a_towns_own_day_is_a_holiday_of_all_its_providers_debtors() -> None:
    here = instance(rules={"municipal_holidays": ["2026-08-27"]})
    noon = datetime(2026, 8, 27, 12, tzinfo=here.clock)

    for uf in ("", "AL", "SP"):
        assert gate(here, noon, uf).closed == "holiday"
        assert gate(here, noon - timedelta(days=1), uf).closed is None


# --- other states


def test_each_state_has_its_zone() -> None:
    """Far from home a debtor is called by the clock of his state; at home by the instance's own."""
    assert set(ZONES) == set(get_args(State))
    noronha = instance(state="PE", zone="America/Noronha")

    assert zone_of(noronha, "PE").key == zone_of(noronha, "").key == zone_of(noronha, "27").key == "America/Noronha"
    assert zone_of(noronha, " ac ").key == "America/Rio_Branco"
    acre = instance(state="AC", zone="America/Rio_Branco")  # far west Amazonas has its clock, the most of it has not
    assert zone_of(acre, "AM").key == "America/Manaus"


@pytest.mark.parametrize(
    ("uf", "utc", "closed"),
    [
        ("AC", "2026-01-12T13:59:59", "outside_window"),  # 08:59:59 there
        ("AC", "2026-01-12T14:00:00", None),
        ("AL", "2026-01-12T11:59:59", "outside_window"),
        ("AL", "2026-01-12T12:00:00", None),
        ("AC", "2026-01-12T23:59:59", None),  # 18:59:59 there, three hours after Alagoas
        ("AL", "2026-01-12T23:59:59", "outside_window"),
        ("SP", "2026-07-09T15:00:00", "holiday"),
        ("AL", "2026-07-09T15:00:00", None),
        ("XX", "2026-06-24T15:00:00", "holiday"),  # nobody knows such a state: Alagoas has a holiday
        ("SP", "2026-06-24T15:00:00", None),
    ],
)
def test_the_gate_of_a_debtors_own_state(uf: str, utc: str, closed: str | None) -> None:
    assert gate(instance(), datetime.fromisoformat(utc).replace(tzinfo=UTC), uf).closed == closed


ALWAYS = {"windows": {day: {"opens": "00:00", "closes": "23:59"} for day in range(7)}, "call_on_holidays": True}


@pytest.mark.parametrize(
    ("uf", "weekday", "saturday", "sunday"),
    [
        ("AL", ("08:00", "20:00"), ("08:00", "14:00"), None),
        ("SP", ("08:00", "20:00"), ("08:00", "14:00"), None),
        ("RJ", ("09:00", "19:00"), None, None),
        ("ES", ("08:00", "19:00"), None, None),
        ("AM", ("08:00", "18:00"), None, None),
        ("CE", ("08:00", "18:00"), None, None),
        ("BA", ("00:00", "23:59"), ("00:00", "23:59"), ("00:00", "23:59")),
    ],
)
def test_the_hours_of_a_state_bind_whatever_the_provider_allows(
    uf: str, weekday: tuple[str, str], saturday: tuple[str, str] | None, sunday: tuple[str, str] | None
) -> None:
    here = instance(rules=ALWAYS)
    zone = zone_of(here, uf)
    for day, hours in ((12, weekday), (16, weekday), (17, saturday), (18, sunday)):
        every = [datetime(2026, 1, day, tzinfo=zone) + timedelta(minutes=minute) for minute in range(1440)]
        open_ = [f"{now:%H:%M}" for now in every if gate(here, now, uf).closed is None]
        assert ((open_[0], f"{gate(here, every[int(open_[0][:2]) * 60], uf).closes_at:%H:%M}") if open_ else None) == hours


def test_where_the_law_names_hours_it_forbids_holidays() -> None:
    independence = datetime(2026, 9, 7, 15, tzinfo=UTC)

    assert {uf for uf in ZONES if gate(instance(rules=ALWAYS), independence, uf).closed == "holiday"} == set(LAWS)


def test_a_window_is_never_widened_by_a_states_law() -> None:
    here = instance(rules={"windows": {0: {"opens": "10:00", "closes": "11:00"}}})
    monday = datetime(2026, 1, 12, tzinfo=here.clock)

    assert gate(here, monday + timedelta(hours=10)).closes_at == monday + timedelta(hours=11)
    assert gate(here, monday + timedelta(hours=8)).opens_at == monday + timedelta(hours=10)


@pytest.mark.parametrize(
    ("state", "zone"),
    [
        ("SP", "UTC"),
        ("SP", "Asia/Tokyo"),
        ("AC", "America/Sao_Paulo"),
        ("SP", "America/Santiago"),  # the same in January alone
        ("AM", "America/New_York"),  # in July alone
    ],
)
def test_a_clock_that_the_state_does_not_have_opens_nothing_at_night(state: str, zone: str) -> None:
    """A well-formed zone that is another country's, or another state's, is no hour of the debtor's."""
    assert zone_of(instance(state=state, zone=zone), "").key == ZONES[state]


@pytest.mark.parametrize(
    ("state", "zone"), [("AM", "America/Eirunepe"), ("PE", "America/Noronha"), ("BA", "America/Maceio")]
)
def test_whoever_knows_his_town_has_its_clock(state: str, zone: str) -> None:
    assert zone_of(instance(state=state, zone=zone), state).key == zone
