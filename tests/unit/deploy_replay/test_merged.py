"""Several topics are folded as they came, by the clock of their records; and nothing is written beyond a replay's reach."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.replay.folding import reach_of, shadow_of
from deploy.replay.merged import as_then, by_time
from deploy.replay.plan import Replay
from processors.hydrate.stage import HYDRATE
from processors.keyed.stage import Folded, KeyedStage
from schemas.errors import StopWorker
from schemas.records import Record, Timed
from schemas.runtime.kafka import Message
from schemas.runtime.transactions import Writer
from schemas.topics import DEBTORS, TOPICS, Topic
from tests.unit.records import Given

SOME = st.lists(st.integers(0, 50), max_size=8)
TIMES = st.lists(SOME | SOME.map(sorted), max_size=4)


async def given_by(topic: str, times: Sequence[int]) -> AsyncIterator[Timed]:
    for offset, at in enumerate(times):
        yield Given(topic, 0, offset, b"norte:7", b"", at)


@given(TIMES)
def test_each_topic_keeps_its_order_and_the_earlier_comes_first(times: list[list[int]]) -> None:
    async def merged() -> list[Timed]:
        return [one async for one in by_time([given_by(str(number), some) for number, some in enumerate(times)])]

    found = asyncio.run(merged())
    for number, some in enumerate(times):
        assert [one.timestamp for one in found if one.topic == str(number)] == some
    if all(some == sorted(some) for some in times):
        assert [one.timestamp for one in found] == sorted(at for some in times for at in some)


def test_a_record_is_folded_by_its_own_clock() -> None:
    seen: list[datetime] = []

    def fold(_key: bytes, _state: bytes | None, _records: Sequence[Record], now: datetime) -> Folded:
        seen.append(now)
        return Folded(False, None, [])

    stage = as_then(KeyedStage("x", HYDRATE.sources, DEBTORS, HYDRATE.key_of, fold))
    stage.fold(b"k", None, [Given("t", 0, 0, b"k", None, 1_000), Given("t", 0, 1, b"k", None, 3_000)], datetime.now(UTC))
    assert seen == [datetime.fromtimestamp(3, UTC)]


@pytest.mark.parametrize("topic", TOPICS, ids=lambda one: one.name)
async def test_a_replay_cannot_write_a_live_topic(topic: Topic) -> None:
    """Nor its own together with a live one. Refused before any broker is asked."""
    plan = Replay("a", "debtors")
    writer = Writer("127.0.0.1:1", "replay-a-0", reach_of(shadow_of(HYDRATE, plan)))
    message = Message(b"k", b"v", [])
    try:
        for places in ([(topic.name, 0)], [(plan.view.topic.name, 0), (topic.name, 0)]):
            with pytest.raises(StopWorker, match=topic.name):
                await writer.write({place: [message] for place in places})
    finally:
        await writer.close()


async def test_a_replay_cannot_commit_for_a_live_group() -> None:
    reach = reach_of(shadow_of(HYDRATE, Replay("a", "debtors")))
    reach.check(["debtor.v1.replay-a", "dead.v1.replay-a"], "replay-a")
    with pytest.raises(StopWorker, match="hydrate"):
        reach.check([], "hydrate")
