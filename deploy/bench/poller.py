"""The first sync of a provider by the real `erp-poller`, beside a bare download of exactly the same pages.

Both ask the same simulator process, without a pause between requests. The poller's run lasts from its first sweep's start to
its last one's end, by its own sweep events; the simulator counts the pages of both.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

import httpx
import orjson
from pydantic import HttpUrl, SecretStr

from deploy import instances
from deploy.bench.broker import Kafka
from deploy.bench.figures import Comparison, Figure, Result, Run, Target, spread
from deploy.bench.options import OPEN_BILLS
from deploy.bench.provider import INSTANCE, SEED
from deploy.bench.scene import WITHIN_S, Peaks, Scene, in_turn
from deploy.demo.options import Options
from deploy.demo.provider import Provider, command
from deploy.local.ports import free
from deploy.simulators.ixc.server import TOKEN, USER
from schemas.codec import decode
from schemas.erp.ixc import Ixc
from schemas.runtime.secrets import seal
from schemas.runtime.settings import MongoSettings
from schemas.sweeps import Sweep
from schemas.topics import ROW_TOPICS, SWEEPS

OURS, BARE = "erp-poller", "bare download"
NOTES = {
    OURS: "collector run erp-poller: checks, hashes, publishes every row and waits for the broker; cpu s with its start",
    BARE: "the same requests in turn, blocking httpx; each page parsed for its last id, then dropped",
}
TARGET = Target(at_most=1.4)
PACES = {"first sync, an ERP that answers at once": 0.0, "first sync, an ERP that takes 0.1 s a page": 0.1}
ONCE_A_DAY = 86_400.0
PATH = "/webservice/v1/"
LOGIN = f"{USER}:{TOKEN}"


async def measure(scene: Scene, peaks: Peaks) -> list[Result]:
    """Against an ERP that answers at once and one that takes its time, each warmed by a download that is not counted."""
    port = free(1)[0]
    trial = Trial(scene, peaks, f"http://127.0.0.1:{port}")
    options = Options(None, clients=scene.sizes.debtors, open_bills=OPEN_BILLS, changes=0, seed=SEED)
    simulated = Provider(port)
    async with scene.run("simulator", command(options, port)):
        try:
            scene.report(f"poller: a provider of {scene.sizes.debtors} clients")
            await simulated.ready()
        finally:
            await simulated.close()
        await _instance(scene, trial.erp)
        await trial.bare(0)
        found = [await trial.compare(name, seconds) for name, seconds in PACES.items()]
    ours = next(run for run in found[0].runs if run.program == OURS)
    speed = spread(run.rate for run in found[0].runs if run.program == OURS)
    return [*found, Figure("first sync by erp-poller", speed.median, "rows a second", note=f"{ours.items} rows read")]


async def _instance(scene: Scene, erp: str) -> None:
    """The provider's entry in the database: no pause, and no second sweep while we look."""
    token = seal(f"{USER}:{TOKEN}", SecretStr(scene.env["COLLECTOR_SECRET_KEY"]))
    every = dict.fromkeys(ROW_TOPICS, ONCE_A_DAY)
    url = HttpUrl(f"{erp}{PATH}")
    entry = INSTANCE.model_copy(update={"erp": Ixc(url=url, token=token, gap=0, every=every, recent={})})
    mongo = MongoSettings(mongo_uri=scene.env["MONGO_URI"], mongo_database=scene.database.name)
    await instances.add(mongo, entry, replace=True)


@dataclass(frozen=True, slots=True)
class Trial:
    """Both programs against the simulator at `erp`."""

    scene: Scene
    peaks: Peaks
    erp: str

    async def compare(self, name: str, page_seconds: float) -> Comparison:
        """Round by round, with `page_seconds` of waiting before each answer."""
        await self._slow(page_seconds)
        runs: list[Run] = []
        asked = await self._pages()
        warm = await self.bare(0)
        wanted = await self._pages() - asked
        for number in range(self.scene.sizes.rounds):
            for program in in_turn((OURS, BARE), number):
                self.scene.report(f"{name}: round {number + 1}, {program}")
                asked = await self._pages()
                run = await (self.ours(number, warm.items) if program == OURS else self.bare(number))
                pages = await self._pages() - asked
                runs.append(run if pages == wanted else replace(run, wrong=f"wrong: {pages} pages instead of {wanted}"))
        return Comparison(f"{name}, {wanted} pages", "rows", OURS, {BARE: TARGET}, runs, NOTES)

    async def ours(self, number: int, rows: int) -> Run:
        """The stage over empty topics, which are its memory."""
        kafka = self.scene.kafka
        await asyncio.to_thread(kafka.renew, [*ROW_TOPICS.values(), SWEEPS])
        async with self.scene.stage(OURS) as running:
            await running.until(lambda: len(over(sweeps_of(kafka))) >= len(ROW_TOPICS), WITHIN_S)
            cpu = running.cpu
        self.peaks.note(OURS, running)
        sweeps = await asyncio.to_thread(sweeps_of, kafka)
        began, ended = min(sweep.at for sweep in sweeps), max(sweep.at for sweep in sweeps)
        return Run(
            program=OURS,
            round=number,
            items=rows,
            seconds=(ended - began).total_seconds(),
            startup=began.timestamp() - running.began,
            cpu=cpu,
            peak=running.peak,
            wrong=wrong(sweeps, await asyncio.to_thread(kafka.count, ROW_TOPICS.values())),
        )

    async def bare(self, number: int) -> Run:
        """The download."""
        result = self.scene.folder / "download.json"
        async with self.scene.rival("bare_download", f"{self.erp}{PATH}", LOGIN, result) as running:
            await running.ended()
        took = orjson.loads(result.read_bytes())
        return Run(BARE, number, took["rows"], took["seconds"], cpu=took["cpu"], peak=running.peak)

    async def _slow(self, seconds: float) -> None:
        orders = [{"kind": "clear"}, *([{"kind": "slow", "seconds": seconds}] if seconds else [])]
        async with httpx.AsyncClient(base_url=self.erp) as http:
            for order in orders:
                (await http.post("/_sim/fail", json=order)).raise_for_status()

    async def _pages(self) -> int:
        """Good answers of the simulator until now."""
        async with httpx.AsyncClient(base_url=self.erp) as http:
            return int((await http.get("/_sim/stats")).raise_for_status().json()["pages"])


def sweeps_of(kafka: Kafka) -> list[Sweep]:
    """Every event of every sweep."""
    return [decode(Sweep, record.value) for record in kafka.read([SWEEPS]).records]


def over(sweeps: Iterable[Sweep]) -> list[Sweep]:
    """Those that have ended, well or not."""
    return [sweep for sweep in sweeps if sweep.phase in {"completed", "failed"}]


def wrong(sweeps: Iterable[Sweep], published: int) -> str:
    """One sentence where a sweep failed or the raw topics do not hold what the sweeps say."""
    failed = [f"{sweep.kind}: {sweep.error}" for sweep in sweeps if sweep.phase == "failed"]
    rows = sum(sweep.rows for sweep in over(sweeps))
    return (
        f"wrong: {failed[0]}" if failed else f"wrong: {published} of {rows} rows are published" if published != rows else ""
    )
