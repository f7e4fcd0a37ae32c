"""What every event is made of."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.model import Code, InstanceName, Instant, next_version
from tests.strategies import INSTANTS, NASTY


@given(st.integers(0, 2**53), INSTANTS)
def test_a_version_grows_whatever_the_clock_says(version: int, now: datetime) -> None:
    assert next_version(version, now) > version


@given(INSTANTS, st.timedeltas(timedelta(milliseconds=1), timedelta(days=99)))
def test_a_topic_built_anew_is_above_the_old_one(now: datetime, later: timedelta) -> None:
    """From nothing, but later: above what the same key had before."""
    assert next_version(0, now + later) > next_version(0, now)


@given(NASTY)
def test_a_key_part_never_holds_the_separator(value: str) -> None:
    for part in (Code, InstanceName):
        try:
            found = TypeAdapter(part).validate_python(value)
        except ValidationError:
            continue
        assert found
        assert ":" not in found


def test_instants_are_kept_in_utc() -> None:
    found = TypeAdapter(Instant).validate_python("2026-01-14T09:00:00-03:00")

    assert found == datetime(2026, 1, 14, 12, tzinfo=UTC)
    assert found.tzinfo is UTC


def test_a_naive_time_is_no_instant() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Instant).validate_python("2026-01-14T09:00:00")
