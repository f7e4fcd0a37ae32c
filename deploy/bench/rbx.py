"""The first sync of an RBX by the real `erp-poller`: how fast, and in how much memory.

RBX knows no pages: all clients come in one answer, open documents in ranges of codes. Everything is asked for once.
"""

import asyncio

from pydantic import HttpUrl, SecretStr

from deploy import instances
from deploy.bench.figures import Figure
from deploy.bench.options import OPEN_BILLS
from deploy.bench.poller import ONCE_A_DAY, OURS, over, sweeps_of, wrong
from deploy.bench.provider import INSTANCE, SEED
from deploy.bench.scene import WITHIN_S, Peaks, Scene
from deploy.demo.erps import RBX
from deploy.demo.options import Options
from deploy.demo.provider import Provider
from deploy.local.ports import free
from deploy.simulators.rbx.server import KEY, KEY_V2
from schemas.erp.rbx import Rbx
from schemas.errors import StopWorker
from schemas.runtime.secrets import seal
from schemas.runtime.settings import MongoSettings
from schemas.topics import ROW_TOPICS, SWEEPS

MEMORY = f"{OURS} (RBX)"


async def measure(scene: Scene, peaks: Peaks) -> list[Figure]:
    """One run over empty topics. Raises StopWorker where a sweep failed: then nothing was measured."""
    port, kafka = free(1)[0], scene.kafka
    options = Options(None, clients=scene.sizes.debtors, open_bills=OPEN_BILLS, changes=0, seed=SEED)
    simulated = Provider(port, RBX)
    async with scene.run("simulator-rbx", RBX.command(options, port, "")):
        try:
            scene.report(f"rbx: a provider of {scene.sizes.debtors} clients")
            await simulated.ready()
        finally:
            await simulated.close()
        await _instance(scene, port)
        await asyncio.to_thread(kafka.renew, [*ROW_TOPICS.values(), SWEEPS])
        async with scene.stage(OURS) as running:
            await running.until(lambda: len(over(sweeps_of(kafka))) >= len(ROW_TOPICS), WITHIN_S)
        peaks.note(MEMORY, running)
        sweeps = await asyncio.to_thread(sweeps_of, kafka)
    if said := wrong(sweeps, await asyncio.to_thread(kafka.count, ROW_TOPICS.values())):
        raise StopWorker(f"rbx: {said}")
    rows = sum(one.rows for one in over(sweeps))
    seconds = (max(one.at for one in sweeps) - min(one.at for one in sweeps)).total_seconds()
    return [Figure("first sync of an RBX by erp-poller", rows / seconds, "rows a second", note=f"{rows} rows read")]


async def _instance(scene: Scene, port: int) -> None:
    """The provider's entry in the database: no pause, and no second sweep while we look."""
    key = SecretStr(scene.env["COLLECTOR_SECRET_KEY"])
    connection = Rbx(
        url=HttpUrl(f"http://127.0.0.1:{port}/routerbox/"),
        token=seal(KEY, key),
        token_v2=seal(KEY_V2, key),
        gap=0,
        every=dict.fromkeys(ROW_TOPICS, ONCE_A_DAY),
    )
    mongo = MongoSettings(mongo_uri=scene.env["MONGO_URI"], mongo_database=scene.database.name)
    await instances.add(mongo, INSTANCE.model_copy(update={"erp": connection}), replace=True)
