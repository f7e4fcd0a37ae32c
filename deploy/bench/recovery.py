"""How soon `hydrate` is back after `kill -9` over a history of states, in every one of its partitions.

The history: `debtor.v1` is compacted, and what is younger than an hour, or lies in the segment of this hour or in one that
is not worth cleaning yet, stays whole. A bill opens and is paid within a month, so that 14 days of it change a debtor twice
or so; the worst hour is the day of billing, when all of them change in one. `Sizes.history` records each: one that
compaction kept, and the others of such an hour.
"""

import asyncio
from contextlib import AsyncExitStack
from statistics import median
from time import time

from deploy.bench import history
from deploy.bench.child import Child
from deploy.bench.figures import Figure
from deploy.bench.latency import new_bills
from deploy.bench.provider import INSTANCE, OF_DEBTORS, Published, simulator
from deploy.bench.scene import WITHIN_S, Peaks, Scene
from producers.erp.changes import Change
from schemas.erp.ixc import BILLS
from schemas.keys import debtor_key, partition_of
from schemas.topics import DEBTORS

FIRST_ID = 10**8
"""Far above every bill of the history, and so far from one debtor's to the next one's."""
LIMITS_S = {27_000: 3.0, 270_000: 15.0}
HOW = "kill -9, started again at once; until each partition has the state of a bill published meanwhile, {} records a debtor"


async def measure(scene: Scene, peaks: Peaks) -> list[Figure]:
    """Median of the rounds, in seconds. The first start is not counted: it compiles."""
    count, times = scene.sizes.debtors, scene.sizes.history
    scene.report(f"recovery: {count} states, {times} records each")
    await asyncio.to_thread(scene.empty)
    await history.states(scene.kafka.servers, count, times)
    bills = Bills(count)
    async with AsyncExitStack() as stages:
        hydrate, _ = await back(scene, stages, bills)
        seconds = []
        for number in range(scene.sizes.rounds):
            scene.report(f"recovery: kill {number + 1}")
            await hydrate.kill()
            hydrate, took = await back(scene, stages, bills)
            seconds.append(took)
        peaks.note("hydrate", hydrate)
    note = HOW.format(times)
    return [Figure(f"hydrate is back with {count} states", median(seconds), "s", LIMITS_S.get(count), note)]


class Bills:
    """New bills, one at a time for each partition, of debtors that are there."""

    def __init__(self, debtors: int) -> None:
        homes = {1 + partition_of(debtor_key(INSTANCE.name, str(n)), DEBTORS.partitions): str(n) for n in range(debtors)}
        sample = next(iter(simulator(10).provider[BILLS.name].each()))
        self._each = [new_bills([sample | {"id": str(FIRST_ID * home), "id_cliente": code}]) for home, code in homes.items()]

    def changes(self) -> list[Change]:
        """Another one of each."""
        return [next(each) for each in self._each]


async def back(scene: Scene, stages: AsyncExitStack, bills: Bills) -> tuple[Child, float]:
    """`hydrate`, started, and the seconds until it has brought every partition further."""
    began = time()
    there = await asyncio.to_thread(scene.kafka.ends, [DEBTORS])
    hydrate = await stages.enter_async_context(scene.stage("hydrate"))
    await scene.publish(Published(OF_DEBTORS[BILLS.name], change) for change in bills.changes())

    def further() -> bool:
        now = scene.kafka.ends([DEBTORS])
        return all(now[part] > end for part, end in there.items())

    await hydrate.until(further, WITHIN_S)
    return hydrate, (await asyncio.to_thread(scene.kafka.read, [DEBTORS], there)).last - began
