"""One simulation from people to verdict. The judge is a process of its own, and is given two files and nothing else."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from deploy.simulation import checker, told
from deploy.simulation.people import Fiction
from deploy.simulation.simulation import Plan, Simulation
from schemas.errors import StopWorker

RANG, PEOPLE = "rang.jsonl", "people.json"


@dataclass(frozen=True, slots=True)
class Result:
    """`figures`: see `deploy.simulation.figures`; `violations`: the judge's lines, and `judged`: its last one."""

    figures: dict[str, Any]
    persons: int
    states: int
    seconds: float
    violations: tuple[str, ...]
    judged: str


def play(plan: Plan, folder: Path, tell: Callable[[date, Simulation], None]) -> Result:
    """Leaves in `folder` what the judge reads. Raises StopWorker where he cannot."""
    began = time.monotonic()
    persons = Fiction(plan.seed, plan.first, plan.last).people(plan.debtors)
    simulation = Simulation(plan, persons, folder / RANG)
    simulation.run(lambda day: tell(day, simulation))
    years = range(plan.first.year, plan.last.year + 1)
    (folder / PEOPLE).write_text(json.dumps(told.people(persons, simulation.thought_of, years)), encoding="utf-8")
    *violations, last = judge(folder)
    return Result(
        figures=simulation.figures(),
        persons=len(persons),
        states=len({person.state for person in persons}),
        seconds=round(time.monotonic() - began, 1),
        violations=tuple(violations),
        judged=last,
    )


def judge(folder: Path) -> list[str]:
    """What the checker says: a line for each violation, and one for them all. Raises StopWorker."""
    command = [sys.executable, "-m", checker.__name__, str(folder / RANG), str(folder / PEOPLE)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    if said.returncode not in {checker.FINE, checker.FOUND}:
        raise StopWorker(f"the checker ended with {said.returncode}: {said.stderr.strip()[-500:]}")
    return said.stdout.splitlines()
