"""`collector up`"""

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from deploy import up as whole
from deploy.cli.tables import messages
from deploy.home import here
from deploy.topics import ReplicationSettings
from schemas.runtime.settings import read

EXAMPLE = "Example: COLLECTOR_HOME=/var/lib/collector collector up"


Servers = Annotated[
    bool,
    typer.Option("--servers", help="Broker, database and topics alone, no stage: what `collector restore` wants."),
]


def up(*, servers: Servers = False) -> None:
    """Start broker and database unless the environment names them, create the topics, keep every stage running."""
    work = whole.servers if servers else whole.up
    asyncio.run(whole.until_told(work(here(), read(ReplicationSettings), _report)))


def _report(line: str) -> None:
    messages.print(f"{datetime.now().astimezone():%H:%M:%S} {line}")
