"""How much memory the stages that hold a provider in it take, each started by itself in the middle of its life.

`hydrate` holds every state; `dialer` its own and reads every debtor; the poller holds key and digest of every row, five a
debtor here. More is told by the other benchmarks, which note the most that a stage took in them.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

from deploy import instances
from deploy.bench import history
from deploy.bench.figures import Figure
from deploy.bench.provider import INSTANCE
from deploy.bench.recovery import Bills, back
from deploy.bench.scene import WITHIN_S, Peaks, Scene
from schemas.runtime.settings import MongoSettings
from schemas.topics import DEBTORS, QUEUE, ROW_TOPICS

READ_BACK = "memory_read_back"


async def measure(scene: Scene, peaks: Peaks) -> Sequence[Figure]:
    """Nothing of its own: what they took is told with the memory of all."""
    count = scene.sizes.debtors
    scene.report(f"memory: {count} debtors")
    await asyncio.to_thread(scene.empty)
    await asyncio.to_thread(scene.kafka.renew, [*ROW_TOPICS.values(), QUEUE])
    await asyncio.to_thread(scene.kafka.forget, "dialer")
    await history.states(scene.kafka.servers, count, 1)
    mongo = MongoSettings(mongo_uri=scene.env["MONGO_URI"], mongo_database=scene.database.name)
    await instances.add(mongo, INSTANCE, replace=True)
    scene.report("memory: hydrate")
    async with AsyncExitStack() as stages:
        hydrate, _ = await back(scene, stages, Bills(count))
        peaks.note("hydrate", hydrate)
    for start in ("first", "second"):
        scene.report(f"memory: dialer, {start} start")
        async with scene.stage("dialer") as dialer:
            await scene.joined(dialer, "dialer")
            await scene.drained(dialer, "dialer", [DEBTORS])
            await dialer.until(lambda: dialer.said("revisited"), WITHIN_S)
            peaks.note("dialer", dialer)
    scene.report("memory: erp-poller")
    await asyncio.to_thread(scene.kafka.renew, [*ROW_TOPICS.values()])
    await history.rows(scene.kafka.servers, count)
    async with scene.stage("erp-poller") as poller:
        await poller.until(lambda: poller.said(READ_BACK), WITHIN_S)
        peaks.note("erp-poller", poller)
    return []
