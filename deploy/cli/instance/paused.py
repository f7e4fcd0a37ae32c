"""`collector instance pause` and `resume`"""

import asyncio

from deploy import instances
from deploy.cli.instance.options import Known
from deploy.cli.tables import messages
from deploy.home import prepare_environment
from schemas.runtime.settings import MongoSettings, read

PAUSE_EXAMPLE = "Example: collector instance pause norte"
RESUME_EXAMPLE = "Example: collector instance resume norte"


def pause(name: Known) -> None:
    """Neither read the provider's ERP nor call its debtors, until it is resumed. What is known of them stays."""
    _tell(name, paused=True, done="is paused: within 5 seconds its ERP is left alone and its debtors are held")


def resume(name: Known) -> None:
    """Read and call again."""
    _tell(name, paused=False, done="goes on within 5 seconds, with a whole sweep")


def _tell(name: str, *, paused: bool, done: str) -> None:
    prepare_environment()
    _, rows = asyncio.run(instances.change(read(MongoSettings), name, {"paused": paused}))
    messages.print(f"instance {name} {done}" if rows else f"instance {name}: nothing changed")
