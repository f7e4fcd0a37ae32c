"""`collector dead-letters retry`"""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from deploy.audit import noted, operator
from deploy.cli.letters.options import Field, Named, Names, Reason, Stage, Yes, asked, chosen
from deploy.cli.tables import show
from deploy.clients import database
from deploy.home import prepare_environment
from deploy.letters.chosen import Letter, find
from deploy.letters.retry import RetrySettings
from deploy.letters.retry import retry as put_back
from schemas.letters import SETTLES, Answer, Done
from schemas.runtime.settings import read

EXAMPLE = "Example: collector dead-letters retry --stage hydrate --instance norte"
SAID: dict[Done, str] = {
    "sent": "it is in its topic again, and is read anew",
    "read": "the ERP's row can be read now: the next sweep publishes it",
    "still": "the ERP's row cannot be read yet",
    "absent": "the ERP has no such row any more: discard it",
    "newer": "a newer record of the same row has come: nothing was sent, discard it",
    "expired": "its topic does not hold it any more: nothing was sent",
    "already": "somebody has retried or discarded it before",
    "unclear": "a retry was cut, nobody knows whether it was sent: `show` says when; --again sends it (once more)",
    "gone": "there is no such letter any more",
    "no_instance": "its provider is not in the database",
    "unreached": "Kafka or the database did not answer",
    "one_writer": "only its stage writes that topic, and writes it anew with the next change: nothing was sent",
    "never_rings": "a request to call is never put back",
    "rebuilt": "the view takes no bill back: drop its collection and restart `views`, which reads the topic anew",
    "nowhere": "what told it cannot be asked again",
}

Again = Annotated[bool, typer.Option("--again", help="Also where an earlier retry was cut: it may be sent twice.")]


def retry(
    names: Names = None,
    stage: Stage = "",
    field: Field = "",
    reason: Reason = "",
    *,
    instance: Named = "",
    again: Again = False,
    yes: Yes = False,
) -> None:
    """Put letters back, once: the original bytes, key and headers into their topic. Mend what was wrong first.

    A row that a poller could not even name is asked of the ERP again by its id. A letter never overrules what came since.
    """
    wanted = chosen(names, stage, field, reason, instance)
    prepare_environment()
    settings = read(RetrySettings)
    letters = asyncio.run(find(settings, wanted))
    asked(len(letters), "retry", yes=yes)
    answers = asyncio.run(_retried(settings, letters, again=again))
    rows = ({"place": one["place"], "stage": one["stage"], **_row(answers[str(one["_id"])])} for one in letters)
    show("Retried", rows, empty="no letter is like that")
    if any(one.done not in SETTLES for one in answers.values()):
        raise typer.Exit(1)


async def _retried(settings: RetrySettings, letters: Sequence[Letter], *, again: bool) -> dict[str, Answer]:
    names = [str(one["_id"]) for one in letters]
    if not names:
        return {}
    async with database(settings) as store:
        for name in names:
            await noted(store, "letter_retried", "", name)
    return await put_back(settings, names, operator(), again=again)


def _row(answer: Answer) -> dict[str, object]:
    said = SAID[answer.done]
    return {"what": f"{said}: {answer.why}" if answer.why else said}
