"""`collector status`"""

import asyncio
import sys
from typing import Annotated

import typer

from deploy.cli.tables import Output, deliver, messages, show
from deploy.home import prepare_environment
from deploy.roll import runs, well
from deploy.status import LastSweep, Status, StatusSettings
from deploy.status import status as read_status
from schemas.refills import Refill
from schemas.runtime.settings import read

EXAMPLE = "Example: collector status --check"
NOT_WELL = 1

Prefix = Annotated[str, typer.Option(help="Only consumer groups whose name begins so.")]
Check = Annotated[bool, typer.Option("--check", help="Exit code 1 where a stage is silent, stuck, or cannot reach a peer.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def status(prefix: Prefix = "", json: Json = False, output: Output = None, *, check: Check = False) -> None:
    """Who is there and how far, consumer groups, views being read anew, each ERP's last sweeps, dead letters.

    A file gets the stages.
    """
    prepare_environment()
    found = asyncio.run(read_status(read(StatusSettings), prefix))
    if json:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
    else:
        deliver("Stages", map(dict, found.stages), output, empty="none")
    if not json and output is None:
        _show(found)
    if check and not well(found.stages):
        raise typer.Exit(NOT_WELL)


def _refill(one: Refill) -> dict[str, object]:
    return {"view": one.view, "partitions": runs(one.partitions), "records left, at most": one.left}


def _ended(one: LastSweep) -> dict[str, object]:
    """What was read from files is as old as these."""
    shown = one.model_dump(include={"instance", "kind", "phase", "at", "as_of", "rows", "published", "error"})
    return {**shown, "as_of": one.as_of or one.at}


def _came_to(one: LastSweep) -> dict[str, object]:
    """Rows, and how many members more there are than after the sweep before."""
    counts = ("kept", "closed", "lost", "refused", "suppressed")
    return {
        "instance": one.instance,
        "kind": one.kind,
        "phase": one.phase,
        **{name: getattr(one, name) for name in counts},
        "change": f"{one.change:+d}",
    }


def _show(found: Status) -> None:
    show("Lag", map(dict, found.lag), empty="no consumer group has committed anything yet")
    show("Views being read anew", map(_refill, found.refills), empty="none")
    show("Last sweeps", map(_ended, found.sweeps), empty="no sweep has ended yet")
    show("What they came to", map(_came_to, found.sweeps), empty="no sweep has ended yet")
    for note in dict.fromkeys(f"{one.instance}: {note}" for one in found.sweeps for note in one.notes):
        messages.print(note, markup=False)
    show("Dead letters", map(dict, found.dead_letters), empty="none")
