"""The dashboard of a whole provider beside the same page in Streamlit, then its other pages, then a crowd.

A look begins when a process that was started for it answers, which is told as start-up, with a browser that has nothing
cached. First figures: the number of debtors can be read (ours is in the answer itself).
Complete: five charts and the queue are drawn too.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import psutil
from playwright.async_api import Browser

from deploy.bench.dashboard import browsing, seeding
from deploy.bench.dashboard.browsing import FIGURES
from deploy.bench.dashboard.crowd import EVERY_S, Crowd
from deploy.bench.dashboard.programs import OURS, PROGRAMS, STREAMLIT, answering
from deploy.bench.dashboard.provider import PROVIDER, YEAR_ROWS
from deploy.bench.dashboard.told import REFRESHES, ROUNDS, Look, crowd_figures, looks, page_figures
from deploy.bench.figures import Figure, Result
from deploy.bench.scene import Peaks, Scene, in_turn
from deploy.chromium import chromium
from schemas.runtime.mongo import connect
from schemas.runtime.settings import MongoSettings

EDITED = f"&instancia={PROVIDER.name}"
"""The page Instâncias with its form."""


async def measure(scene: Scene, peaks: Peaks) -> list[Result]:
    """Looks by turns, each at a new process; then one process of ours for everything else."""
    scene.report(f"dashboard: seeding {scene.sizes.debtors} clients, {YEAR_ROWS} snapshots")
    async with _seeded(scene) as (here, wanted), chromium() as browser:
        found = [
            await _look(here, browser, program, number, peaks)
            for number in range(scene.sizes.rounds)
            for program in in_turn((OURS, STREAMLIT), number)
        ]
        async with PROGRAMS[OURS].started(here) as (child, address):
            await answering(child, f"{address}readyz")
            scene.report("dashboard: every page")
            turned = await browsing.turns(browser, address)
            year = await browsing.a_year(browser, address)
            pages = [(path, "") for path in FIGURES] + [("instancias", EDITED)]
            counted = {path + more: await browsing.models(browser, address, path, more) for path, more in pages}
            for one in page_figures(turned, year, counted):
                if isinstance(one, Figure):  # told at once too: what follows takes minutes and may fail
                    scene.report(f"dashboard: {one.name}: {one.value:.2f} {one.unit} ({one.note})")
            few, many = scene.sizes.pages
            scene.report(f"dashboard: {few}, then {many} open pages, then {ROUNDS * scene.sizes.visits} that come and go")
            crowd = Crowd(child, address, here.database)
            idle = await crowd.hold([], REFRESHES)
            held = []
            for count in (few, many):
                async with crowd.of(count) as visitors:
                    held.append(await crowd.hold(visitors, REFRESHES))
                await crowd.empty()
            left = await crowd.passing(ROUNDS, scene.sizes.visits)
            peaks.note(OURS, child)
    return [
        *looks(found, wanted),
        *page_figures(turned, year, counted),
        *crowd_figures(idle, held, left, scene.sizes.visits),
    ]


@asynccontextmanager
async def _seeded(scene: Scene) -> AsyncIterator[tuple[Scene, int]]:
    """A scene with a database of its own, and how many debtors its page must show."""
    name = f"{scene.database.name}_dashboard"
    database = connect(MongoSettings(mongo_uri=scene.env["MONGO_URI"], mongo_database=name))
    env = {**scene.env, "MONGO_DATABASE": name, "DASHBOARD_REFRESH_SECONDS": str(EVERY_S)}
    try:
        wanted = await seeding.seed(database, scene.sizes.debtors, datetime.now(UTC))
        yield replace(scene, database=database, env=env), wanted
    finally:
        await database.client.drop_database(name)
        await database.client.close()


async def _look(scene: Scene, browser: Browser, program: str, number: int, peaks: Peaks) -> Look:
    of = PROGRAMS[program]
    load = psutil.getloadavg()[0]
    async with of.started(scene) as (child, address):
        startup = await answering(child, f"{address}{of.health}")
        cpu = child.cpu
        seen = await browsing.look(browser, address, of.parts)
        cpu = child.cpu - cpu
    if program == OURS:
        peaks.note(OURS, child)
    scene.report(f"dashboard: {program}, {seen.first:.2f} s, {seen.complete:.2f} s")
    return Look(program, number, seen, startup, cpu, child.peak, load)
