"""What is handed over: every record of an open partition once, from where we said, whatever is dropped on the way."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faust.types import TP

from processors.keyed.batches import BatchConsumer
from schemas.runtime.progress import PROCESS
from tests.unit.records import Given

ONE, OTHER = TP("erp.bill.v1", 0), TP("erp.bill.v1", 1)


class Broker:
    """Stands where Faust's consumer thread stands: its position in each partition is a fact, as the broker's is."""

    def __init__(self, **ends: int) -> None:
        self.logs = {ONE: ends.get("one", 0), OTHER: ends.get("other", 0)}
        self.position = dict.fromkeys(self.logs, 0)

    async def seek_wait(self, partitions: dict[TopicPartition, int]) -> None:
        self.position |= {TP(tp.topic, tp.partition): offset for tp, offset in partitions.items()}

    def fetch(self, most: int = 3) -> dict[TP, list[Given]]:
        """The next records of each partition; as in aiokafka, its position moves though nobody may take them."""
        found = {tp: range(at, min(at + most, self.logs[tp])) for tp, at in self.position.items()}
        some = {tp: offsets for tp, offsets in found.items() if offsets}
        self.position |= {tp: offsets.stop for tp, offsets in some.items()}
        return {tp: [Given(tp.topic, tp.partition, n, b"k", b"v") for n in offsets] for tp, offsets in some.items()}


class Fed(BatchConsumer):
    """A consumer without Faust's services around it."""

    def __init__(self, broker: Broker) -> None:
        self._thread: Any = broker
        self.broker = broker
        self.expected: dict[TP, int] = {}
        self.epoch = 0
        self.flow_active = True
        self.resumed: set[TP] = set()
        self._paused_partitions: Any = set()

    def assignment(self) -> set[TP]:
        return {ONE, OTHER}

    def _get_active_partitions(self) -> set[TP]:
        return self.resumed

    async def _wait_next_records(self, timeout: float) -> tuple[Any, Any]:  # noqa: ASYNC109 - Faust's own signature
        del timeout
        return self.broker.fetch(), None

    async def sleep(self, n: Any) -> None:  # noqa: ANN401 - Faust's own signature
        """Without a service there is nothing to sleep in."""

    def _to_message(self, tp: TP, record: Given) -> Any:  # noqa: ANN401 - stands for Faust's own
        return SimpleNamespace(tp=tp, offset=record.offset, value=record.value, acked=False)


async def offsets(consumer: Fed, stop_after: int = 99) -> list[tuple[int, int]]:
    """One fetch, as (partition, offset); the flow stops after so many messages."""
    found: list[tuple[int, int]] = []
    taken = 0
    async for tp, message in consumer.getmany(1.0):
        found += [(tp.partition, record.offset) for record in message.value.records]  # type: ignore[attr-defined]  # a Fetch
        taken += 1
        if taken == stop_after:
            consumer.flow_active = False
    return found


async def test_only_open_partitions_are_read_each_from_its_position() -> None:
    consumer = Fed(Broker(one=5, other=5))
    await consumer.open({ONE: 2})

    assert consumer.resumed == {ONE}
    assert await offsets(consumer) == [(0, 2), (0, 3), (0, 4)]
    assert consumer.expected == {ONE: 5}


async def test_while_nothing_is_open_nobody_is_asked_for_records() -> None:
    consumer = Fed(Broker(one=2))

    assert await offsets(consumer) == []
    assert consumer.broker.position[ONE] == 0


async def test_the_first_row_of_a_partition_without_a_commit_is_read() -> None:
    """Faust's own seek leaves such a partition where a dropped fetch had brought it: the row was lost for good."""
    consumer = Fed(Broker(one=1))
    await consumer.open({ONE: 0})
    consumer.flow_active = False
    assert await offsets(consumer) == []
    await consumer.perform_seek()
    consumer.flow_active = True

    assert await offsets(consumer) == [(0, 0)]


@pytest.mark.parametrize("stop_after", [0, 1, 2])
async def test_whatever_is_not_handed_over_is_fetched_again(stop_after: int) -> None:
    """A rebalance stops the flow in the middle of a fetch."""
    consumer = Fed(Broker(one=4, other=4))
    await consumer.open({ONE: 0, OTHER: 1})
    consumer.flow_active = stop_after > 0
    found = await offsets(consumer, stop_after)
    consumer.flow_active = True
    for _ in range(3):
        found += await offsets(consumer)

    assert sorted(found) == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3)]


async def test_after_a_rebalance_reading_goes_on_behind_what_was_folded() -> None:
    """What was handed over and not folded is dropped by its epoch and comes again."""
    consumer = Fed(Broker(one=4))
    await consumer.open({ONE: 0})
    assert len(await offsets(consumer)) == 3
    consumer.rewind({ONE: 1})
    await consumer.perform_seek()

    assert consumer.epoch == 1
    assert await offsets(consumer) == [(0, 1), (0, 2), (0, 3)]


async def test_a_fetch_from_before_a_rebalance_is_not_handed_over_after_it() -> None:
    """It comes back late from the reading thread, after the positions were set back."""
    consumer = Fed(Broker(one=4))
    await consumer.open({ONE: 0})

    class Late(Broker):
        def fetch(self, most: int = 3) -> dict[TP, list[Given]]:
            found = super().fetch(most)
            consumer.rewind({ONE: 0})
            return found

    consumer.broker = consumer._thread = Late(one=4)
    assert await offsets(consumer) == []
    consumer.broker = consumer._thread = Broker(one=4)
    await consumer.perform_seek()

    assert await offsets(consumer) == [(0, 0), (0, 1), (0, 2)]


async def test_what_is_shut_is_not_read_and_not_resumed() -> None:
    consumer = Fed(Broker(one=4, other=4))
    await consumer.open({ONE: 0, OTHER: 0})
    consumer.shut([ONE])
    consumer.resumed.clear()
    consumer.resume_partitions({ONE, OTHER})

    assert consumer.resumed == {OTHER}
    assert {partition for partition, _ in await offsets(consumer)} == {1}


def test_faust_commits_nothing() -> None:
    """Offsets travel with the states that they led to."""
    consumer = Fed(Broker())
    message: Any = SimpleNamespace(tp=ONE, offset=9, acked=False)

    assert consumer.ack(message)
    assert message.acked
    assert list(consumer._filter_tps_with_pending_acks()) == []


async def test_a_partition_that_opens_while_the_flow_stands_still_is_read_all_the_same() -> None:
    """Who resumes the flow may have passed over it a moment before: nobody would have resumed it later."""
    consumer = Fed(Broker(one=2))
    consumer.flow_active = False
    await consumer.open({ONE: 0})
    consumer.flow_active = True

    assert consumer.resumed == {ONE}
    assert await offsets(consumer) == [(0, 0), (0, 1)]


async def test_a_topic_that_begins_anew_ends_the_process_instead_of_being_passed_over() -> None:
    """All of its records stand below what was read of the old one."""
    consumer = Fed(Broker(one=2))
    consumer.expected[ONE] = 100
    try:
        assert await offsets(consumer) == []
        assert "shorter than what was read" in str(PROCESS.fatal)
    finally:
        PROCESS.fatal = None


async def test_a_group_whose_coordination_has_ended_is_told() -> None:
    """The worker stood still, a member of nothing, and no loop of its own was late."""
    consumer = Fed(Broker())
    consumer._thread._consumer = None
    assert consumer.failure() is None  # not started yet

    going_on, ended, stopped = (asyncio.get_running_loop().create_future() for _ in range(3))
    ended.set_exception(KafkaError("Unexpected error during coordination"))
    stopped.cancel()
    for task, told in ((going_on, False), (ended, True), (stopped, False)):
        consumer._thread._consumer = SimpleNamespace(_coordinator=SimpleNamespace(_coordination_task=task))
        assert (consumer.failure() is not None) is told
