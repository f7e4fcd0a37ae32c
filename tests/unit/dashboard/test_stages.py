"""What the heartbeats of a stage prove, and what they do not."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.facts.stages import FEW, MEASURED, PASSING, STOPPED_AFTER, Stage, is_deaf, needed, passed, stages
from schemas.calling.freshness import MAX_LAG
from schemas.stages import SILENT_AFTER, Heartbeat, Held

MakeBeat = Callable[..., Heartbeat]
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def held(*partitions: int) -> tuple[Held, ...]:
    return (Held(topic="erp.bill.v1", partitions=partitions),)


def judged(now: datetime, *beats: Heartbeat, before: datetime | None = None) -> Stage:
    (found,) = stages(["hydrate"], beats, {} if before is None else {"hydrate": before}, now)
    return found


def test_a_stage_at_its_end_has_passed_what_came_before_it_looked(now: datetime, beat: MakeBeat) -> None:
    """Of several processes the one that looked first decides."""
    found = judged(now, beat("hydrate", now), beat("hydrate", now - 9 * SECOND, worker="1"), beat("dialer", now, lag=7))

    assert (found.level, found.trouble, found.passed, found.lag) == ("fresh", "", now - 9 * SECOND - MEASURED, 0)


def test_a_stage_without_a_process_is_stopped(now: datetime) -> None:
    """Since when, is known where somebody saw it well before."""
    assert judged(now) == Stage("hydrate", "stopped", "absent")
    assert judged(now, before=now - MINUTE) == Stage("hydrate", "stopped", "absent", now - MINUTE, now - MINUTE)


@pytest.mark.parametrize(
    ("age", "level"),
    [
        (SILENT_AFTER, "fresh"),
        (SILENT_AFTER + SECOND, "late"),
        (STOPPED_AFTER, "late"),
        (STOPPED_AFTER + SECOND, "stopped"),
    ],
)
def test_a_process_that_is_not_heard_warns_then_alarms(now: datetime, beat: MakeBeat, age: timedelta, level: str) -> None:
    """With a refresh of a minute that is within three: what was passed stays where it was."""
    found = judged(now, beat("hydrate", now - age))

    assert found.level == level
    assert found.since == (None if level == "fresh" else now - age)
    assert found.passed == now - age - MEASURED
    assert STOPPED_AFTER + MINUTE <= 3 * MINUTE


def test_whose_share_another_has_taken_is_not_missed(now: datetime, beat: MakeBeat) -> None:
    """A worker that was killed leaves its last heartbeat for a day; until its partitions are taken over it is missed."""
    gone = beat("hydrate", now - 5 * MINUTE, worker="1", lag=900, held=held(2, 3))
    part, whole = (beat("hydrate", now, held=held(*numbers)) for numbers in ((0, 1, 2), (0, 1, 2, 3)))

    assert judged(now, gone, whole).trouble == ""
    assert judged(now, gone, part).trouble == "silent"
    assert judged(now, gone, part).since == gone.at
    assert judged(now, gone, part).passed is None


@pytest.mark.parametrize(
    ("lag", "turned", "ends"),
    [(0, 20 * MINUTE, True), (FEW, SECOND, True), (FEW, MINUTE, False), (FEW + 1, SECOND, False), (None, SECOND, False)],
)
def test_only_at_the_end_a_stage_has_passed_anything(
    now: datetime, beat: MakeBeat, lag: int | None, turned: timedelta, ends: bool
) -> None:
    """A few records of a loop that turns are what has just come; anything else is behind what was seen before."""
    found = judged(now, beat("hydrate", now, lag=lag, progress=now - turned), before=now - 90 * SECOND)

    assert found.passed == (now - MEASURED if ends else now - 90 * SECOND)
    assert found.level == "fresh"


def test_a_stage_that_works_and_is_not_done_is_behind(now: datetime, beat: MakeBeat) -> None:
    """As long as it was last at the end, or for ever where nobody has seen that."""
    working = beat("hydrate", now, lag=100_000)

    assert judged(now, working, before=now - MAX_LAG).trouble == ""
    late = judged(now, working, before=now - MAX_LAG - SECOND)
    assert (late.level, late.trouble, late.since) == ("late", "behind", now - MAX_LAG - SECOND)
    assert judged(now, working) == Stage("hydrate", "late", "behind", None, None, 100_000)


def test_a_stage_that_is_heard_and_does_not_turn_is_stuck(now: datetime, beat: MakeBeat) -> None:
    """One record is enough; one that never turned is stuck since it began; and it says so itself."""
    old = now - MAX_LAG - SECOND
    turned = judged(now, beat("hydrate", now, lag=1, progress=old))
    never = judged(now, beat("hydrate", now, lag=1, progress=None, since=old))
    said = judged(now, beat("hydrate", now, lag=0, progress=now - MINUTE, stuck=("a loop",)))

    assert {(one.trouble, one.level, one.since) for one in (turned, never)} == {("stuck", "stopped", old)}
    assert (said.trouble, said.level, said.since, said.passed) == ("stuck", "late", now - MINUTE, None)


def test_what_reads_no_topic_is_never_behind(now: datetime, beat: MakeBeat) -> None:
    """A poller has no lag to tell."""
    (found,) = stages(["erp-poller"], [beat("erp-poller", now, lag=None)], {}, now)

    assert (found.level, found.passed) == ("fresh", None)


@given(st.lists(st.one_of(st.none(), st.integers(0, 300)), min_size=len(PASSING), max_size=len(PASSING)))
def test_the_slowest_stage_on_the_way_decides(ages: list[int | None]) -> None:
    """Whatever order they come in; one of which nothing is known leaves nothing known."""
    at = datetime.fromisoformat("2026-11-23T12:00:00Z")
    way = [
        Stage(name, "fresh", passed=None if age is None else at - age * SECOND)
        for name, age in zip(PASSING, ages, strict=True)
    ]
    known = [age for age in ages if age is not None]

    assert passed([*way, Stage("erp-poller", "fresh")]) == (at - max(known) * SECOND if len(known) == len(ages) else None)


@given(
    st.lists(
        st.tuples(st.integers(0, 200), st.one_of(st.none(), st.integers(0, 2 * FEW)), st.integers(0, 300), st.booleans()),
        max_size=3,
    ),
    st.one_of(st.none(), st.integers(0, 300)),
)
def test_green_means_that_what_is_two_minutes_old_has_passed(
    processes: list[tuple[int, int | None, int, bool]], remembered: int | None
) -> None:
    """Whatever heartbeats there are: of each its age, its lag, the age of its last turn, and whether it holds anything."""
    now = datetime.fromisoformat("2026-11-23T12:00:00Z")
    beats = [
        Heartbeat(
            stage="hydrate",
            worker=str(n),
            at=now - age * SECOND,
            since=now - 400 * SECOND,
            lag=lag,
            progress=now - (age + turned) * SECOND,
            held=held(n) if holds else (),
        )
        for n, (age, lag, turned, holds) in enumerate(processes)
    ]
    found = judged(now, *beats, before=None if remembered is None else now - remembered * SECOND)

    if found.level == "fresh":
        assert found.passed is not None
        assert now - found.passed <= MAX_LAG


def test_while_one_is_heard_nobody_is_deaf(now: datetime, beat: MakeBeat) -> None:
    """Heartbeats come through `views`: where none comes, it is to blame, or Kafka."""
    old = beat("hydrate", now - MINUTE)

    assert not is_deaf([], now)
    assert is_deaf([old], now)
    assert not is_deaf([old, beat("dialer", now)], now)


def test_only_who_calls_needs_the_stages_of_calling() -> None:
    assert set(PASSING) < set(needed(calls=False)) < set(needed(calls=True))
    assert {"originate", "classify", "cdr-poller"} == set(needed(calls=True)) - set(needed(calls=False))
