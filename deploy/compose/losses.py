"""What an operator may lose or do wrong, done to a project: `make compose-test ARGS="--losses"`.

What helps is what `deploy/runbook.md` says, and nothing else. Each step ends with the comparison with the truth.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping

from deploy.compose.judge import judging
from deploy.compose.lost import disk, kafka, mongo
from deploy.compose.mistakes import cut, secret, stopped
from deploy.compose.project import Project
from deploy.compose.said import crashes
from deploy.compose.watching import ALONE, Report, healthy, letters, settled, status, swept, verified

Step = Callable[[Project, Report], Awaitable[list[str]]]
CUT = "cut"
SHOWN = 10
STEPS: Mapping[str, Step] = {CUT: cut, "secret": secret, "stopped": stopped, "kafka": kafka, "mongo": mongo, "disk": disk}


async def losses(project: Project, report: Report, steps: Iterable[str]) -> list[str]:
    """Everything that is wrong after each of these steps, in order; empty when all is as it was."""
    report("building the image (minutes where nothing is cached)")
    await project.build()
    wrong: list[str] = []
    is_up = False
    for name in steps:
        loop = asyncio.get_running_loop()
        began = loop.time()
        if not is_up and name != CUT:
            report("starting everything")
            await project.compose("up", "--detach")
            await healthy(project, ALONE, report)
        is_up = True
        report(f"--- {name}")
        found = await STEPS[name](project, report) + await _as_before(project, report)
        report(f"--- {name}: {f'{len(found)} differences' if found else 'equals the truth'}, {loop.time() - began:.0f} s")
        for line in found[:SHOWN]:
            report(f"  {line}")
        wrong += [f"{name}: {line}" for line in found]
    return wrong


async def _as_before(project: Project, report: Report) -> list[str]:
    """Healthy, equal to the truth, without dead letters; then the simulator goes on."""
    await healthy(project, ALONE, report)
    async with judging(project) as judge:
        await swept(judge)
        wrong = await settled(project, judge, report)
        wrong += letters(await status(project)) + await verified(project)
        await judge.provider.resume()
    # aiokafka logs with a traceback that its broker has lost a transaction; nobody has died of it
    return wrong + crashes(await project.said(), logged=False)
