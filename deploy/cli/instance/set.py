"""`collector instance set`"""

import asyncio
from collections.abc import Iterable
from typing import Annotated, Any

import typer

from deploy import instances
from deploy.cli.instance import options
from deploy.cli.instance.asked import secrets as asked
from deploy.cli.instance.options import Known
from deploy.cli.tables import messages, show
from deploy.home import prepare_environment
from deploy.instances import AddSettings
from schemas.errors import StopWorker
from schemas.instance_changes import Fields
from schemas.instances import Instance
from schemas.runtime.settings import MongoSettings, read

EXAMPLE = "Example: collector instance set norte --ddd 82 --every bill=120"

Secrets = Annotated[
    bool, typer.Option("--secrets", help="Take its secrets anew, from ERP_TOKEN, ERP_TOKEN_V2, ERP_APP_KEY, or a prompt.")
]


@options.taken
def change(name: Known, *, secrets: Secrets = False, **given: Any) -> None:  # noqa: ANN401 - the options of `options.told`
    """Change what is named, and nothing else; every change is shown.

    A field of --config that is null goes back to its default. Secrets stay unless --secrets is given.
    """
    prepare_environment()
    options_say, further = options.told(**given)
    patch = merged_patch(options_say, further) | {"name": name}
    if len(patch) == 1 and not secrets:
        raise StopWorker("nothing is named: give what is to change; see `collector instance set --help`")
    settings = read(AddSettings) if secrets else read(MongoSettings)
    told = asyncio.run(_asked(settings, name)) if secrets else {}
    instance, rows = asyncio.run(instances.change(settings, name, patch, told))
    show(f"Instance {name}", rows, empty="nothing changed")
    for line in effects(instance, [str(row["field"]) for row in rows]):
        messages.print(line)


def merged_patch(given: Fields, further: Fields) -> Fields:
    """Both together, --config outweighing; None stays, as it takes a field away."""
    both = dict(given)
    for name, value in further.items():
        mine = both.get(name)
        both[name] = merged_patch(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return both


def effects(instance: Instance, fields: Iterable[str]) -> list[str]:
    """What follows from a change of these fields, and when. Pure."""
    changed = set(fields)
    if not changed:
        return []
    said = ["stages read it within 5 seconds"]
    if "ddd" in changed:
        pace = instance.erp.every.get("client")
        when = f"the next sweep of clients (every {pace:g} s)" if pace else "a sweep of clients"
        said.append(
            f"every client is published again by {when}, so that its short phone numbers are read with {instance.ddd}"
        )
    if any(field.startswith("erp.") for field in changed):
        said.append("its sweeps begin anew")
    return said


async def _asked(settings: MongoSettings, name: str) -> dict[str, str]:
    (document,) = await instances.documents(settings, [name])
    return asked(document)
