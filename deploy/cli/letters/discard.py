"""`collector dead-letters discard`"""

import asyncio
from typing import Annotated

import typer

from deploy.cli.letters.options import Field, Named, Names, Reason, Stage, Yes, asked, chosen
from deploy.cli.tables import messages
from deploy.home import prepare_environment
from deploy.letters.chosen import find
from deploy.letters.discard import discard as discarded
from schemas.errors import StopWorker
from schemas.runtime.settings import MongoSettings, read

EXAMPLE = "Example: collector dead-letters discard 'erp.bill.v1[2]@77' --why 'corrigido no ERP'"

Why = Annotated[str, typer.Option(help="The reason, for whoever asks later. It stays with the letter.")]


def discard(
    names: Names = None,
    stage: Stage = "",
    field: Field = "",
    reason: Reason = "",
    *,
    instance: Named = "",
    why: Why = "",
    yes: Yes = False,
) -> None:
    """Count letters no more. Who and why stays with each; the record itself stays in `dead.v1` as it came."""
    wanted = chosen(names, stage, field, reason, instance)
    if not why.strip():
        raise StopWorker("say --why: a letter is discarded for a reason")
    prepare_environment()
    settings = read(MongoSettings)
    letters = asyncio.run(find(settings, wanted))
    asked(len(letters), "discard", yes=yes)
    done = asyncio.run(discarded(settings, [str(one["_id"]) for one in letters], why))
    messages.print(f"{done} discarded" + (f", {len(letters) - done} had been settled before" if done < len(letters) else ""))
