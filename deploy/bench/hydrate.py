"""`hydrate` beside itself without transactions, a bare loop and Quix Streams: the same raw rows, the same pure fold.

A run begins when the group has shared out its partitions and ends when the broker has appended the last output. Every
program starts from nothing and must arrive at the states that a plain fold of all rows gives.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from time import time

from deploy.bench import judge, provider
from deploy.bench.child import Child
from deploy.bench.figures import Comparison, Run, Target
from deploy.bench.scene import Peaks, Scene, in_turn
from processors.hydrate.stage import HYDRATE
from schemas.topics import DEBTORS, Topic

OURS, PLAIN, BARE, QUIX = "hydrate", "at least once", "bare loop", "Quix Streams"
NOTES = {
    OURS: "collector run hydrate: a state a key and batch, a fenced transaction a partition and batch",
    PLAIN: "the same process without transactions: states flushed, then offsets committed, a partition and batch; no fence",
    BARE: "confluent-kafka, the same fold, a dict; flush and commit each batch; at least once, restores nothing",
    QUIX: "exactly once, RocksDB and changelog, the same fold an event, one output an event",
}
TARGETS = {PLAIN: Target(at_least=1), BARE: Target(at_least=0.5), QUIX: Target(at_least=1.5)}
Start = Callable[[], AbstractAsyncContextManager[Child]]
RIVALS = {PLAIN: "plain_hydrate", BARE: "bare_hydrate", QUIX: "quix_hydrate"}


async def measure(scene: Scene, peaks: Peaks) -> list[Comparison]:
    """All programs, round by round."""
    wanted, events = await published(scene, "hydrate", scene.sizes.debtors, scene.sizes.events)
    runs = []
    for number in range(scene.sizes.rounds):
        for program in in_turn((OURS, *RIVALS), number):
            scene.report(f"hydrate: round {number + 1}, {program}")
            measured = await run(scene, program, number, peaks, wanted)
            runs.append(replace(measured, items=events))
    return [Comparison("hydrate", "events", OURS, TARGETS, runs, NOTES)]


async def published(scene: Scene, part: str, debtors: int, rows: int) -> tuple[judge.States, int]:
    """The rows of a provider, alone in their topics: what everybody must make of them, and how many they are."""
    scene.report(f"{part}: publishing {rows} rows of {debtors} debtors")
    await asyncio.to_thread(scene.kafka.renew, HYDRATE.sources)
    drawn = await asyncio.to_thread(provider.simulator, debtors)
    events = await scene.publish(islice(provider.everything(drawn), rows))
    del drawn
    wanted = await asyncio.to_thread(lambda: judge.expected(scene.kafka.read(HYDRATE.sources).records, datetime.now(UTC)))
    return wanted, events


async def run(scene: Scene, program: str, number: int, peaks: Peaks, wanted: judge.States) -> Run:
    """One program over the rows that are there; `items` is left to whoever published them."""
    output, group, start = _setting(scene, program, number)
    found = replace(await timed(scene, output, group, [start], wanted), program=program, round=number)
    if program == OURS:
        peaks[OURS] = max(peaks[OURS], found.peak)
    return found


async def timed(scene: Scene, output: Topic, group: str, starts: Sequence[Start], wanted: judge.States) -> Run:
    """Workers of one group over the rows that are there, from the moment at which one has joined.

    `program`, `round` and `items` are left to the caller.
    """
    await asyncio.to_thread(scene.kafka.renew, [output])
    await asyncio.to_thread(scene.kafka.forget, group)
    async with AsyncExitStack() as running:
        workers = [await running.enter_async_context(start()) for start in starts]
        await scene.joined(workers[0], group)
        joined, before = time(), sum(worker.cpu for worker in workers)
        await scene.drained(workers[0], group, HYDRATE.sources)
        cpu = sum(worker.cpu for worker in workers) - before
    written = await asyncio.to_thread(scene.kafka.read, [output])
    return Run(
        program="",
        round=0,
        items=0,
        seconds=written.last - joined,
        startup=joined - workers[0].began,
        cpu=cpu,
        peak=max(worker.peak for worker in workers),
        wrong=judge.wrong(judge.arrived(written.records), wanted),
    )


def _setting(scene: Scene, program: str, number: int) -> tuple[Topic, str, Start]:
    """Where a program writes, its group, and how it is started. Only ours has names that cannot be chosen."""
    if program == OURS:
        return DEBTORS, HYDRATE.name, lambda: scene.stage(OURS)
    rival = RIVALS[program]
    group = f"bench.{rival}.{number}"
    output = replace(DEBTORS, name=group)
    told: list[object] = [group, output.name]
    if program != PLAIN:  # which reads its servers as a stage does
        told.insert(0, scene.kafka.servers)
    if program == QUIX:
        told.append(scene.folder / group)
    return output, group, lambda: scene.rival(rival, *told)
