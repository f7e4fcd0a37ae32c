"""`collector pabx set`"""

import asyncio
from typing import Annotated

import typer

from deploy import instances, pabxes
from deploy.cli.instance.asked import secrets as asked
from deploy.cli.instance.options import Config, Known, document
from deploy.cli.tables import messages, show
from deploy.home import prepare_environment
from deploy.instance_fields import closed
from deploy.instances import AddSettings
from schemas.errors import StopWorker
from schemas.instance_changes import Fields, merged
from schemas.runtime.settings import read

EXAMPLE = (
    "Example: PABX_PASSWORD=… collector pabx set norte --ari http://127.0.0.1:8088/ari --user collector "
    "--endpoint PJSIP/{national}@trunk --context cobranca --caller-id 8233334444"
)

Ari = Annotated[str | None, typer.Option("--ari", help="Asterisk's REST interface, such as http://127.0.0.1:8088/ari.")]
User = Annotated[str | None, typer.Option(help="Its user, who may write.")]
Endpoint = Annotated[str | None, typer.Option(help="How a number is dialled: {e164}, {plus}, {national} or {local}.")]
Context = Annotated[str | None, typer.Option(help="The dialplan's context that an answered call enters (extension s).")]
CallerId = Annotated[str | None, typer.Option(help="What the called person sees, in ASCII.")]
RingSeconds = Annotated[str | None, typer.Option(metavar="SECONDS", help="How long it rings: 30.")]
Channels = Annotated[str | None, typer.Option(metavar="N", help="Most calls of ours at one time: 10.")]
CallsPerSecond = Annotated[str | None, typer.Option(metavar="N", help="Most calls placed in a second: 1.")]
Secrets = Annotated[bool, typer.Option("--secrets", help="Take its passwords anew (always done for a new PABX).")]


def change(
    name: Known,
    *,
    ari: Ari = None,
    user: User = None,
    endpoint: Endpoint = None,
    context: Context = None,
    caller_id: CallerId = None,
    ring_seconds: RingSeconds = None,
    channels: Channels = None,
    calls_per_second: CallsPerSecond = None,
    config: Config = None,
    secrets: Secrets = False,
) -> None:
    """Give an instance its PABX, or change what is named of it. Another route than before disarms it.

    --config holds any further field of the PABX, such as {"records": {"kind": "csv", "zone": "America/Maceio",
    "path": "/var/log/asterisk/cdr-csv/Master.csv"}}, or a `control` of kind "ami" where there is no ARI. Passwords come from
    PABX_PASSWORD and PABX_RECORDS_PASSWORD, or a prompt.
    """
    prepare_environment()
    control = {name: value for name, value in {"url": ari, "user": user}.items() if value is not None}
    given: Fields = {
        "endpoint": endpoint,
        "context": context,
        "caller_id": caller_id,
        "ring_seconds": ring_seconds,
        "channels": channels,
        "calls_per_second": calls_per_second,
    }
    patch: Fields = {name: value for name, value in given.items() if value is not None}
    if control:
        patch["control"] = {"kind": "ari", **control}
    further = document(config, "--config") if config else {}
    if not isinstance(further, dict) or "armed" in further:
        raise StopWorker("--config holds no JSON object of a PABX's fields (`armed` is for `collector pabx arm`)")
    patch = merged(patch, further)
    closed({"pabx": patch}, "--config")
    if not patch and not secrets:
        raise StopWorker("nothing is named: give what is to change; see `collector pabx set --help`")
    settings = read(AddSettings)
    (before,) = asyncio.run(instances.documents(settings, [name]))
    fresh = not isinstance(before.get("pabx"), dict)
    told = asked(merged(before, {"pabx": patch}), within="pabx.") if fresh or secrets else {}
    instance, rows = asyncio.run(pabxes.set_pabx(settings, name, patch, told))
    show(f"PABX of {name}", rows, empty="nothing changed")
    if rows and instance.pabx is not None and not instance.pabx.armed:
        messages.print(f"nobody is rung yet: `collector pabx test {name}`, then `collector pabx arm {name}`")
