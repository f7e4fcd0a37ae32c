"""`collector demo`"""

import asyncio
import sys
from typing import Annotated

import typer

from deploy.cli.tables import messages, show
from deploy.demo.chaos import DURATION, KILLS, Chaos
from deploy.demo.erps import ERPS
from deploy.demo.options import Options, span
from deploy.demo.run import demo as run_demo
from deploy.demo.settle import Result
from deploy.up import until_told

EXAMPLE = "Example: collector demo --for 60s"
UNEQUAL = 1

For = Annotated[str, typer.Option("--for", help="End by itself after so long, with a summary: 60s, 5m.")]
Clients = Annotated[int, typer.Option(min=1, max=30_000, help="Clients of the simulated provider.")]
Bills = Annotated[float, typer.Option(min=0, max=5, help="Open bills a client, on average.")]
Changes = Annotated[float, typer.Option(min=0, max=200, help="Changes a second at the provider.")]
Seed = Annotated[int, typer.Option(help="Same seed, same provider and same chaos.")]
Erps = Annotated[str, typer.Option("--erp", help=f"Which ERP is simulated: {', '.join(ERPS)}, several with commas, or all.")]
Faults = Annotated[bool, typer.Option("--faults", help="Every tenth answer of the ERP fails: HTML, 500, cut, late, none.")]
WithChaos = Annotated[
    bool, typer.Option("--chaos", help=f"{KILLS} kills of stages in five minutes, each server restarted once.")
]


def demo(
    lasting: For = "",
    clients: Clients = 1_500,
    open_bills: Bills = 1.2,
    changes: Changes = 2,
    seed: Seed = 1,
    *,
    erp: Erps = "ixc",
    faults: Faults = False,
    chaos: WithChaos = False,
) -> None:
    """A simulated provider, the real broker and database, every stage, and the dashboard; nothing is left behind.

    With --for it ends with code 0 only if the views equal the simulator's truth.
    """
    length = span(lasting) if lasting else (DURATION if chaos else None)
    erps = tuple(ERPS) if erp == "all" else tuple(erp.split(","))
    if wrong := [name for name in erps if name not in ERPS]:
        raise typer.BadParameter(f"{wrong[0]} is none of {', '.join(ERPS)}", param_hint="--erp")
    options = Options(length, clients, open_bills, changes, seed, KILLS if chaos else 0, erps, faults)
    ended: list[tuple[Result | None, Chaos | None]] = []

    async def play() -> None:
        with messages.status("starting Kafka and MongoDB") as status:
            ended.append(await run_demo(options, messages.print, status.update))

    asyncio.run(until_told(play()))
    if ended and ended[0][0] is not None:
        sys.exit(_summary(ended[0][0], ended[0][1]))


def _summary(result: Result, chaos: Chaos | None) -> int:
    show("Events published", [{"topic": name, "events": count} for name, count in result.events.items()], "none")
    show("Documents", [{"view": name, "documents": count} for name, count in result.documents.items()], "none")
    if chaos is not None:
        columns = ("target", "struck", "back after (median s)", "longest (s)")
        show(f"Chaos: {chaos.struck} kills", [dict(zip(columns, line, strict=True)) for line in chaos.lines()], "none")
    messages.print(f"lag: {result.lag}")
    if not result.differences:
        messages.print("the views equal the simulator's truth")
        return 0
    messages.print(f"the views differ from the simulator's truth in {len(result.differences)} places:")
    for line in result.differences[:20]:
        messages.print(f"  {line}")
    return UNEQUAL
