"""`collector status`"""

import asyncio
import sys
from typing import Annotated

import typer

from deploy.cli.tables import show
from deploy.home import prepare_environment
from deploy.status import StatusSettings
from deploy.status import status as read_status
from schemas.runtime.settings import read

EXAMPLE = "Example: collector status --json"

Prefix = Annotated[str, typer.Option(help="Only consumer groups whose name begins so.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def status(prefix: Prefix = "", json: Json = False) -> None:
    """How far every consumer group is, the last sweeps of each ERP, and the dead letters."""
    prepare_environment()
    found = asyncio.run(read_status(read(StatusSettings), prefix))
    if json:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
        return
    show("Lag", map(dict, found.lag), empty="no consumer group has committed anything yet")
    show("Last sweeps", map(dict, found.sweeps), empty="no sweep has ended yet")
    show("Dead letters", map(dict, found.dead_letters), empty="none")
