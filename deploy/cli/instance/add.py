"""`collector instance add`"""

import asyncio
from typing import Annotated, Any

import typer

from deploy import instances
from deploy.cli.instance import options
from deploy.cli.instance.asked import secrets
from deploy.cli.instance.options import Name
from deploy.cli.tables import messages
from deploy.home import prepare_environment
from deploy.instance_fields import instance_of
from deploy.instances import AddSettings
from schemas.erp import ERPS
from schemas.erp.connections import CONNECTIONS
from schemas.instance_changes import merged
from schemas.runtime.settings import read

EXAMPLE = (
    "Example: ERP_TOKEN=1:abc collector instance add norte --url https://erp.norte.example/webservice/v1/ "
    "--state AL --zone America/Maceio --ddd 82"
)

Kind = Annotated[str, typer.Option("--erp", help=f"Which ERP: {', '.join(CONNECTIONS)}.")]


@options.taken
def add(name: Name, *, kind: Kind = "ixc", **given: Any) -> None:  # noqa: ANN401 - the options of `options.told`
    """Write one provider into the database. --state, --zone and --ddd have no default: wrong ones ring strangers.

    Secrets come from the environment: ERP_TOKEN, or a prompt (IXC: user id:token; RBX: the integration key);
    ERP_TOKEN_V2 (RBX's key for v2), ERP_APP_KEY (Altarede), PABX_PASSWORD and PABX_RECORDS_PASSWORD where there is one.
    What --config says outweighs all else.
    """
    prepare_environment()
    settings = read(AddSettings)
    options_say, further = options.told(**given)
    fields = merged(merged({"erp": {"kind": kind}}, options_say), further) | {"name": name}
    instance = instance_of(fields, secrets(fields), settings.collector_secret_key)
    asyncio.run(instances.add(settings, instance))
    messages.print(f"instance {name} is stored; the poller reads it within 5 seconds")
    declared = ERPS[instance.erp.kind]
    messages.print(f"{declared.label}: `collector instance test {name}` shows what it answers")
