"""A rebalance begins: what was handed over and not folded is read again, whatever Faust does first."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from processors.hydrate.stage import HYDRATE
from processors.keyed.batches import Fetch
from processors.keyed.partition import Partition
from processors.keyed.worker import Worker
from schemas.errors import RetryLater
from schemas.records import Record
from schemas.runtime.progress import Progress
from tests.unit.processors.keyed.test_batches import ONE, OTHER, Broker, Fed
from tests.unit.records import Given

NOWHERE = "127.0.0.1:1"


async def test_positions_are_set_back_while_the_flow_stands_still() -> None:
    """Faust's task that seeks and resumes runs beside `assigned`: it must find them set back already."""
    consumer = Fed(Broker(one=9, other=9))
    worker = Worker(HYDRATE, NOWHERE, lambda: consumer, Progress().loop("agent"))
    for tp in (ONE, OTHER):
        part = Partition(HYDRATE, tp.partition, NOWHERE)
        part.read = {tp.topic: 1}
        worker._parts[tp.partition] = part
    await consumer.open({ONE: 1, OTHER: 1})
    consumer.expected |= {ONE: 7, OTHER: 8}  # handed over, in the stream's buffer, and thrown away by Faust
    consumer.flow_active = False
    busy = worker._parts[OTHER.partition].busy
    await busy.acquire()
    revoked = asyncio.create_task(worker.revoked())
    await asyncio.sleep(0)
    assert consumer.expected == {ONE: 7, OTHER: 8}  # the round at hand may still end
    busy.release()
    await revoked
    await consumer.perform_seek()

    assert consumer.expected == consumer.broker.position == {ONE: 1, OTHER: 1}
    assert consumer.epoch == 1
    await worker.close()


async def test_a_partition_that_is_restored_while_a_rebalance_waits_for_another_is_set_back_too() -> None:
    """It is not waited for: nothing is folded while nothing is held."""
    consumer = Fed(Broker(one=9, other=9))
    worker = Worker(HYDRATE, NOWHERE, lambda: consumer, Progress().loop("agent"))
    parts = {tp: Partition(HYDRATE, tp.partition, NOWHERE) for tp in (ONE, OTHER)}
    for tp, part in parts.items():
        part.read = {tp.topic: 1}
    worker._parts[OTHER.partition] = parts[OTHER]
    await consumer.open({ONE: 1, OTHER: 1})
    consumer.expected |= {ONE: 7, OTHER: 8}
    consumer.flow_active = False
    await parts[OTHER].busy.acquire()
    revoked = asyncio.create_task(worker.revoked())
    await asyncio.sleep(0)
    worker._parts[ONE.partition] = parts[ONE]  # as `_open` does at its end
    parts[OTHER].busy.release()
    await revoked

    assert consumer.expected == {ONE: 1, OTHER: 1}
    await worker.close()


async def test_nothing_is_sent_for_a_partition_that_is_anothers_or_of_which_records_wait_here() -> None:
    """What is asked for must follow from all that is known."""
    consumer = Fed(Broker(one=9))
    worker = Worker(HYDRATE, NOWHERE, lambda: consumer, Progress().loop("agent"))
    part, anew = Partition(HYDRATE, ONE.partition, NOWHERE), Partition(HYDRATE, ONE.partition, NOWHERE)
    part.read = anew.read = {ONE.topic: 7}
    worker._parts[ONE.partition] = part
    made: list[int] = []

    async def send(of: Partition, expected: int) -> bool:
        consumer.expected = {ONE: expected}
        return await worker.send(of, lambda: made.append(expected) or {})

    assert not await send(part, 7)  # a rebalance: nothing is told to be ours yet
    worker._held = True
    assert await send(part, 7)
    assert not await send(part, 8)
    assert not await send(anew, 7)
    assert made == [7]
    assert worker.held == {ONE.partition: part}
    await anew.close()
    await worker.close()


class Slow(Partition):
    """A partition whose broker commits when the test says so; `taken`: the offsets of each round that it began."""

    def __init__(self, number: int) -> None:
        super().__init__(HYDRATE, number, NOWHERE)
        self.committed = asyncio.Event()
        self.failed = False
        self.taken: list[list[int]] = []

    async def take(self, records: Sequence[Record], now: datetime) -> Collection[bytes]:
        del now
        self.taken.append([record.offset for record in records])
        await self.committed.wait()
        if self.failed:
            raise RetryLater("the broker did not commit")
        return ()


class Stream:
    """Stands where Faust's stream stands: gives what the test puts into it."""

    def __init__(self, consumer: Fed) -> None:
        self._consumer = consumer
        self._given: asyncio.Queue[list[Any]] = asyncio.Queue()

    async def give(self, *offsets: int) -> None:
        """One record of each partition, and time to begin with them."""
        for offset in offsets:
            fetched = [[Given(tp.topic, tp.partition, offset, b"k", b"v")] for tp in (ONE, OTHER)]
            found = [Fetch(list(records), self._consumer.epoch) for records in fetched]
            await self._given.put([SimpleNamespace(message=SimpleNamespace(value=fetch)) for fetch in found])
        for _ in range(20):
            await asyncio.sleep(0)

    async def noack_take(self, _: int, within: float) -> AsyncIterator[list[Any]]:
        del within
        while True:
            yield await self._given.get()

    async def ack(self, _: Any) -> None:  # noqa: ANN401 - stands for Faust's own
        """Nothing is told: offsets are in the transaction."""


async def begun() -> tuple[Worker, Fed, Stream, Slow, Slow, asyncio.Task[None]]:
    """A worker of two partitions that takes what its stream gives."""
    consumer = Fed(Broker(one=9, other=9))
    worker = Worker(HYDRATE, NOWHERE, lambda: consumer, Progress().loop("agent"))
    one, other = Slow(ONE.partition), Slow(OTHER.partition)
    worker._parts, worker._held = {part.number: part for part in (one, other)}, True
    worker._loops = {part.number: Progress().loop(f"partition {part.number}") for part in (one, other)}
    stream = Stream(consumer)
    return worker, consumer, stream, one, other, asyncio.create_task(worker.take(cast(Any, stream)))


async def test_while_one_partition_waits_for_its_commit_the_next_round_is_folded_in_the_others() -> None:
    """And a partition's own rounds stay in their order; a third one is not even taken from the stream."""
    worker, _, stream, one, other, task = await begun()
    other.committed.set()
    await stream.give(1, 2, 3)
    assert (one.taken, other.taken) == ([[1]], [[1], [2]])
    one.committed.set()
    await stream.give()
    assert one.taken == other.taken == [[1], [2], [3]]
    task.cancel()
    await asyncio.wait({task})
    await worker.close()


async def test_a_round_that_waits_when_a_rebalance_begins_is_dropped_and_read_again() -> None:
    worker, consumer, stream, one, _, task = await begun()
    await stream.give(1, 2)
    revoked = asyncio.create_task(worker.revoked())
    await stream.give()
    assert not revoked.done()
    one.committed.set()
    cast(Slow, worker._parts[OTHER.partition]).committed.set()
    await revoked
    worker._held = True  # and all of it stays with this worker
    await stream.give()
    assert (one.taken, consumer.epoch) == ([[1]], 1)
    task.cancel()
    await asyncio.wait({task})
    await worker.close()


async def test_a_commit_that_fails_is_told_though_nothing_more_comes() -> None:
    """The agent may wait in its stream for ever: whoever watches the worker must see it."""
    worker, _, stream, one, other, task = await begun()
    one.failed = True
    one.committed.set()
    other.committed.set()
    await stream.give(1)
    assert isinstance(worker.failure(), RetryLater)
    await stream.give(2)
    with pytest.raises(RetryLater):
        await task
    await worker.close()
