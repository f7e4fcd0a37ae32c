"""How long whoever reads gets no answer while `collector replay --promote` puts a replay in the place of what is shown."""

import asyncio
import sys
from itertools import pairwise
from time import perf_counter

from deploy.bench.figures import Figure
from deploy.bench.scene import Scene
from deploy.replay.plan import Replay
from schemas.runtime.mongo import aggregated
from schemas.views import CLOSED_BILLS, Document

LIMIT_MS = 1_000.0
READ_EVERY_S = 0.01
READ_WITHIN_MS = 20_000
ONE: list[Document] = [{"$limit": 1}]
HOW = "longest from one answer to the next, of one who asks a hundred times a second"


async def measured(scene: Scene, states: Replay) -> list[Figure]:
    """Of `states`, a replay of debtors that has ended, and of a view whose collection takes a name. The stages run."""
    view = Replay("bench-view", CLOSED_BILLS)
    scene.report(f"replay: {view.what}, to promote it")
    async with scene.run("replay", [*command(), view.what, "--id", view.id]) as running:
        await running.ended()
    return [await _without_answer(scene, plan) for plan in (states, view)]


async def _without_answer(scene: Scene, plan: Replay) -> Figure:
    scene.report(f"replay: promoting {plan.id}")
    answers: list[float] = []
    over = asyncio.Event()

    async def read() -> None:
        while not over.is_set():
            await aggregated(scene.database, plan.what, ONE, READ_WITHIN_MS)
            answers.append(perf_counter())
            await asyncio.sleep(READ_EVERY_S)

    async with asyncio.TaskGroup() as group:
        group.create_task(read())
        async with scene.run("promote", [*command(), "--promote", plan.id]) as running:
            await running.ended()
        over.set()
    longest = max(after - before for before, after in pairwise(answers))
    return Figure(f"a reader of {plan.what} while a replay of it is promoted", 1_000 * longest, "ms", LIMIT_MS, HOW)


def command() -> list[str]:
    """`collector replay`."""
    return [sys.executable, "-m", "deploy.cli.main", "replay"]
