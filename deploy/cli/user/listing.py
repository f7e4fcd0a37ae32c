"""`collector user list`"""

import asyncio

from deploy import users
from deploy.cli.tables import Output, deliver
from deploy.home import prepare_environment
from schemas.runtime.settings import MongoSettings, read

EXAMPLE = "Example: collector user list"


def list_all(output: Output = None) -> None:
    """Everybody who may open the dashboard, as what, and whether with a password of ours."""
    prepare_environment()
    deliver("Users", asyncio.run(users.rows(read(MongoSettings))), output, empty="none; add one with `collector user add`")
