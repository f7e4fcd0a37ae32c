"""What `add` and `set` take alike. Numbers stay text: one check, the instance's own, says what is wrong with any field."""

from collections.abc import Callable
from inspect import Parameter, signature
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from deploy.instance_fields import closed
from schemas.errors import StopWorker
from schemas.instance_changes import Fields

Name = Annotated[str, typer.Argument(help="Short and for ever: lower-case letters, digits, - and _; it begins every key.")]
Known = Annotated[str, typer.Argument(metavar="NAME", help="The instance.")]
Url = Annotated[str | None, typer.Option(help="Where the ERP's web service is.")]
Folder = Annotated[Path | None, typer.Option(help="Where the ERP's exports arrive (altarede-export, altarede-webhooks).")]
Title = Annotated[str | None, typer.Option(help="The provider's name as people read it.")]
Zone = Annotated[str | None, typer.Option(help="Time zone of every date and hour, such as America/Maceio.")]
State = Annotated[str | None, typer.Option(metavar="UF", help="Decides holidays, such as AL.")]
Ddd = Annotated[str | None, typer.Option(help="Area code that completes short phone numbers, such as 82.")]
Days = Annotated[str | None, typer.Option(metavar="N", help="Nobody is called before a bill is so many days overdue: 7.")]
Pages = Annotated[str | None, typer.Option(metavar="N", help="Rows in one request to the ERP, such as 600.")]
Gap = Annotated[str | None, typer.Option(metavar="SECONDS", help="Least pause between two requests, such as 0.15.")]
Every = Annotated[list[str] | None, typer.Option(help="KIND=SECONDS between two sweeps, such as bill=120; may be repeated.")]
Ca = Annotated[Path | None, typer.Option(help="Certificates of the authority that signed the ERP's own.")]
Insecure = Annotated[
    bool | None, typer.Option("--insecure/--secure", help="Accept http:// outside a private network: anybody may listen.")
]
Config = Annotated[Path | None, typer.Option(help="JSON with any further field of an instance, such as erp.resources.")]


def told(
    *,
    url: Url = None,
    folder: Folder = None,
    title: Title = None,
    zone: Zone = None,
    state: State = None,
    ddd: Ddd = None,
    min_days_overdue: Days = None,
    page_size: Pages = None,
    gap: Gap = None,
    every: Every = None,
    ca_file: Ca = None,
    insecure: Insecure = None,
    config: Config = None,
) -> tuple[Fields, Fields]:
    """What the options say, as in `Instance` and nothing else; what the file of --config says. Raises StopWorker."""
    erp = {
        "url": url,
        "folder": folder and str(folder.absolute()),
        "page_size": page_size,
        "gap": gap,
        "ca_file": ca_file and str(ca_file.absolute()),
        "insecure": insecure,
        "every": _seconds(every),
    }
    parts = {"erp": _given(erp), "rules": _given({"min_days_overdue": min_days_overdue})}
    flat = {"title": title, "zone": zone, "state": state, "ddd": ddd}
    return _given(flat) | {name: part for name, part in parts.items() if part}, _further(config)


def taken(command: Callable[..., None]) -> Callable[..., None]:
    """`command` with the options of `told` in place of its `**given`: typer reads them off the signature."""
    own = signature(command)
    named = [one for one in own.parameters.values() if one.kind is Parameter.KEYWORD_ONLY]
    first = [one for one in own.parameters.values() if one.kind is Parameter.POSITIONAL_OR_KEYWORD]
    shared = signature(told).parameters.values()
    command.__signature__ = own.replace(parameters=[*first, *shared, *named])  # type: ignore[attr-defined]  # PEP 362
    return command


def _further(config: Path | None) -> Fields:
    found = document(config, "--config") if config else {}
    if not isinstance(found, dict):
        raise StopWorker(f"--config {config} holds no JSON object")
    for name in ("erp", "rules"):
        if not isinstance(found.get(name, {}), dict):
            raise StopWorker(f"{name} is wrong (no JSON object): mend --config")
    closed(found, "--config")
    return found


def document(file: Path, source: str) -> Any:  # noqa: ANN401 - JSON
    """What a JSON file holds. Raises StopWorker."""
    try:
        return orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError) as exc:
        raise StopWorker(f"{source} {file} cannot be read ({type(exc).__name__}): give a file that holds JSON") from None


def _given(values: Fields) -> Fields:
    return {name: value for name, value in values.items() if value is not None}


def _seconds(every: list[str] | None) -> dict[str, str] | None:
    if not every:
        return None
    pairs = [part.partition("=") for part in every]
    if not all(kind and seconds for kind, _, seconds in pairs):
        raise StopWorker("--every is KIND=SECONDS, such as --every bill=120")
    return {kind: seconds for kind, _, seconds in pairs}
