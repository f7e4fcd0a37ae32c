"""May this debtor be called at this moment, and at which number? All rules at once, but the ledger's. Pure.

The dialer asks to choose, `originate` once more right before it rings.
"""

from datetime import date, datetime
from typing import NamedTuple

from schemas.calling.calendar import gate
from schemas.calling.decide import decide
from schemas.calling.place import place
from schemas.controls import Controls
from schemas.instances import Instance
from schemas.queue import Facts, HoldReason


class Permit(NamedTuple):
    """Without `holds` he may be called, at `number` ("" if none is left). Higher `score` first, then the older `due_on`."""

    holds: tuple[HoldReason, ...]
    number: str
    score: int
    due_on: date | None = None


def permit(facts: Facts, code: str, instance: Instance, controls: Controls, now: datetime) -> Permit:
    """The rules of facts, controls, calendar and clock at `now`. What `data_stale` and `pabx_refuses` say is not asked."""
    verdict = decide(facts, code, instance, controls)
    found = place(facts, verdict, instance, now)
    closed = gate(instance, now, facts.uf).closed
    return Permit((*found.holds, *((closed,) if closed else ())), verdict.number, found.score, found.oldest_due_on)
