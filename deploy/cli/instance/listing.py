"""`collector instance list`"""

import asyncio

from deploy import instances
from deploy.cli.tables import Output, deliver
from deploy.home import prepare_environment
from schemas.runtime.settings import MongoSettings, read

EXAMPLE = "Example: collector instance list --output instances.csv"


def list_all(output: Output = None) -> None:
    """Every provider, without its secrets; which are paused, which no stage can use, which are being removed."""
    prepare_environment()
    found = asyncio.run(instances.rows(read(MongoSettings)))
    deliver("Instances", found, output, empty="none; add one with `collector instance add`")
