"""The first sync of a provider by the real `erp-poller`, beside a bare download of exactly the same pages.

Both ask the same simulator process, without a pause between requests. The poller's run lasts from its first sweep's start to
its last one's end, by its own sweep events; the simulator counts the pages of both.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

import httpx
import orjson
from pydantic import HttpUrl, SecretStr

from deploy import instances
from deploy.bench.figures import Comparison, Figure, Result, Run, Target, spread
from deploy.bench.options import OPEN_BILLS
from deploy.bench.provider import INSTANCE, SEED
from deploy.bench.scene import WITHIN_S, Peaks, Scene, in_turn
from deploy.demo.options import Options
from deploy.demo.provider import Provider, command
from deploy.local.ports import free
from deploy.simulators.ixc.server import TOKEN, USER
from schemas.codec import decode
from schemas.erp.ixc import authorization
from schemas.instances import Erp
from schemas.runtime.secrets import seal
from schemas.runtime.settings import MongoSettings
from schemas.sweeps import Sweep
from schemas.topics import ROW_TOPICS, SWEEPS

OURS, BARE = "erp-poller", "bare download"
NOTES = {
    OURS: "collector run erp-poller: checks, hashes and publishes every row, acknowledged by the broker",
    BARE: "the same requests in turn, blocking httpx; each page parsed for its last id, then dropped",
}
TARGET = Target(at_most=1.4)
ONCE_A_DAY = 86_400.0
PATH = "/webservice/v1/"


async def measure(scene: Scene, peaks: Peaks) -> list[Result]:
    """Round by round, the simulator warmed by one download that is not counted."""
    port = free(1)[0]
    erp = f"http://127.0.0.1:{port}"
    await _instance(scene, erp)
    options = Options(None, clients=scene.sizes.debtors, open_bills=OPEN_BILLS, changes=0, seed=SEED)
    simulated = Provider(port)
    runs = []
    async with scene.run("simulator", command(options, port)):
        try:
            scene.report(f"poller: a provider of {scene.sizes.debtors} clients")
            await simulated.ready()
            pages = await _pages(erp)
            warm = await _bare(scene, erp, -1)
            pages = await _pages(erp) - pages
            for number in range(scene.sizes.rounds):
                for program in in_turn((OURS, BARE), number):
                    scene.report(f"poller: round {number + 1}, {program}")
                    asked = await _pages(erp)
                    run = await (_ours(scene, number, warm.items, peaks) if program == OURS else _bare(scene, erp, number))
                    asked = await _pages(erp) - asked
                    runs.append(run if asked == pages else replace(run, wrong=f"wrong: {asked} pages instead of {pages}"))
        finally:
            await simulated.close()
    ours = spread(run.rate for run in runs if run.program == OURS)
    return [
        Comparison("first sync", "rows", OURS, {BARE: TARGET}, runs, NOTES),
        Figure("first sync by erp-poller", ours.median, "rows a second", note=f"{warm.items} rows in {pages} pages"),
    ]


async def _instance(scene: Scene, erp: str) -> None:
    """The provider's entry in the database: no pause, and no second sweep while we look."""
    token = seal(f"{USER}:{TOKEN}", SecretStr(scene.env["COLLECTOR_SECRET_KEY"]))
    every = dict.fromkeys(ROW_TOPICS, ONCE_A_DAY)
    url = HttpUrl(f"{erp}{PATH}")
    entry = INSTANCE.model_copy(update={"erp": Erp(kind="ixc", url=url, token=token, gap=0, every=every)})
    mongo = MongoSettings(mongo_uri=scene.env["MONGO_URI"], mongo_database=scene.database.name)
    await instances.add(mongo, entry, replace=True)


async def _ours(scene: Scene, number: int, rows: int, peaks: Peaks) -> Run:
    await asyncio.to_thread(scene.kafka.renew, [*ROW_TOPICS.values(), SWEEPS])
    async with scene.stage(OURS) as running:
        await running.until(lambda: sum(scene.kafka.ends([SWEEPS]).values()) >= 2 * len(ROW_TOPICS), WITHIN_S)
        cpu = running.cpu
    peaks.note(OURS, running)
    written = await asyncio.to_thread(scene.kafka.read, [SWEEPS])
    sweeps = [decode(Sweep, record.value) for record in written.records]
    began, ended = min(sweep.at for sweep in sweeps), max(sweep.at for sweep in sweeps)
    return Run(
        program=OURS,
        round=number,
        items=rows,
        seconds=(ended - began).total_seconds(),
        startup=began.timestamp() - running.began,
        cpu=cpu,
        peak=running.peak,
        wrong=await asyncio.to_thread(_wrong, scene, sweeps),
    )


def _wrong(scene: Scene, sweeps: Iterable[Sweep]) -> str:
    """One sentence where a sweep failed or the raw topics do not hold what the sweeps say."""
    failed = [f"{sweep.kind}: {sweep.error}" for sweep in sweeps if sweep.phase == "failed"]
    rows = sum(sweep.rows for sweep in sweeps)
    there = sum(scene.kafka.ends(ROW_TOPICS.values()).values())
    return f"wrong: {failed[0]}" if failed else f"wrong: {there} of {rows} rows are published" if there != rows else ""


async def _bare(scene: Scene, erp: str, number: int) -> Run:
    result = scene.folder / f"download.{number}.json"
    login = authorization(f"{USER}:{TOKEN}")
    async with scene.rival("bare_download", f"{erp}{PATH}", login, result) as running:
        await running.ended()
    took = orjson.loads(result.read_bytes())
    return Run(BARE, number, took["rows"], took["seconds"], cpu=took["cpu"], peak=running.peak)


async def _pages(erp: str) -> int:
    """Good answers of the simulator until now."""
    async with httpx.AsyncClient(base_url=erp) as http:
        return int((await http.get("/_sim/stats")).raise_for_status().json()["pages"])
