"""`collector dead-letters list`"""

import asyncio
from typing import Annotated

import typer

from deploy.cli.tables import Output, deliver
from deploy.dead_letters import exported, letters, shown
from deploy.home import prepare_environment
from deploy.letters.chosen import Chosen
from schemas.runtime.settings import MongoSettings, read

EXAMPLE = "Example: collector dead-letters list --stage hydrate --output dead.jsonl"

Stage = Annotated[str, typer.Option(help="Only those of this stage.")]
Topic = Annotated[str, typer.Option(help="Only those that came from this topic.")]
Of = Annotated[str, typer.Option("--instance", help="Only those of this instance.")]
Field = Annotated[str, typer.Option(help="Only those about this field.")]
Reason = Annotated[str, typer.Option(help="Only those whose reason holds this text.")]
Limit = Annotated[int, typer.Option(min=1, help="How many to show, newest first; a file gets all.")]


def dead_letters(
    *,
    stage: Stage = "",
    topic: Topic = "",
    instance: Of = "",
    field: Field = "",
    reason: Reason = "",
    limit: Limit = 50,
    output: Output = None,
) -> None:
    """What no stage could read, and why. A file holds the original key and value too: debtors' data, treat it so."""
    prepare_environment()
    chosen = Chosen(stage=stage, field=field, reason=reason, instance=instance)
    found = asyncio.run(letters(read(MongoSettings), chosen, topic, 0 if output else limit))
    deliver("Dead letters", map(exported if output else shown, found), output, empty="none")
