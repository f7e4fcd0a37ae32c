"""`collector instance show`"""

import asyncio

from deploy import instances
from deploy.cli.instance.options import Known
from deploy.cli.tables import Output, deliver
from deploy.home import prepare_environment
from schemas.instance_changes import listed
from schemas.runtime.settings import MongoSettings, read

EXAMPLE = "Example: collector instance show norte --output norte.csv"


def show(name: Known, output: Output = None) -> None:
    """Every field of one provider; of a secret only whether it is set."""
    prepare_environment()
    (document,) = asyncio.run(instances.documents(read(MongoSettings), [name]))
    deliver(f"Instance {name}", listed(document), output, empty="none")
