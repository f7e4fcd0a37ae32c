"""`collector demo`"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Annotated

import typer

from deploy.cli.tables import messages, show
from deploy.cli.verify import lines as verified
from deploy.demo import plan_sets
from deploy.demo.calls import Judged
from deploy.demo.chaos import Chaos
from deploy.demo.erps import ERPS
from deploy.demo.options import Options, span
from deploy.demo.plan import DURATION, FAULTS, FEWEST, KINDS
from deploy.demo.recovery import Recovery, at_most
from deploy.demo.recovery import lines as recovered
from deploy.demo.run import Outcome, Report
from deploy.demo.run import demo as run_demo
from deploy.simulators.habits import ALL, HABITS, named
from deploy.up import until_told
from schemas.errors import PipelineError

EXAMPLE = "Example: collector demo --for 60s"
UNEQUAL = 1
SHOWN = 20

Ended = dict[int, Outcome | Exception]
"""By seed: how it ended, or what it failed with."""
Run = Callable[[Options, Report, Report], Awaitable[Outcome | None]]

For = Annotated[str, typer.Option("--for", help="End by itself after so long, with a summary: 60s, 5m.")]
Clients = Annotated[int, typer.Option(min=1, max=30_000, help="Clients of the simulated provider.")]
Bills = Annotated[float, typer.Option(min=0, max=5, help="Open bills a client, on average.")]
Changes = Annotated[float, typer.Option(min=0, max=500, help="Changes a second at the provider.")]
Seed = Annotated[int, typer.Option(help="Same seed, same provider and same chaos.")]
Erps = Annotated[str, typer.Option("--erp", help=f"Which ERP is simulated: {', '.join(ERPS)}, several with commas, or all.")]
Faults = Annotated[
    bool,
    typer.Option(
        "--faults",
        help="Every tenth answer of the ERP fails: HTML, 500, cut, late, none. Faults of our own parts: --chaos, --blows.",
    ),
]
Habits = Annotated[
    str,
    typer.Option("--habits", help=f"What the ERPs do without failing: {ALL}, or several with commas: {', '.join(HABITS)}."),
]
WithChaos = Annotated[
    bool,
    typer.Option(
        "--chaos",
        help="Several of most stages, killed, ended, paused; clocks moved; servers and the PABX restarted and paused.",
    ),
]
Blows = Annotated[int, typer.Option(min=FEWEST, help="How many faults, with --chaos.")]
Cluster = Annotated[
    bool,
    typer.Option(
        "--cluster",
        help="Three brokers, a MongoDB set of three; with --chaos one of each away, a port cut, a disk full, a volume lost.",
    ),
]
Seeds = Annotated[int, typer.Option(min=1, help="So many demonstrations one after the other, each with the next seed.")]


def demo(
    lasting: For = "",
    clients: Clients = 1_500,
    open_bills: Bills = 1.2,
    changes: Changes = 2,
    seed: Seed = 1,
    *,
    erp: Erps = "ixc",
    faults: Faults = False,
    habits: Habits = "",
    chaos: WithChaos = False,
    blows: Blows = FAULTS,
    cluster: Cluster = False,
    seeds: Seeds = 1,
) -> None:
    """A simulated provider and PABX, the real broker and database, every stage, and the dashboard; nothing is left behind.

    With --for, and with --chaos after five minutes, it ends with code 0 only if the views equal the simulator's truth,
    everything that was made of the raw rows equals them folded anew, nobody was rung whom no rule allowed, and every call
    ended as the PABX says.
    """
    erps = tuple(ERPS) if erp == "all" else tuple(erp.split(","))
    if wrong := [name for name in erps if name not in ERPS]:
        raise typer.BadParameter(f"{wrong[0]} is none of {', '.join(ERPS)}", param_hint="--erp")
    try:
        chosen = named(habits)
    except ValueError as exc:
        raise typer.BadParameter(str(exc), param_hint="--habits") from None
    length = span(lasting) if lasting else (DURATION if chaos else None)
    if seeds > 1 and length is None:
        raise typer.BadParameter("a demonstration that never ends has no next one: add --for", param_hint="--seeds")
    if cluster and chaos and blows < plan_sets.FEWEST:
        raise typer.BadParameter(f"with --cluster {plan_sets.FEWEST} are the fewest", param_hint="--blows")
    options = Options(length, clients, open_bills, changes, seed, blows if chaos else 0, erps, faults, chosen, cluster)
    ended: Ended = {}
    asyncio.run(until_told(play([replace(options, seed=seed + number) for number in range(seeds)], ended, run_demo)))
    if seeds > 1:
        show("Seeds", [_row(number, how) for number, how in ended.items()], "none")
        if chaos:
            _recovered(together(ended))
        for line in verdict(range(seed, seed + seeds), ended):
            messages.print(line)
    if ended or seeds > 1:
        sys.exit(0 if len(ended) == seeds and all(map(_is_well, ended.values())) else UNEQUAL)


async def play(several: list[Options], ended: Ended, run: Run) -> None:
    """One after the other, whatever became of those before; `ended` is filled. Raises what the only one raises."""
    for options in several:
        if len(several) > 1:
            messages.print(f"seed {options.seed}")
        with messages.status("starting Kafka and MongoDB") as status:
            try:
                outcome = await run(options, messages.print, status.update)
            except Exception as exc:
                if len(several) == 1:
                    raise
                if not isinstance(exc, PipelineError):
                    messages.print_exception()
                messages.print(f"seed {options.seed} failed: {exc}")
                ended[options.seed] = exc
                continue
        if outcome is not None:
            _summary(outcome)
            ended[options.seed] = outcome


def verdict(seeds: Iterable[int], ended: Ended) -> list[str]:
    """Which seeds failed, and which were never run to their end. Pure."""
    failed = [str(seed) for seed, how in ended.items() if not _is_well(how)]
    missing = [str(seed) for seed in seeds if seed not in ended]
    said = {"failed": failed, "not run to its end": missing}
    return [f"{what}: seed {', '.join(which)} (--seed runs one alone)" for what, which in said.items() if which]


def together(ended: Ended) -> list[Recovery]:
    """Of every fault of every seed that was run to its end. Pure."""
    return [one for how in ended.values() if isinstance(how, Outcome) for one in how.recovered]


def _is_well(how: Outcome | Exception) -> bool:
    return isinstance(how, Outcome) and how.is_equal


def _summary(outcome: Outcome) -> None:
    result, chaos = outcome.result, outcome.chaos
    show("Events published", [{"topic": name, "events": count} for name, count in result.events.items()], "none")
    show("Documents", [{"view": name, "documents": count} for name, count in result.documents.items()], "none")
    if chaos is not None:
        columns = ("target", "struck", "back after (median s)", "longest (s)")
        title = f"Chaos: {chaos.struck.total()} faults ({_kinds(chaos)})"
        show(title, [dict(zip(columns, line, strict=True)) for line in chaos.lines()], "none")
        _recovered(outcome.recovered)
        messages.print(f"load: {outcome.rate:,.0f} events a second, on average")
        if outcome.undone:
            messages.print(f"not done: {outcome.undone}")
    messages.print(f"lag: {result.lag}")
    for line in verified(outcome.verified):
        messages.print(line)
    _judged("the views", "the simulator's truth", result.differences)
    show("Calls", outcome.calls.outcomes, "nobody was called")
    _judged("calls", "what the PABX placed", outcome.calls.differences)
    _rung(outcome.calls)
    _judged("states, queue and views", "the raw rows folded anew", [" ".join(one) for one in outcome.verified.differences])


def _recovered(found: Sequence[Recovery]) -> None:
    columns = ("fault", "times", "median (s)", "p95 (s)", "longest (s)", "a stage silent (s)")
    rows = [dict(zip(columns, line, strict=True)) for line in recovered(found)]
    show("Seconds from the end of each fault until all was at work", rows, "none")
    seconds = [one.seconds for one in found]
    messages.print(f"recovery: p95 {at_most(seconds):.1f} s of {len(seconds)} faults")


def _rung(calls: Judged) -> None:
    placed, found = calls.placed, calls.violations
    messages.print(
        f"of {placed} calls none broke a rule" if not found else f"{placed} calls broke rules {len(found)} times:"
    )
    for line in found[:SHOWN]:
        messages.print(f"  {line}")


def _judged(what: str, judge: str, differences: list[str]) -> None:
    if not differences:
        messages.print(f"{what} equal {judge}")
        return
    messages.print(f"{what} differ from {judge} in {len(differences)} places:")
    for line in differences[:SHOWN]:
        messages.print(f"  {line}")


def _kinds(chaos: Chaos) -> str:
    return ", ".join(f"{chaos.struck[kind]} {kind}" for kind in sorted(set(KINDS) | chaos.struck.keys()))


def _row(seed: int, outcome: Outcome | Exception) -> dict[str, object]:
    """One seed: faults by kind, and what came of it."""
    if isinstance(outcome, Exception):
        return {"seed": seed, "faults": "", "result": f"stopped: {str(outcome) or type(outcome).__name__}".splitlines()[0]}
    truth, raw = len(outcome.result.differences), len(outcome.verified.differences)
    calls = len(outcome.calls.differences) + len(outcome.calls.violations)
    result = (
        "equal" if outcome.is_equal else f"{truth} differences from the truth, {raw} from the raw rows, {calls} in calls"
    )
    return {"seed": seed, "faults": _kinds(outcome.chaos) if outcome.chaos else "", "result": result}
