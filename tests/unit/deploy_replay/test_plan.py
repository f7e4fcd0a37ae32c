"""What a replay is called, what it may be asked for, and when it may take the place of what is shown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from deploy.replay.plan import REPLAYED, Replay, asked, droppable, promotable, undisturbed, unfinished, whole_since
from deploy.topics import ReplicationSettings
from deploy.whole import lengthened
from schemas.errors import StopWorker
from schemas.topics import BILLS, CALLS, DEBTORS, QUEUE, REPLAY, SWEEPS, TOPICS

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
DEBT = Replay("a", "debtors")


def test_everything_of_a_replay_bears_its_name_and_no_live_one_does() -> None:
    live = {topic.name for topic in TOPICS} | {view.name for view in REPLAYED.values()}
    for what, view in REPLAYED.items():
        one = Replay("a", what)
        assert one.collection == one.view.name == f"{what}@a"
        assert not {topic.name for topic in one.topics} & live
        assert (one.view.topic in one.topics) == (what in {"debtors", "queue"}) == (one.view.topic != view.topic)


def test_it_comes_back_from_the_database_as_it_was() -> None:
    one = Replay("a", "calls", "norte", NOW, None, NOW, "filled", {"0": 3}, {"0": 17}, 2)
    assert Replay.of(one.document) == one
    assert Replay.of({**one.document, "of a later version": 1}) == one


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (Replay("A b", "debtors"), "--id"),
        (Replay("a", "dead_letters"), "nothing is called dead_letters"),
        (Replay("a", "stages"), "nothing is called stages"),
        (replace(DEBT, since=NOW + timedelta(minutes=1)), "has not come yet"),
        (replace(DEBT, since=NOW - REPLAY - timedelta(minutes=1)), "--from 2026-06-02T11:59Z.*whole from 2026-06-02T12:00Z"),
        (replace(DEBT, until=NOW - REPLAY - timedelta(minutes=1)), "--to .*whole from 2026-06-02T12:00Z"),
        (Replay("a", "queue", since=NOW - timedelta(hours=2)), "whole from 2026-11-29T11:00Z"),
        (replace(DEBT, since=NOW, until=NOW), "before --to"),
    ],
)
def test_what_history_cannot_tell_is_refused(plan: Replay, said: str) -> None:
    with pytest.raises(StopWorker, match=said):
        asked(plan, NOW)


def test_what_history_tells_is_taken() -> None:
    whole = replace(DEBT, since=NOW - REPLAY, until=NOW)
    assert asked(whole, NOW) is whole


def test_history_that_is_kept_for_longer_by_now_reaches_no_farther_back_than_what_was_there() -> None:
    """365 days since ten days ago, 180 before: whole for 190, and that reaches on with each day."""
    kept, before = ReplicationSettings(keep_rows_days=365), ReplicationSettings().as_set([BILLS, SWEEPS])
    then = NOW - timedelta(days=10)
    whole = lengthened(kept.as_set([BILLS, SWEEPS]), {topic.name: topic.config for topic in before}, then)

    assert whole == {BILLS.name: then - REPLAY}
    there = replace(DEBT, since=then - REPLAY)
    assert asked(there, NOW, kept.as_set, whole) is there
    with pytest.raises(StopWorker, match=f"whole from {then - REPLAY:%Y-%m-%d}"):
        asked(replace(DEBT, since=then - REPLAY - timedelta(minutes=1)), NOW, kept.as_set, whole)
    later = NOW + timedelta(days=400)
    assert whole_since(kept.as_set([BILLS]), later, whole) == later - timedelta(days=365)


def test_a_span_that_stays_or_gets_shorter_or_of_a_new_topic_writes_nothing_down() -> None:
    long = ReplicationSettings(keep_rows_days=365).as_set([BILLS])[0]
    for wanted, found in ((BILLS, {BILLS.name: long.config}), (long, {BILLS.name: long.config}), (long, {})):
        assert lengthened([wanted], found, NOW) == {}


def test_history_that_is_kept_for_longer_reaches_farther_back() -> None:
    old = replace(DEBT, since=NOW - timedelta(days=364))

    assert asked(old, NOW, ReplicationSettings(keep_rows_days=365).as_set) is old
    with pytest.raises(StopWorker, match="whole from"):
        asked(old, NOW)


def test_history_is_as_long_as_that_of_the_shortest_source() -> None:
    """Of a topic that is only cut by time, what is there is whole."""
    assert whole_since([BILLS], NOW) == NOW - REPLAY
    assert whole_since([BILLS, DEBTORS, QUEUE], NOW) == whole_since([CALLS], NOW) == NOW - timedelta(hours=1)
    assert whole_since([SWEEPS], NOW) == NOW - timedelta(days=90)


@pytest.mark.parametrize(
    "plan",
    [
        replace(DEBT, instance="norte"),
        replace(DEBT, since=NOW),
        replace(DEBT, until=NOW),
        replace(DEBT, state="promoted"),
    ],
)
def test_a_part_takes_nobodys_place(plan: Replay) -> None:
    promotable(replace(DEBT, state="promoting"))
    with pytest.raises(StopWorker):
        promotable(plan)


def test_who_is_half_promoted_is_not_dropped_and_who_is_half_dropped_does_nothing_else() -> None:
    gone, half = replace(DEBT, state="dropping"), replace(DEBT, state="promoting")
    droppable(gone)
    for plan, may, step in (
        (half, droppable, "--promote"),
        (half, unfinished, "begin another"),
        (gone, promotable, "--drop"),
        (gone, unfinished, "--drop"),
    ):
        with pytest.raises(StopWorker, match=step):
            may(plan)


def test_a_view_that_was_read_anew_meanwhile_keeps_its_place() -> None:
    """Its documents have versions above those of the replay, or are about to."""
    plan = Replay("a", "calls", generations={"0": 3})
    undisturbed(plan, [{"_id": "calls:0", "generation": 3, "until": None}, {"_id": "calls:1", "generation": 1}])
    for number, generation, until in ((0, 4, None), (0, 3, 17), (1, 2, None)):
        with pytest.raises(StopWorker):
            undisturbed(plan, [{"_id": f"calls:{number}", "generation": generation, "until": until}])


def test_going_on_means_the_same_again() -> None:
    begun = replace(DEBT, state="begun", filled={"0": 5}, begun=NOW)
    assert begun.asks_the_same(DEBT)
    assert not begun.asks_the_same(replace(DEBT, instance="norte"))
    assert not begun.asks_the_same(replace(DEBT, what="queue"))
    assert not begun.asks_the_same(replace(DEBT, until=NOW))
