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
