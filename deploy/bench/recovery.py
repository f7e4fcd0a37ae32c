"""Every stage at once over a whole provider: how much memory each takes, and how soon `hydrate` is back after `kill -9`."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from statistics import median
from time import time

from deploy import instances
from deploy.bench.child import Child
from deploy.bench.figures import Figure
from deploy.bench.latency import new_bills
from deploy.bench.provider import INSTANCE, OF_DEBTORS, Published
from deploy.bench.scene import VIEW_GROUP, WITHIN_S, Peaks, Scene
from deploy.stages import STAGES
from processors.hydrate.stage import HYDRATE
from producers.erp.changes import Change
from schemas.erp.ixc import BILLS
from schemas.runtime.settings import MongoSettings
from schemas.topics import DEBTORS

WITHOUT_ERP = tuple(stage for stage in STAGES if stage != "erp-poller")
HOW = "kill -9, started again at once; until the broker has the state of a bill published meanwhile"


async def measure(scene: Scene, peaks: Peaks) -> list[Figure]:
    """Median of the rounds, in seconds."""
    scene.report(f"recovery: {', '.join(WITHOUT_ERP)} over {scene.sizes.debtors} debtors")
    bills = new_bills(await scene.sweep_once())
    mongo = MongoSettings(mongo_uri=scene.env["MONGO_URI"], mongo_database=scene.database.name)
    await instances.add(mongo, INSTANCE, replace=True)
    async with AsyncExitStack() as stages:
        running = {name: await stages.enter_async_context(scene.stage(name)) for name in WITHOUT_ERP}
        hydrate = running["hydrate"]
        await scene.drained(hydrate, HYDRATE.name, HYDRATE.sources)
        await scene.drained(running["views"], VIEW_GROUP, [DEBTORS])
        await scene.drained(running["dialer"], "dialer", [DEBTORS])
        seconds = []
        for number in range(scene.sizes.rounds):
            scene.report(f"recovery: kill {number + 1}")
            await hydrate.kill()
            hydrate, took = await _back(scene, stages, bills)
            seconds.append(took)
    for name, program in (running | {"hydrate": hydrate}).items():
        peaks.note(name, program)
    return [Figure(f"hydrate is back with {scene.sizes.debtors} states", median(seconds), "s", note=HOW)]


async def _back(scene: Scene, stages: AsyncExitStack, bills: Iterator[Change]) -> tuple[Child, float]:
    began = time()
    there = await asyncio.to_thread(scene.kafka.ends, [DEBTORS])
    again = await stages.enter_async_context(scene.stage("hydrate"))
    await scene.publish([Published(OF_DEBTORS[BILLS.name], next(bills))])
    await again.until(lambda: scene.kafka.ends([DEBTORS]) != there, WITHIN_S)
    return again, (await asyncio.to_thread(scene.kafka.read, [DEBTORS])).last - began
