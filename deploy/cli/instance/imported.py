"""`collector instance import`"""

import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from deploy import instances
from deploy.cli.instance.asked import secrets
from deploy.cli.instance.options import document
from deploy.cli.tables import messages
from deploy.home import prepare_environment
from deploy.instance_fields import closed, instance_of
from deploy.instances import AddSettings
from schemas.errors import StopWorker
from schemas.instance_changes import Fields
from schemas.runtime.settings import read

EXAMPLE = "Example: ERP_TOKEN=1:abc collector instance import norte.json"

File = Annotated[Path, typer.Argument(metavar="FILE", help="What `export` wrote; - for standard input.")]
Merge = Annotated[bool, typer.Option("--merge", help="Change instances that exist as `set` does; their secrets stay.")]


def read_file(file: File, *, merge: Merge = False) -> None:
    """Write providers that `export` read. One that exists is refused, before anything is written, unless --merge is given.

    Secrets come from the environment as for `add`; where the file holds several new instances each has its own:
    NORTE_ERP_TOKEN for norte, SUL_2_ERP_TOKEN for sul-2, and a prompt for what is not set.
    """
    prepare_environment()
    settings = read(AddSettings)
    found = wanted(_read(file), str(file))
    known = {str(one["_id"]) for one in asyncio.run(instances.documents(settings))}
    if not merge and (taken := sorted(found.keys() & known)):
        raise StopWorker(f"{', '.join(taken)} exist: nothing was imported; add --merge to change them as `set` does")
    fresh = [fields for name, fields in found.items() if name not in known]
    several = len(fresh) > 1
    made = [
        instance_of(fields, secrets(fields, fields["name"] if several else ""), settings.collector_secret_key)
        for fields in fresh
    ]
    for instance in made:
        asyncio.run(instances.add(settings, instance))
        messages.print(f"instance {instance.name} is stored")
    for name in found.keys() & known:
        _, rows = asyncio.run(instances.change(settings, name, found[name]))
        messages.print(f"instance {name}: {', '.join(str(row['field']) for row in rows) or 'nothing'} changed")


def wanted(content: Any, source: str) -> dict[str, Fields]:  # noqa: ANN401 - JSON
    """The instances of a file by name: a list of objects, or one. Raises StopWorker. Pure."""
    listed: Iterable[Any] = content if isinstance(content, list) else [content]
    found: dict[str, Fields] = {}
    for one in listed:
        if not isinstance(one, dict) or not isinstance(one.get("name"), str) or not isinstance(one.get("erp"), dict):
            raise StopWorker(f"{source} holds no instance with name and erp: give what `collector instance export` wrote")
        if one["name"] in found:
            raise StopWorker(f"{source} holds {one['name']} twice: take one away")
        closed(one, source)
        found[one["name"]] = one
    return found


def _read(file: Path) -> Any:  # noqa: ANN401 - JSON
    if str(file) != "-":
        return document(file, "FILE")
    try:
        return orjson.loads(sys.stdin.buffer.read())
    except orjson.JSONDecodeError:
        raise StopWorker("what stands on standard input is no JSON: give what `collector instance export` wrote") from None
