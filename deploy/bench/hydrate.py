"""`hydrate` beside itself without transactions, a bare loop and Quix Streams: the same raw rows, the same pure fold.

A run begins when the group has shared out its partitions and ends when the broker has appended the last output. Every
program starts from nothing and must arrive at the states that a plain fold of all rows gives.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
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
RIVALS = {PLAIN: "plain_hydrate", BARE: "bare_hydrate", QUIX: "quix_hydrate"}


async def measure(scene: Scene, peaks: Peaks) -> list[Comparison]:
    """All programs, round by round."""
    scene.report(f"hydrate: publishing {scene.sizes.events} rows of {scene.sizes.debtors} debtors")
    await asyncio.to_thread(scene.kafka.renew, HYDRATE.sources)
    drawn = await asyncio.to_thread(provider.simulator, scene.sizes.debtors)
    events = await scene.publish(islice(provider.everything(drawn), scene.sizes.events))
    del drawn
    wanted = await asyncio.to_thread(lambda: judge.expected(scene.kafka.read(HYDRATE.sources).records, datetime.now(UTC)))
    runs = []
    for number in range(scene.sizes.rounds):
        for program in in_turn((OURS, *RIVALS), number):
            scene.report(f"hydrate: round {number + 1}, {program}")
            measured = await run(scene, program, number, peaks, wanted)
            runs.append(replace(measured, items=events))
    return [Comparison("hydrate", "events", OURS, TARGETS, runs, NOTES)]


async def run(scene: Scene, program: str, number: int, peaks: Peaks, wanted: judge.States) -> Run:
    """One program over the rows that are there; `items` is left to whoever published them."""
    output, group, start = _setting(scene, program, number)
    await asyncio.to_thread(scene.kafka.renew, [output])
    await asyncio.to_thread(scene.kafka.forget, group)
    async with start() as running:
        await scene.joined(running, group)
        joined, cpu = time(), running.cpu
        await scene.drained(running, group, HYDRATE.sources)
        cpu = running.cpu - cpu
    if program == OURS:
        peaks.note(OURS, running)
    written = await asyncio.to_thread(scene.kafka.read, [output])
    return Run(
        program=program,
        round=number,
        items=0,
        seconds=written.last - joined,
        startup=joined - running.began,
        cpu=cpu,
        peak=running.peak,
        wrong=judge.wrong(judge.arrived(written.records), wanted),
    )


def _setting(scene: Scene, program: str, number: int) -> tuple[Topic, str, Callable[[], AbstractAsyncContextManager[Child]]]:
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
