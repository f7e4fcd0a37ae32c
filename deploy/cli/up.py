"""`collector up`"""

import asyncio
from datetime import datetime

from deploy import up as whole
from deploy.cli.tables import messages
from deploy.home import here
from deploy.topics import ReplicationSettings
from schemas.runtime.settings import read

EXAMPLE = "Example: COLLECTOR_HOME=/var/lib/collector collector up"


def up() -> None:
    """Start broker and database unless the environment names them, create the topics, keep every stage running."""
    asyncio.run(whole.until_told(whole.up(here(), read(ReplicationSettings), _report)))


def _report(line: str) -> None:
    messages.print(f"{datetime.now().astimezone():%H:%M:%S} {line}")
