"""`collector dead-letters show`"""

import asyncio

from deploy.cli.letters.options import Names, chosen
from deploy.cli.tables import screen
from deploy.dead_letters import exported
from deploy.home import prepare_environment
from deploy.letters.chosen import Letter, find
from schemas.letters import Discarded, Retried
from schemas.runtime.settings import MongoSettings, read

EXAMPLE = "Example: collector dead-letters show 'erp.bill.v1[2]@77'"


def show(names: Names = None) -> None:
    """All of some letters: where, why, key and value as they came (debtors' data), and what somebody did about it."""
    wanted = chosen(names)
    prepare_environment()
    for letter in asyncio.run(find(read(MongoSettings), wanted)):
        for name, told in {"id": letter["_id"], **exported(letter), **_settled(letter)}.items():
            screen.print(f"{name}: {'none' if told is None else told}", markup=False, highlight=False, soft_wrap=True)
        screen.print()


def _settled(letter: Letter) -> dict[str, object]:
    found: dict[str, object] = {}
    if letter.get("retried"):
        one = Retried.model_validate(letter["retried"])
        sent = f"sent {one.sent_at:%Y-%m-%d %H:%M:%S}Z" if one.sent_at else "unclear whether it was sent"
        found["retried"] = f"by {one.by} at {one.at:%Y-%m-%d %H:%M:%S}Z, {sent}"
    if letter.get("discarded"):
        gone = Discarded.model_validate(letter["discarded"])
        found["discarded"] = f"by {gone.by} at {gone.at:%Y-%m-%d %H:%M:%S}Z: {gone.why}"
    return found
