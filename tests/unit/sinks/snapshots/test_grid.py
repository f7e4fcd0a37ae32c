"""Which rows there must be, and which stay."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.figures.snapshots import STEP, quarter, row_id
from sinks.snapshots.grid import can_be_measured, holes, is_kept, thinned

CLOCK = ZoneInfo("America/Maceio")
NOW = datetime(2026, 11, 28, 22, 7, 30, tzinfo=UTC)
AGES = st.integers(0, 800 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


def row(days: int, text: str) -> datetime:
    """So many days before now, at a local hour."""
    hour, minute = map(int, text.split(":"))
    return (NOW - timedelta(days=days)).astimezone(CLOCK).replace(hour=hour, minute=minute, second=0)


@pytest.mark.parametrize(
    ("at", "stays"),
    [
        (row(29, "10:15"), True),
        (row(31, "10:15"), False),
        (row(31, "10:45"), True),
        (row(364, "10:45"), True),
        (row(366, "10:45"), False),
        (row(366, "23:45"), True),
        (row(3_000, "23:45"), True),
    ],
)
def test_the_last_of_an_hour_stays_after_a_month_and_of_a_day_after_a_year(at: datetime, stays: bool) -> None:
    assert is_kept(at, NOW, CLOCK) is stays
    assert thinned([at], NOW, CLOCK) == ([] if stays else [at])


@given(AGES, st.integers(0, 400))
def test_what_has_gone_never_comes_back(age: timedelta, days: int) -> None:
    """So thinning twice, or later, deletes the same and more; and a day keeps its last quarter."""
    at = quarter(NOW - age)
    later = NOW + timedelta(days=days)

    assert is_kept(at, NOW, CLOCK) or not is_kept(at, later, CLOCK)
    assert is_kept(row(days, "23:45"), NOW, CLOCK)


@given(st.integers(0, 200), st.integers(0, 15 * 60), st.sets(st.integers(0, 200)))
def test_every_quarter_that_has_no_row_is_a_hole_until_it_can_still_be_measured(
    quarters: int, seconds: int, there: set[int]
) -> None:
    begin = quarter(NOW)
    now = begin + quarters * STEP + timedelta(seconds=seconds)
    have = {begin + n * STEP for n in there}
    found = list(holes(have, begin, now, CLOCK))
    measurable = [at for at in (quarter(now),) if can_be_measured(at, now)]

    expected = {begin + n * STEP for n in range(quarters + 1)} | {quarter(now)}
    assert set(found) == {at for at in expected if at <= now} - have - set(measurable)
    assert found == sorted(found)


def test_old_holes_are_only_those_that_would_be_kept() -> None:
    since = NOW - timedelta(days=40)
    found = list(holes((), since, NOW, CLOCK))

    assert len([at for at in found if NOW - at > timedelta(days=30)]) == 10 * 24
    assert thinned(found, NOW, CLOCK) == []


def test_a_row_is_named_by_its_quarter_in_utc() -> None:
    assert row_id("norte", quarter(NOW.astimezone(CLOCK))) == "norte@2026-11-28T22:00Z"
