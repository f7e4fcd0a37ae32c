"""When a source is late, and what still matters of an old failure."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.facts.levels import WORST, of_snapshot, worst_of
from dashboard.facts.sources import GRACE, LATE, STOPPED, Source, sources
from schemas.instances import Instance

MakeInstance = Callable[..., Instance]
EVERY = timedelta(seconds=120)


def sweep(phase: str, at: datetime, **more: object) -> dict[str, Any]:
    return {"instance": "norte", "kind": "bill", "phase": phase, "at": at, "rows": 10, "error": "", **more}


@pytest.mark.parametrize(
    ("age", "level"),
    [
        (timedelta(0), "fresh"),
        (LATE * EVERY + GRACE, "fresh"),
        (LATE * EVERY + GRACE + timedelta(seconds=1), "late"),
        (STOPPED * EVERY + GRACE, "late"),
        (STOPPED * EVERY + GRACE + timedelta(seconds=1), "stopped"),
    ],
)
def test_the_age_is_judged_by_the_kinds_own_interval(
    instance: MakeInstance, now: datetime, age: timedelta, level: str
) -> None:
    """Two intervals and a grace are in time, four are not late any more but stopped."""
    (source,) = sources(instance(), [sweep("completed", now - age)], now, now)

    assert source.level == level
    assert source.rows == 10


def test_what_was_read_from_an_old_file_is_old(instance: MakeInstance, now: datetime) -> None:
    as_of = now - STOPPED * EVERY - GRACE - timedelta(seconds=1)
    (source,) = sources(instance(), [sweep("completed", now, as_of=as_of)], now, now)

    assert (source.level, source.completed_at, source.as_of) == ("stopped", now, as_of)


def test_a_kind_that_was_never_read_is_neither_fresh_nor_stopped(instance: MakeInstance, now: datetime) -> None:
    """On the first day there is nothing to be late."""
    (source,) = sources(instance(), [], now, now)

    assert source == Source("bill", None, 0, None, "", "never")


def test_a_failure_before_the_last_completed_sweep_is_history(instance: MakeInstance, now: datetime) -> None:
    """It stays visible, but no longer alarms."""
    failed = sweep("failed", now - timedelta(minutes=2), error="HTTP 502")
    (before,) = sources(instance(), [failed, sweep("completed", now - timedelta(minutes=1))], now, now)
    (after,) = sources(instance(), [failed, sweep("completed", now - timedelta(minutes=3))], now, now)

    assert (before.error, before.mended) == ("HTTP 502", True)
    assert (after.error, after.mended) == ("HTTP 502", False)


def test_another_instances_sweeps_are_not_ours(instance: MakeInstance, now: datetime) -> None:
    """The view holds those of everybody."""
    (source,) = sources(instance(), [sweep("completed", now, instance="sul")], now, now)

    assert source.level == "never"


@given(st.lists(st.sampled_from(WORST), min_size=1))
def test_the_worst_level_wins(levels: list[Any]) -> None:
    """One stopped source is enough to warn."""
    assert worst_of(levels) == min(levels, key=WORST.index)


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, "fresh"), (120, "fresh"), (121, "late"), (180, "late"), (181, "stopped")]
)
def test_a_snapshot_is_amber_after_two_minutes_and_red_after_three(seconds: int, level: str) -> None:
    """The same bound makes `/readyz` answer 503."""
    assert of_snapshot(timedelta(seconds=seconds)) == level


@given(st.integers(0, 1_000))
def test_numbers_of_views_that_are_being_read_anew_are_never_fresh(seconds: int) -> None:
    age = timedelta(seconds=seconds)
    assert of_snapshot(age, whole=False) == ("stopped" if of_snapshot(age) == "stopped" else "late")


def test_what_is_held_back_is_never_fresh(instance: MakeInstance, now: datetime) -> None:
    """Whatever failed after it; a sweep that completed since then is the truth again."""
    completed, failed = sweep("completed", now - timedelta(seconds=60)), sweep("failed", now, error="HTTP 502")
    held = sweep("held", now - timedelta(seconds=30), error="1000 of 1000 known rows are no longer shown")
    levels = [
        sources(instance(), rows, now, now)[0].level for rows in ([completed], [completed, held], [completed, held, failed])
    ]
    (source,) = sources(instance(), [completed, held], now, now)

    assert levels == ["fresh", "late", "late"]
    assert (source.error[:4], source.mended) == ("1000", False)
    assert sources(instance(), [{**completed, "at": now}, held], now, now)[0].level == "fresh"
