"""`collector user remove`"""

import asyncio

from deploy import users
from deploy.cli.tables import messages
from deploy.cli.user.options import Name
from deploy.home import prepare_environment
from schemas.errors import StopWorker
from schemas.runtime.settings import MongoSettings, read

EXAMPLE = "Example: collector user remove ana"


def remove(name: Name) -> None:
    """Somebody may not open the dashboard any more; open pages end within a refresh. What the audit says of them stays."""
    prepare_environment()
    if not asyncio.run(users.remove(read(MongoSettings), name)):
        raise StopWorker(f"there is no user {name}: see `collector user list`")
    messages.print(f"{name} may not log in any more")
