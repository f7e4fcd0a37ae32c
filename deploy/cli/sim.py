"""`collector sim`"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.tables import Row, messages, screen, show
from schemas.errors import StopWorker

if TYPE_CHECKING:
    from deploy.simulation.run import Result
    from deploy.simulation.simulation import Simulation

EXAMPLE = "Example: collector sim --debtors 200 --days 21 --seed 7 --output sim.json"
SHOWN = 20
TABLES = {
    "fates": "Requests",
    "refusals": "Refusals",
    "outcomes": "Outcomes, as the PABXs know them",
    "known": "What the PABXs know, and what we know",
    "faults": "Faults of PABXs",
    "attempts": "Attempts at the end",
    "healed": "Taken up after a crash",
}

Debtors = Annotated[int, typer.Option(min=1, help="Rows of clients at the simulated providers.")]
Days = Annotated[int, typer.Option(min=1, max=365, help="How many, from 15 November 2026 on.")]
Seed = Annotated[int, typer.Option(help="Another seed is another world; the same one is the same, call by call.")]
Keep = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Keep there what the judge reads: the PABXs' log, and who may be rung when."),
]
Blind = Annotated[bool, typer.Option("--without-ledger", help="Nobody asks the ledger: the judge must complain.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write every figure to this file as JSON.")]


def sim(
    debtors: Debtors = 2_000,
    days: Days = 90,
    seed: Seed = 1,
    keep: Keep = None,
    output: Output = None,
    *,
    without_ledger: Blind = False,
) -> None:
    """Months of calling in minutes: the real rules and ledger, crashes after every step, and an independent judge.

    Ends with 1 where somebody was rung who should not have been.
    """
    from deploy.simulation.run import play  # noqa: PLC0415 - slow to load, and of no use to any other command
    from deploy.simulation.simulation import Plan  # noqa: PLC0415 - the same

    plan = Plan(debtors=debtors, days=days, seed=seed, without_ledger=without_ledger)
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(TemporaryDirectory()))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            result = play(plan, folder, _report)
            if output is not None:
                output.write_text(json.dumps(_all(plan, result), indent=2) + "\n", encoding="utf-8")
        except OSError as exc:
            raise StopWorker(f"{exc.filename}: {exc.strerror}") from exc
    _show(result)
    if result.violations:
        raise typer.Exit(1)


def _report(day: date, simulation: "Simulation") -> None:
    counts = simulation.counts
    now = f"{datetime.now().astimezone():%H:%M:%S}"
    messages.print(f"{now} {day} is over: {counts.rang} calls, {counts.crashes} crashes")


def _all(plan: Any, result: "Result") -> dict[str, Any]:  # noqa: ANN401 - a Plan, which is loaded late
    said = {"debtors": plan.debtors, "days": plan.days, "seed": plan.seed, "without_ledger": plan.without_ledger}
    found = {"persons": result.persons, "states": result.states, "seconds": result.seconds}
    return {**said, **found, "violations": list(result.violations), **result.figures}


def _show(result: "Result") -> None:
    figures = result.figures
    for name, title in TABLES.items():
        show(title, [{"what": what, "count": count} for what, count in figures[name].items()], empty="none")
    show("Processes that died after each step", _steps(figures["steps"]), empty="none")
    screen.print(
        f"{figures['rang']} calls to {result.persons} persons in {result.states} states; {figures['crashes']} crashes, "
        f"{figures['clock_jumps']} clock jumps, {figures['events']} events in {result.seconds:g} s",
        highlight=False,
    )
    for line in result.violations[:SHOWN]:
        screen.print(line, highlight=False)
    screen.print(result.judged, highlight=False)


def _steps(steps: dict[str, dict[str, int]]) -> Iterator[Row]:
    for name, counted in steps.items():
        procedure, index, step = name.split(" ", 2)
        yield {"procedure": procedure, "step": int(index), "what": step, **counted}
