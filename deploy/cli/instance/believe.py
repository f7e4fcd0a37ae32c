"""`collector instance believe`"""

import asyncio
from typing import Annotated

import typer

from deploy import beliefs
from deploy.cli.tables import messages
from deploy.home import prepare_environment
from schemas.rows import Kind
from schemas.runtime.settings import MongoSettings, read

EXAMPLE = "Example: collector instance believe norte bill"

Name = Annotated[str, typer.Argument(help="The instance.")]
What = Annotated[Kind, typer.Argument(help="What was swept: client, contract, bill or reference.")]


def believe(name: Name, kind: What) -> None:
    """Close what the ERP no longer shows, though it is much.

    A sweep that would close more than the instance's brake allows waits, as an ERP that answers with empty lists looks the
    same. Look into the ERP first: `collector status` says how many rows are missing.
    """
    prepare_environment()
    said = asyncio.run(beliefs.believe(read(MongoSettings), name, kind))
    messages.print(f"{said.missing} rows of {kind} of {name} are believed to be gone; the next sweep closes them")
