"""`collector block` and `collector promise`"""

import asyncio
from datetime import date, datetime
from typing import Annotated

import typer

from deploy import controls
from deploy.cli.instance.options import Known
from deploy.cli.tables import messages
from deploy.controls import BlockSettings
from deploy.home import prepare_environment
from schemas.errors import StopWorker
from schemas.runtime.settings import MongoSettings, read

BLOCK_EXAMPLE = "Example: collector block norte --phone '82 99999-0000'"
PROMISE_EXAMPLE = "Example: collector promise norte 1042 --until 2026-12-10"

Phone = Annotated[str, typer.Option(help="A number that is never rung.")]
Document = Annotated[str, typer.Option(help="CPF or CNPJ of somebody who is never rung; only its hash is kept.")]
Lift = Annotated[bool, typer.Option("--lift", help="Take it back: it may be rung again.")]
ClientCode = Annotated[str, typer.Argument(metavar="CODE", help="The client's id in the ERP.")]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day on which nobody rings.")]
Back = Annotated[bool, typer.Option("--take-back", help="There is no promise any more.")]


def block(name: Known, phone: Phone = "", document: Document = "", *, lift: Lift = False) -> None:
    """Never ring a number, or a person under any number. Written down in the audit."""
    if bool(phone) is bool(document):
        raise StopWorker("give one of --phone and --document; see `collector block --help`")
    prepare_environment()
    done = asyncio.run(controls.block(read(BlockSettings), name, phone=phone, document=document, lift=lift))
    what = "may be rung again" if lift else "is not rung any more, from within 5 seconds"
    whom = "the number" if phone else "the person"
    messages.print(f"{whom} {what}" if done else "nothing changed")


def promise(name: Known, code: ClientCode, until: Until = None, *, take_back: Back = False) -> None:
    """The debtor promised to pay: nobody rings before that day is over. Written down in the audit."""
    if (until is None) is not take_back:
        raise StopWorker("give one of --until and --take-back; see `collector promise --help`")
    prepare_environment()
    day: date | None = until.date() if until else None
    done = asyncio.run(controls.promise(read(MongoSettings), name, code, day))
    messages.print("it is kept; stages read it within 5 seconds" if done else "nothing changed")
