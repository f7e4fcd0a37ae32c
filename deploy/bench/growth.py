"""`hydrate` where more is asked of it: two workers beside one, and ten times the provider.

Broker, database and judge stand on the same cores as the workers: two workers on two cores share them with all of that.
"""

from dataclasses import replace
from functools import partial

from deploy.bench import hydrate, judge
from deploy.bench.figures import Comparison, Figure, Result, Run, Target
from deploy.bench.scene import Peaks, Scene, in_turn
from deploy.stages import command
from processors.hydrate.stage import HYDRATE
from schemas.topics import DEBTORS

STAGE = "hydrate"
ONE, TWO = "one worker", "two workers"
COUNTS = {ONE: 1, TWO: 2}
NOTES = {ONE: "collector run hydrate, once", TWO: "the same, twice; from the moment at which the first one has joined"}
TARGETS = {ONE: Target(at_least=1.6)}
ROWS = 5
"""A debtor: about what a first sweep has."""
TIMES = 10
DEARER = 1.2


async def measure(scene: Scene, peaks: Peaks) -> list[Result]:
    """The workers round by round; then one of them on the larger provider, against the median of what it took before."""
    wanted, events = await _published(scene, scene.sizes.debtors)
    runs: list[Run] = []
    for number in range(scene.sizes.rounds):
        for program in in_turn((TWO, ONE), number):
            scene.report(f"growth: round {number + 1}, {program}")
            runs.append(replace(await _run(scene, program, number, wanted), items=events))
    compared = Comparison("workers", "events", TWO, TARGETS, runs, NOTES)
    wanted, events = await _published(scene, scene.sizes.debtors * TIMES)
    scene.report("growth: one worker")
    large = replace(await _run(scene, ONE, scene.sizes.rounds, wanted), items=events)
    peaks[f"{STAGE}, {scene.sizes.debtors * TIMES} debtors"] = large.peak
    return [compared, dearer(runs, large)]


def dearer(runs: list[Run], large: Run) -> Figure:
    """Processor time an event, of the larger provider by that of the smaller one. One that was wrong counts as no bound."""
    small = sorted(run.cpu / run.items for run in runs if run.program == ONE and not run.wrong)
    right = bool(small) and not large.wrong
    ratio = large.cpu / large.items / small[len(small) // 2] if right else float("inf")
    note = f"{1e6 * large.cpu / large.items:.0f} us an event; {large.wrong or 'equal to the fold of all rows'}"
    return Figure(f"processor time an event, {TIMES} times the debtors", ratio, "x", DEARER, note)


async def _published(scene: Scene, debtors: int) -> tuple[judge.States, int]:
    return await hydrate.published(scene, "growth", debtors, ROWS * debtors)


async def _run(scene: Scene, program: str, number: int, wanted: judge.States) -> Run:
    argvs = {f"{STAGE}-{name}": command(STAGE, str(name)) for name in range(COUNTS[program])}
    starts = [partial(scene.run, name, argv) for name, argv in argvs.items()]
    return replace(await hydrate.timed(scene, DEBTORS, HYDRATE.name, starts, wanted), program=program, round=number)
