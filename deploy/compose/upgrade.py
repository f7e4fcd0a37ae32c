"""An upgrade from an earlier revision, over its volumes: `make compose-test ARGS="--from v0.1.0"`.

The earlier one is started from its own files, then today's take its place as README.md says. The simulated ERP and PABX go
on as they were: started anew they would have forgotten what had changed.
"""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.compose.judge import judging
from deploy.compose.keeping import WANTED, both, counted, fewer, kept
from deploy.compose.project import ROOT, Project
from deploy.compose.said import crashes
from deploy.compose.watching import ALONE, SETTLED_WITHIN_S, Report, healthy, letters, settled, status, swept, until
from deploy.compose.yesterday import strangers
from deploy.roll import Present
from schemas.errors import StopWorker
from schemas.runtime.version import version

RINGS = "originate"
"""Before there was such a stage nobody was called."""
KEPT = WANTED | {"calls", "closed_bills"}
STAY = frozenset({"ixc-simulator", "pabx-simulator", "demo-instance"})


async def upgrade(project: Project, revision: str, report: Report) -> list[str]:
    """Everything that is wrong at the end. Raises StopWorker, also where git knows no such revision."""
    report("building today's image (minutes where nothing is cached)")
    await project.build()
    with TemporaryDirectory(prefix="collector-earlier-") as folder:
        earlier = replace(project, source=Path(folder))
        await extracted(revision, earlier.source)
        today = project.values["COLLECTOR_IMAGE"]
        project.change(COLLECTOR_IMAGE=f"{today}-earlier")
        report(f"building the image of {revision}")
        await earlier.build()
        report(f"starting {revision}")
        await earlier.compose("up", "--detach")
        had = await earlier.services()
        await healthy(earlier, {name: count for name, count in ALONE.items() if name in had}, report)
        async with judging(project) as judge:
            await swept(judge)
            if RINGS in had:
                await kept(judge)
            before = await counted(judge, KEPT)
        report("today's docker-compose.yml and image, and `up`")
        project.change(COLLECTOR_IMAGE=today)
        await project.compose("up", "--detach", *sorted(ALONE.keys() - (STAY & had)))
        await healthy(project, ALONE, report)
    return await _judged(project, before, report)


async def extracted(revision: str, folder: Path) -> None:
    """The files of a revision. Raises StopWorker."""
    made = await asyncio.create_subprocess_exec(
        *("git", "-C", ROOT, "archive", "--output", folder / "all.tar", revision), stdout=PIPE, stderr=PIPE
    )
    _, said = await made.communicate()
    if made.returncode:
        raise StopWorker(
            f"--from {revision}: {said.decode(errors='replace').strip()}: name a tag or a commit of this source"
        )
    unpacked = await asyncio.create_subprocess_exec("tar", "-xf", folder / "all.tar", "-C", folder)
    if await unpacked.wait():
        raise StopWorker(f"tar cannot unpack {folder / 'all.tar'}")


async def _judged(project: Project, before: Mapping[str, int], report: Report) -> list[str]:
    async with judging(project) as judge:
        wrong = await settled(project, judge, report)
        after = await counted(judge, KEPT)
        wrong += await judge.page_answers()
    report(f"kept: {both(before, after)}")
    wrong += fewer(before, after)
    await until("the stages of another release to be forgotten", lambda: _others(project), SETTLED_WITHIN_S)
    return wrong + letters(await status(project)) + crashes(await project.said())


async def _others(project: Project) -> list[str]:
    return not_today((await status(project)).stages)


def not_today(stages: Iterable[Present]) -> list[str]:
    """What is wrong with them: who lives on is of today's release."""
    return strangers(stages, version())
