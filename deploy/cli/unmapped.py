"""`collector unmapped`"""

import asyncio
from typing import Annotated

import typer

from deploy.cli.tables import Output, deliver
from deploy.home import prepare_environment
from deploy.unmapped import WHATS, What
from deploy.unmapped import unmapped as read_unmapped
from schemas.runtime.settings import MongoSettings, read

EXAMPLE = "Example: collector unmapped norte --what bairro --output bairros.csv"

Name = Annotated[str, typer.Argument(metavar="NAME", help="The instance.")]
Only = Annotated[What | None, typer.Option("--what", help="Only this; all of it if nothing is named.")]


def unmapped(name: Name, what: Only = None, output: Output = None) -> None:
    """What the ERP writes that nobody has mapped: bairros, client types, codes, and what is no telephone or document."""
    prepare_environment()
    found = asyncio.run(read_unmapped(read(MongoSettings), name, (what,) if what else WHATS))
    deliver("Unmapped", found, output, empty="none")
