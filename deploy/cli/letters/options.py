"""How letters are named on the command line, and asked about before anything is done."""

from typing import Annotated

import typer

from deploy.letters.chosen import Chosen
from schemas.errors import StopWorker

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[PLACE]...", help="Such as 'erp.bill.v1[2]@77', as `list` shows it.")
]
Stage = Annotated[str, typer.Option(help="All of this stage.")]
Field = Annotated[str, typer.Option(help="All about this field.")]
Reason = Annotated[str, typer.Option(help="All whose reason holds this text.")]
Named = Annotated[str, typer.Option("--instance", help="All of this provider.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def chosen(names: list[str] | None, stage: str = "", field: str = "", reason: str = "", instance: str = "") -> Chosen:
    """Raises StopWorker where nothing is named, or names and a filter are."""
    found = Chosen(tuple(names or ()), stage, field, reason, instance)
    if found.is_all:
        raise StopWorker("say which: a PLACE, or --stage, --field, --reason, --instance; `collector dead-letters list`")
    if found.names and found != Chosen(found.names):
        raise StopWorker("give either places or a filter, not both")
    return found


def asked(count: int, what: str, *, yes: bool) -> None:
    """Ends the command where a person says no."""
    if not yes and count:
        typer.confirm(f"{what} {count} dead letter{'s' if count != 1 else ''}?", abort=True)
