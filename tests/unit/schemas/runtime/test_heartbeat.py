"""What a heartbeat tells of its process, and that one that cannot be sent harms nobody."""

import asyncio
import socket
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from schemas.runtime.heartbeat import Heart, heartbeat
from schemas.runtime.progress import Measured, Progress
from schemas.runtime.version import version
from schemas.stages import Heartbeat, Held, Underway

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ME = Heartbeat(stage="views", worker="m-1", at=AT - timedelta(hours=1), since=AT - timedelta(hours=1), release="0.1.0")


def test_it_tells_what_is_held_behind_stuck_away_and_swept() -> None:
    now = [0.0]
    progress = Progress(lambda: now[0])
    with (
        progress.loop("view debtors") as debtors,
        progress.loop("view queue") as queue,
        progress.sweeping(Underway(instance="norte", kind="bill")),
    ):
        for loop, topic, lag in ((debtors, "debtor.v1", 30), (queue, "queue.v1", 4)):
            loop.turned()
            loop.measured(Measured((Held(topic=topic, partitions=(2, 0)),), lag))
        progress.away = ("MongoDB",)
        now[0] = 100
        queue.turned()
        now[0] = 130
        told = heartbeat(ME, progress, 120, AT)
    assert told == Heartbeat(
        stage="views",
        worker="m-1",
        at=AT,
        since=ME.since,
        release="0.1.0",
        held=(Held(topic="debtor.v1", partitions=(0, 2)), Held(topic="queue.v1", partitions=(0, 2))),
        lag=34,
        progress=AT - timedelta(seconds=130),
        stuck=("view debtors",),
        away=("MongoDB",),
        sweeps=(Underway(instance="norte", kind="bill"),),
    )


def test_a_process_that_has_just_begun_tells_that_it_is_there() -> None:
    assert heartbeat(ME, Progress(), 120, AT) == ME.model_copy(update={"at": AT})


def test_partitions_of_one_topic_in_two_loops_are_one_entry() -> None:
    progress = Progress()
    with progress.loop("one") as one, progress.loop("two") as two:
        one.measured(Measured((Held(topic="queue.v1", partitions=(3,)),), 0))
        two.measured(Measured((Held(topic="queue.v1", partitions=(1,)),), 0))
        assert heartbeat(ME, progress, 120, AT).held == (Held(topic="queue.v1", partitions=(1, 3)),)


async def test_without_a_broker_it_is_dropped_and_tried_again() -> None:
    """Nobody listens at the port: the task goes on, and a goodbye returns."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        heart = Heart(ME, f"127.0.0.1:{taken.getsockname()[1]}", Progress(), 120)
        beating = asyncio.create_task(heart.beat())
        await heart.goodbye()
        assert not beating.done()
        beating.cancel()
        with pytest.raises(asyncio.CancelledError):
            await beating


def test_the_version_is_the_projects() -> None:
    assert version() == "0.1.0"
