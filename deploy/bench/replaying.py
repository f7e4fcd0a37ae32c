"""`collector replay debtors` beside a bare loop over the same raw rows, and what the live stages and readers notice of it.

The replay makes states and documents, the loop states alone. A replay begins when its collection is named in MongoDB.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from time import time

from deploy.bench import hydrate, judge, latency, promoting, provider
from deploy.bench.child import Child
from deploy.bench.figures import Comparison, Figure, Result, Run, Target, percentile
from deploy.bench.hydrate import BARE
from deploy.bench.scene import VIEW, WITHIN_S, Peaks, Scene, in_turn
from deploy.replay.plan import Replay
from processors.hydrate.stage import HYDRATE
from schemas.erp.ixc import BILLS
from schemas.views import REPLAYS

OURS = "replay"
NOTES = {OURS: "collector replay debtors: fenced transactions, then a document each", BARE: hydrate.NOTES[BARE]}
TARGETS = {BARE: Target(at_least=0.5)}
P99_LIMIT_MS = 2_000.0


async def measure(scene: Scene, peaks: Peaks) -> list[Result]:
    """Both programs, round by round; then one more replay under the live stages."""
    scene.report(f"replay: publishing {scene.sizes.replayed} rows of {scene.sizes.debtors} debtors")
    await asyncio.to_thread(scene.empty)
    await scene.database[VIEW.name].drop()
    drawn = await asyncio.to_thread(provider.simulator, scene.sizes.debtors)
    events = await scene.publish(islice(provider.everything(drawn), scene.sizes.replayed))
    bills = latency.new_bills(list(drawn.provider[BILLS.name].each()))
    wanted = await asyncio.to_thread(lambda: judge.expected(scene.kafka.read(HYDRATE.sources).records, datetime.now(UTC)))
    runs: list[Run] = []
    for number in range(scene.sizes.rounds):
        for program in in_turn((OURS, *TARGETS), number):
            scene.report(f"replay: round {number + 1}, {program}")
            found = await (
                _ours(scene, number, peaks, wanted) if program == OURS else hydrate.run(scene, BARE, number, peaks, wanted)
            )
            runs.append(replace(found, items=events))
    compared = Comparison("replay", "events", OURS, TARGETS, runs, NOTES)
    return [compared, *await _beside(scene, bills)]


async def _ours(scene: Scene, number: int, peaks: Peaks, wanted: judge.States) -> Run:
    plan = Replay(f"bench-{number}", VIEW.name)
    async with _replay(scene, plan) as (running, began):
        await running.ended()
        seconds = time() - began
    peaks.note(OURS, running)
    made = await asyncio.to_thread(scene.kafka.read, [plan.view.topic])
    wrong = judge.wrong(judge.arrived(made.records), wanted)
    if not wrong and (shown := await scene.database[plan.collection].estimated_document_count()) != len(wanted):
        wrong = f"{shown} documents of {len(wanted)}"
    await scene.database[plan.collection].drop()
    return Run(OURS, number, 0, seconds, began - running.began, 0.0, running.peak, wrong)


@asynccontextmanager
async def _replay(scene: Scene, plan: Replay) -> AsyncIterator[tuple[Child, float]]:
    """Under way, and when it began."""
    async with scene.run(OURS, [*promoting.command(), plan.what, "--id", plan.id]) as running:
        async with asyncio.timeout(WITHIN_S):
            while await scene.database[REPLAYS].find_one({"_id": plan.id}) is None:
                await asyncio.sleep(latency.TICK_S)
        yield running, time()


async def _beside(scene: Scene, bills: latency.Bills) -> list[Figure]:
    async with scene.stage("hydrate") as live, scene.stage("views") as shown:
        await scene.drained(live, HYDRATE.name, HYDRATE.sources)
        await scene.shown(shown)
        scene.report(f"replay: beside {scene.sizes.rate} rows a second for {scene.sizes.seconds} s")
        plan = Replay("bench-beside", VIEW.name)
        async with _replay(scene, plan) as (running, _):
            waits = await latency.measured(scene, bills)
            await running.ended()
        stopped = await promoting.measured(scene, plan)
    name = f"latency at {scene.sizes.rate} rows a second, beside a replay"
    return [
        Figure(f"{name}, p50", percentile(waits, 50), "ms", note=latency.HOW),
        Figure(f"{name}, p99", percentile(waits, 99), "ms", P99_LIMIT_MS, latency.HOW),
        *stopped,
    ]
