"""What deciding on a debtor costs, beside reading the same entry: one core, nothing but the rules.

Half of a decision is its history, so the debtors have from none to seven calls behind them.
"""

import time
from collections.abc import Callable, Sequence
from statistics import median

from deploy.bench.callees import CALLING, entries
from deploy.bench.figures import Comparison, Figure, Result, Run, Target
from deploy.bench.scene import Scene, in_turn
from schemas.calling.decide import decide
from schemas.codec import decode, encode
from schemas.controls import NO_CONTROLS
from schemas.queue import QueueEntry, Verdict

OURS, READ = "decide", "read"
NOTES = {
    OURS: "every rule whose answer is stored: debts, people, limits and delays of past calls, the number",
    READ: "pydantic: the same entry of the call queue from its JSON",
}
TARGET = Target(at_least=0.5)
"""Who looks at a debtor reads his entry and decides: the rules may at most treble the price of reading him."""
DEBTORS_A_SECOND = 20_000
"""Of one core, at least: 27,000 debtors are decided on within two seconds of a change of the rules."""
LIMIT_US = 1e6 / DEBTORS_A_SECOND
NOTE = f"{LIMIT_US:.0f} µs of one core are {DEBTORS_A_SECOND:,} a second; they have from none to seven calls behind them"


def measure(scene: Scene) -> list[Result]:
    """Both round by round, and the time of one decision."""
    listed = list(entries(scene.sizes.debtors))
    stored = [encode(one) for one in listed]
    wanted = [one.verdict for one in listed]

    def decided() -> list[Verdict]:
        return [decide(one.facts, one.code, CALLING, NO_CONTROLS) for one in listed]

    def read() -> list[Verdict]:
        return [decode(QueueEntry, one).verdict for one in stored]

    runs = []
    for number in range(scene.sizes.rounds):
        for program in in_turn((OURS, READ), number):
            scene.report(f"calls: round {number + 1}, {program}")
            runs.append(_run(program, number, decided if program == OURS else read, wanted))
    each_s = median(run.cpu for run in runs if run.program == OURS) / len(listed)
    compared = Comparison("deciding", "debtors", OURS, {READ: TARGET}, runs, NOTES)
    return [compared, Figure("deciding on a debtor", 1e6 * each_s, "µs", LIMIT_US, NOTE)]


def _run(program: str, number: int, work: Callable[[], Sequence[Verdict]], wanted: Sequence[Verdict]) -> Run:
    began, cpu = time.perf_counter(), time.process_time()
    found = work()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    other = sum(one != verdict for one, verdict in zip(found, wanted, strict=True))
    wrong = f"wrong: {other} of {len(wanted)} verdicts differ" if other else ""
    return Run(program, number, len(wanted), seconds, cpu=cpu, wrong=wrong)
