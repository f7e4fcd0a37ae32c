"""`collector why`"""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from deploy.cli.instance.options import Known
from deploy.cli.tables import Output, deliver
from deploy.home import prepare_environment
from deploy.why import rows
from deploy.why_seen import look
from schemas.runtime.settings import MongoSettings, read

EXAMPLE = "Example: collector why norte 1042 --output why.csv"

ClientCode = Annotated[str, typer.Argument(metavar="CODE", help="The client's id in the ERP.")]


def why(name: Known, code: ClientCode, output: Output = None) -> None:
    """Why a client is called, or is not, right now: all that objects and until when, and the number that would be rung.

    Then the ledger's marks on whom the next call would count (the client, the person, the number), what limits say of each,
    and the last ten attempts. It names a debtor's numbers: keep what --output writes to yourself.
    """
    prepare_environment()
    now = datetime.now(UTC)
    seen = asyncio.run(look(read(MongoSettings), name, code, now))
    deliver(f"{name} {code}", rows(seen, now), output, empty="nothing")
