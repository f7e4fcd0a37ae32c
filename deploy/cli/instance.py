"""`collector instance`"""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from deploy import instances
from deploy.cli.tables import Output, deliver, messages
from deploy.home import prepare_environment
from deploy.instances import AddSettings, GivenSecrets, TestSettings, instance_of
from deploy.probing import advice, findings
from schemas.erp import ERPS
from schemas.erp.connections import CONNECTIONS
from schemas.errors import StopWorker
from schemas.runtime.settings import MongoSettings, read

app = typer.Typer(
    help="Providers: one ERP, one set of rules each.", epilog="Example: collector instance list", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="Short and for ever: lower-case letters, digits, - and _; it begins every key.")]
Url = Annotated[str | None, typer.Option(help="Where the ERP's web service is.")]
Folder = Annotated[Path | None, typer.Option(help="Where the ERP's exports arrive (altarede-export, altarede-webhooks).")]
Kind = Annotated[str, typer.Option("--erp", help=f"Which ERP: {', '.join(CONNECTIONS)}.")]
Title = Annotated[str, typer.Option(help="The provider's name as people read it.")]
Zone = Annotated[str, typer.Option(help="Time zone of every date and hour, such as America/Maceio.")]
State = Annotated[str, typer.Option(help="UF: decides holidays.")]
Ddd = Annotated[str, typer.Option(help="Area code that completes short phone numbers.")]
Days = Annotated[int, typer.Option(help="Nobody is called before a bill is this many days overdue.")]
Pages = Annotated[int | None, typer.Option(help="Rows in one request to the ERP.")]
Gap = Annotated[float | None, typer.Option(help="Least seconds between two requests.")]
Every = Annotated[list[str] | None, typer.Option(help="KIND=SECONDS between two sweeps, such as bill=120; may be repeated.")]
Ca = Annotated[Path | None, typer.Option(help="Certificates of the authority that signed the ERP's own.")]
Config = Annotated[Path | None, typer.Option(help="JSON with any further field of an instance, such as erp.resources.")]
Replace = Annotated[bool, typer.Option("--replace", help="Overwrite an instance of this name.")]


@app.command(epilog="Example: ERP_TOKEN=1:abc collector instance add norte --url https://erp.norte.example/webservice/v1/")
def add(
    name: Name,
    *,
    url: Url = None,
    folder: Folder = None,
    kind: Kind = "ixc",
    title: Title = "",
    zone: Zone = "America/Sao_Paulo",
    state: State = "SP",
    ddd: Ddd = "11",
    min_days_overdue: Days = 7,
    page_size: Pages = None,
    gap: Gap = None,
    every: Every = None,
    ca_file: Ca = None,
    config: Config = None,
    replace: Replace = False,
) -> None:
    """Write one provider into the database.

    Secrets come from the environment: ERP_TOKEN, or a prompt (IXC: user id:token; RBX: the integration key);
    ERP_TOKEN_V2 (RBX's key for v2) and ERP_APP_KEY (Altarede) where there is one. What --config says outweighs all else.
    """
    prepare_environment()
    settings = read(AddSettings)
    further = _json(config)
    given = {
        "kind": kind,
        "url": url,
        "folder": folder and str(folder.absolute()),
        "page_size": page_size,
        "gap": gap,
        "ca_file": ca_file and str(ca_file.absolute()),
        "every": _seconds(every),
    }
    erp = {field: value for field, value in given.items() if value is not None} | _part(further, "erp")
    rules = {"min_days_overdue": min_days_overdue} | _part(further, "rules")
    fields = {"title": title, "zone": zone, "state": state, "ddd": ddd, **further, "name": name, "erp": erp, "rules": rules}
    instance = instance_of(fields, _secrets(erp), settings.collector_secret_key)
    asyncio.run(instances.add(settings, instance, replace=replace))
    messages.print(f"instance {name} is stored; the poller reads it within 5 seconds")
    declared = ERPS[instance.erp.kind]
    messages.print(f"{declared.label}: `collector instance test {name}` shows what it answers")


def _secrets(erp: Mapping[str, object]) -> dict[str, str]:
    """No option: a command line is in the shell's history and in everybody's list of processes."""
    kind = str(erp["kind"])
    fields = CONNECTIONS[kind].secret_fields if kind in CONNECTIONS else ()
    for field in fields:
        if erp.get(field):
            raise StopWorker(f"erp.{field} must not lie open in a file: take it out of --config, set ERP_{field.upper()}")
    given = read(GivenSecrets)
    told = {field: given.of(field) for field in fields}
    if "token" in told and not told["token"]:
        told["token"] = _asked()
    return {field: secret for field, secret in told.items() if secret}


def _asked() -> str:
    if not sys.stdin.isatty():
        raise StopWorker("ERP_TOKEN is not set: set it, or run this on a terminal, where it is asked for")
    return str(typer.prompt("ERP token", hide_input=True)).strip()


def _part(further: dict[str, Any], name: str) -> dict[str, Any]:
    """Taken out of the file's object. Raises StopWorker where it is no object itself."""
    found = further.pop(name, {})
    if not isinstance(found, dict):
        raise StopWorker(f"{name} is wrong (no JSON object): mend --config")
    return found


def _json(config: Path | None) -> dict[str, Any]:
    try:
        found = orjson.loads(config.read_bytes()) if config else {}
    except (OSError, orjson.JSONDecodeError) as exc:
        raise StopWorker(f"--config {config} cannot be read ({type(exc).__name__}): give a file that holds JSON") from None
    if not isinstance(found, dict):
        raise StopWorker(f"--config {config} holds no JSON object")
    return found


def _seconds(every: list[str] | None) -> dict[str, str] | None:
    if not every:
        return None
    pairs = [part.partition("=") for part in every]
    if not all(kind and seconds for kind, _, seconds in pairs):
        raise StopWorker("--every is KIND=SECONDS, such as --every bill=120")
    return {kind: seconds for kind, _, seconds in pairs}


@app.command("list", epilog="Example: collector instance list --output instances.csv")
def list_all(output: Output = None) -> None:
    """Every provider, without its secrets."""
    prepare_environment()
    found = asyncio.run(instances.rows(read(MongoSettings)))
    deliver("Instances", found, output, empty="none; add one with `collector instance add`")


@app.command("test", epilog="Example: collector instance test norte")
def ask(name: Name, output: Output = None) -> None:
    """Ask each resource of a provider's ERP once: reachable, authorised, rows, first problem; the exit code is 1 if any."""
    prepare_environment()
    settings = read(TestSettings)
    instance = asyncio.run(instances.find(settings, name))
    messages.print(f"{name}: {ERPS[instance.erp.kind].label}, {instances.where(instance)}")
    found = asyncio.run(findings(instance, settings))
    deliver(f"Instance {name}", found, output, empty="its ERP declares no resource")
    for line in advice(instance, found):
        messages.print(line)
    if any(one["first_problem"] for one in found):
        raise typer.Exit(1)
