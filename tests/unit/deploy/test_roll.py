"""Who is there, by the heartbeats."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.roll import FORGOTTEN_AFTER, Present, roll, well
from schemas.stages import SILENT_AFTER, Heartbeat, Held, Underway

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAGES = ("hydrate", "views")


def beat(stage: str, worker: str, age: timedelta = timedelta(seconds=3), **more: object) -> Heartbeat:
    return Heartbeat.model_validate({"stage": stage, "worker": worker, "at": NOW - age, "since": NOW, **more})


def states(*beats: Heartbeat) -> list[tuple[str, str, str]]:
    return [(one.stage, one.worker, one.state) for one in roll(beats, STAGES, NOW)]


def test_a_stage_without_any_heartbeat_is_named() -> None:
    assert states(beat("views", "1")) == [("views", "1", "alive"), ("hydrate", "", "silent")]
    assert not well(roll([beat("views", "1")], STAGES, NOW))


@pytest.mark.parametrize(
    ("more", "state", "trouble"),
    [
        ({}, "alive", ""),
        ({"age": SILENT_AFTER}, "alive", ""),
        ({"age": SILENT_AFTER + timedelta(seconds=1)}, "silent", "no heartbeat for 31 s"),
        ({"stuck": ["view debtors"]}, "stuck", "no progress of view debtors"),
        ({"away": ["Kafka", "MongoDB"]}, "peer away", "no answer from Kafka and MongoDB"),
        ({"age": timedelta(hours=9), "stuck": ["view debtors"]}, "silent", "no heartbeat for 32400 s"),
        ({"age": -timedelta(seconds=40)}, "alive", ""),
    ],
)
def test_each_state_has_its_reason(more: dict[str, object], state: str, trouble: str) -> None:
    (found,) = roll([beat("views", "1", **more)], ["views"], NOW)  # type: ignore[arg-type]  # `age` is one of them
    assert (found.state, found.trouble) == (state, trouble)
    assert well([found]) is (state == "alive")


@given(st.timedeltas(SILENT_AFTER + timedelta(seconds=1), timedelta(days=1)))
def test_a_silent_worker_is_missed_for_an_hour_or_while_it_was_the_last_of_its_stage(age: timedelta) -> None:
    missed = ("views", "1", "silent") in states(beat("hydrate", "1"), beat("views", "1", age), beat("views", "2"))
    assert missed is (age <= FORGOTTEN_AFTER)
    assert ("views", "1", "silent") in states(beat("hydrate", "1"), beat("views", "1", age))


def test_a_row_shows_what_a_person_asks_for() -> None:
    one = beat(
        "erp-poller",
        "m-1",
        release="0.1.0",
        lag=7,
        progress=NOW,
        held=(Held(topic="debtor.v1", partitions=(0, 1, 2, 5)), Held(topic="queue.v1", partitions=(4,))),
        sweeps=(Underway(instance="norte", kind="bill"), Underway(instance="sul", kind="client")),
    )
    assert roll([one], ["erp-poller"], NOW) == [
        Present(
            stage="erp-poller",
            worker="m-1",
            state="alive",
            version="0.1.0",
            since=NOW,
            beat=3.0,
            lag=7,
            progress=NOW,
            partitions="debtor.v1 0-2 5, queue.v1 4",
            sweeps="norte bill, sul client",
        )
    ]


def test_stages_come_in_the_order_of_the_pipeline() -> None:
    found = states(beat("unknown", "1"), beat("views", "2"), beat("views", "1"), beat("hydrate", "1"))
    assert [one[:2] for one in found] == [("hydrate", "1"), ("views", "1"), ("views", "2"), ("unknown", "1")]
