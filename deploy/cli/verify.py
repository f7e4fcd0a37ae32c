"""`collector verify`"""

import asyncio
import sys
from typing import Annotated

import typer
from rich.progress import Progress

from deploy.cli.tables import Output, deliver, messages
from deploy.home import prepare_environment
from deploy.verify.run import VerifySettings
from deploy.verify.run import verify as run_verify
from deploy.verify.scope import Verified
from schemas.runtime.settings import read

EXAMPLE = "Example: collector verify norte --output differences.csv"
UNEQUAL = 1
SHOWN = 50

Name = Annotated[str, typer.Argument(metavar="INSTANCE", help="Only this instance; all of them if none is named.")]


def verify(instance: Name = "", output: Output = None) -> None:
    """Fold every raw row anew and compare with what was made of them: debtor.v1, queue.v1, call.v1 and the views.

    Of calls those of the last three days: so long evidence may change them.

    Reads only, also from a system at work: each side is compared up to where its reader has come. Ends with code 1 where
    anything differs. Names, telephones and documents are shortened.
    """
    prepare_environment()
    settings = read(VerifySettings)
    with Progress(console=messages, transient=True) as progress:
        task = progress.add_task("reading", total=None)
        found = asyncio.run(
            run_verify(
                settings, instance, lambda what, done, of: progress.update(task, description=what, completed=done, total=of)
            )
        )
    for line in lines(found):
        messages.print(line)
    if found.differences or output:
        rows = [one._asdict() for one in found.differences]
        deliver("Differences", rows if output else rows[:SHOWN], output, empty="none")
    if found.differences:
        messages.print(f"{len(found.differences)} differences; a list shows {SHOWN} of them, --output FILE writes them all")
        sys.exit(UNEQUAL)
    messages.print("everything equals what the raw rows say")


def lines(found: Verified) -> list[str]:
    """How much was compared, and what was left out."""
    compared = ", ".join(f"{count} {what}" for what, count in found.compared.items() if count) or "nothing"
    behind = ", ".join(f"{reader} {count}" for reader, count in found.behind.items() if count)
    return [
        f"compared: {compared}",
        *([f"not reached yet, and left out: {behind} (see `collector status`)"] if behind else []),
        *([f"still moving after several looks, and left out: {found.moving} keys"] if found.moving else []),
    ]
