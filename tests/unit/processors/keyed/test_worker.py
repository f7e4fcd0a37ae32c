"""A rebalance begins: what was handed over and not folded is read again, whatever Faust does first."""

import asyncio

from processors.hydrate.stage import HYDRATE
from processors.keyed.partition import Partition
from processors.keyed.worker import Worker
from schemas.runtime.progress import Progress
from tests.unit.processors.keyed.test_batches import ONE, OTHER, Broker, Fed

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
    await worker.busy.acquire()
    revoked = asyncio.create_task(worker.revoked())
    await asyncio.sleep(0)
    assert consumer.expected == {ONE: 7, OTHER: 8}  # the round at hand may still end
    worker.busy.release()
    await revoked
    await consumer.perform_seek()

    assert consumer.expected == consumer.broker.position == {ONE: 1, OTHER: 1}
    assert consumer.epoch == 1
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
