"""`collector pabx arm` and `disarm`"""

import asyncio
from typing import Annotated

import typer

from deploy import pabxes
from deploy.cli.instance.options import Known
from deploy.cli.tables import messages
from deploy.home import prepare_environment
from schemas.errors import StopWorker
from schemas.runtime import clock
from schemas.runtime.settings import MongoSettings, read

ARM_EXAMPLE = "Example: collector pabx arm norte"
DISARM_EXAMPLE = "Example: collector pabx disarm --all"

One = Annotated[str | None, typer.Argument(metavar="NAME", help="The instance.")]
Despite = Annotated[
    str,
    typer.Option(
        "--despite-restore",
        metavar="REASON",
        help="Arm although a backup was put back, whose ledger lacks later calls: why there were none. For the audit.",
    ),
]
All = Annotated[bool, typer.Option("--all", help="Every instance.")]


def arm(name: Known, despite_restore: Despite = "") -> None:
    """Ring debtors for real. Before, everything is done but the ringing, and the dashboard shows "teria ligado".

    It wants a call that `collector pabx test NAME --call NUMBER` saw to its end, over the same route; and, after `collector
    restore`, that the longest limit is over: 7 days, or the rest after a conversation where that is longer.
    """
    prepare_environment()
    done = asyncio.run(pabxes.arm(read(MongoSettings), name, clock.now(), despite_restore))
    messages.print(f"instance {name} rings from now on" if done else f"instance {name} was armed already")


def disarm(name: One = None, *, every: All = False) -> None:
    """Ring nobody: within 5 seconds no new call is placed. Calls that are going on end by themselves."""
    if (name is None) is not every:
        raise StopWorker("give either one instance, or --all; see `collector pabx disarm --help`")
    prepare_environment()
    done = asyncio.run(pabxes.disarm(read(MongoSettings), name))
    messages.print(f"{', '.join(done)}: nobody is rung any more" if done else "nothing was armed")
