"""`collector rekey`"""

import asyncio
from typing import Annotated, Literal

import typer

from deploy.cli.tables import messages
from deploy.home import prepare_environment
from deploy.rekey import RekeySettings, persons_lost, secrets_lost
from deploy.rekey import rekey as reseal
from schemas.runtime.key_checks import PERSON_KEY
from schemas.runtime.settings import MongoSettings, read

EXAMPLE = "Example: COLLECTOR_SECRET_KEY=NEW,OLD collector rekey"


Lost = Annotated[
    Literal["COLLECTOR_SECRET_KEY", "COLLECTOR_PERSON_KEY"] | None,
    typer.Option(help="This key is gone for good: begin with a new one. What the old one sealed or hashed is lost."),
]


def rekey(lost: Lost = None) -> None:
    """Seal every ERP secret anew, under the first key of COLLECTOR_SECRET_KEY; the keys behind it may go afterwards.

    First put a new key in front (`collector env` makes one), a comma between the two, and restart erp-poller.
    """
    prepare_environment()
    if lost is not None:
        _begin_anew(lost)
        return
    settings = read(RekeySettings)
    done = asyncio.run(reseal(settings))
    messages.print(f"{done.sealed} secrets are sealed anew, {done.before} were under the first key already")
    if "," in settings.collector_secret_key.get_secret_value():
        messages.print("now take the other keys out of COLLECTOR_SECRET_KEY and restart erp-poller")


def _begin_anew(lost: str) -> None:
    if lost == PERSON_KEY:
        asyncio.run(persons_lost(read(MongoSettings)))
        messages.print("the next stage leaves the mark of its COLLECTOR_PERSON_KEY")
        messages.print("enter the people of the blocklist again, and erase again whom `collector erase` has erased")
        return
    for name in asyncio.run(secrets_lost(read(RekeySettings))):
        messages.print(f"the secrets of {name} are gone: `collector instance set {name} --secrets`")
    messages.print("from now on the database is sealed with this COLLECTOR_SECRET_KEY")
