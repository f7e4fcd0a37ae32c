"""`collector instance`"""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.tables import Output, deliver, messages
from deploy.home import prepare_environment
from deploy.instances import AddSettings, instance_of, rows
from deploy.instances import add as add_to
from schemas.runtime.settings import MongoSettings, read

app = typer.Typer(
    help="Providers: one ERP, one set of rules each.", epilog="Example: collector instance list", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="Short and for ever: lower-case letters, digits, - and _; it begins every key.")]
Url = Annotated[str, typer.Option(help="Where the ERP's web service is.")]
Kind = Annotated[str, typer.Option("--erp", help="Which ERP.")]
Title = Annotated[str, typer.Option(help="The provider's name as people read it.")]
Zone = Annotated[str, typer.Option(help="Time zone of every date and hour, such as America/Maceio.")]
State = Annotated[str, typer.Option(help="UF: decides holidays.")]
Ddd = Annotated[str, typer.Option(help="Area code that completes short phone numbers.")]
Days = Annotated[int, typer.Option(help="Nobody is called before a bill is this many days overdue.")]
Pages = Annotated[int, typer.Option(help="Rows in one request to the ERP.")]
Gap = Annotated[float, typer.Option(help="Least seconds between two requests.")]
Ca = Annotated[Path | None, typer.Option(help="Certificates of the authority that signed the ERP's own.")]
Replace = Annotated[bool, typer.Option("--replace", help="Overwrite an instance of this name.")]


@app.command(epilog="Example: ERP_TOKEN=1:abc collector instance add norte --url https://erp.norte.example/webservice/v1")
def add(
    name: Name,
    *,
    url: Url,
    kind: Kind = "ixc",
    title: Title = "",
    zone: Zone = "America/Sao_Paulo",
    state: State = "SP",
    ddd: Ddd = "11",
    min_days_overdue: Days = 7,
    page_size: Pages = 600,
    gap: Gap = 0.15,
    ca_file: Ca = None,
    replace: Replace = False,
) -> None:
    """Write one provider into the database. The ERP's token (IXC: user id:token) comes from ERP_TOKEN or a prompt."""
    prepare_environment()
    settings = read(AddSettings)
    # No option: a command line is in the shell's history and in everybody's list of processes
    token = os.environ.get("ERP_TOKEN") or typer.prompt("ERP token", hide_input=True)
    erp = {"kind": kind, "url": url, "page_size": page_size, "gap": gap, "ca_file": str(ca_file or "")}
    fields = {"name": name, "title": title, "zone": zone, "state": state, "ddd": ddd, "erp": erp}
    rules = {"min_days_overdue": min_days_overdue}
    instance = instance_of({**fields, "rules": rules}, token, settings.collector_secret_key)
    asyncio.run(add_to(settings, instance, replace=replace))
    messages.print(f"instance {instance.name} is stored; the poller reads it within a minute")


@app.command("list", epilog="Example: collector instance list --output instances.csv")
def list_all(output: Output = None) -> None:
    """Every provider, without its secrets."""
    prepare_environment()
    deliver("Instances", asyncio.run(rows(read(MongoSettings))), output, empty="none; add one with `collector instance add`")
