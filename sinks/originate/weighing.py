"""May this request still be rung? Asked with what is known at the moment, right before ringing. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.calling.calendar import gate
from schemas.calling.permit import permit
from schemas.calls import CallRequest
from schemas.controls import NO_CONTROLS, Controls
from schemas.instances import Instance
from schemas.pabx import Pabx
from schemas.queue import HoldReason, QueueEntry

SOON = timedelta(seconds=5)
"""A look is good for so long: what was reserved later is refused, and nothing is rung so shortly before the hour ends."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was known at `at`, when the looking began. `entry`: the view's; `erased`: it has a grave since then.

    `clock_off`: nobody may ring, because this process's clock is wrong. `refusing`: the PABX refuses the instance.
    """

    at: datetime
    instance: Instance | None
    controls: Controls = NO_CONTROLS
    entry: QueueEntry | None = None
    erased: datetime | None = None
    refusing: bool = False
    clock_off: bool = False


class Refusal(NamedTuple):
    """A rule that objects, or None and a word for people."""

    reason: HoldReason | None
    detail: str = ""


class Weighed(NamedTuple):
    """`number`: which one is rung; `ends_at`: ringing begins before this."""

    instance: Instance
    pabx: Pabx
    entry: QueueEntry
    number: str
    ends_at: datetime


def newest(request: CallRequest, sight: Sight) -> QueueEntry | None:
    """The newer of the request's entry and the view's; None where the debtor was erased after both."""
    known = [request.entry, *([sight.entry] if sight.entry else [])]
    entry = max(known, key=lambda one: (one.debtor_version, one.decided_at))
    return None if sight.erased is not None and sight.erased >= entry.decided_at else entry


def weigh(request: CallRequest, sight: Sight, now: datetime) -> Weighed | Refusal:
    """Every rule of the moment but the ledger."""
    instance, entry = sight.instance, newest(request, sight)
    pabx = instance.pabx if instance else None
    if instance is None or pabx is None or entry is None or sight.refusing or pabx.address != request.pabx:
        return _nowhere(instance, entry, refusing=sight.refusing)
    permitted = permit(entry.facts, request.code, instance, sight.controls, now)
    if permitted.holds:
        return Refusal(permitted.holds[0])
    closes_at = gate(instance, now, entry.facts.uf).closes_at
    if closes_at is not None and now >= closes_at - SOON:
        return Refusal("outside_window", "the hour ends")
    ends_at = min(sight.at + SOON, closes_at - SOON) if closes_at is not None else sight.at + SOON
    return Weighed(instance, pabx, entry, permitted.number, ends_at)


def _nowhere(instance: Instance | None, entry: QueueEntry | None, *, refusing: bool) -> Refusal:
    if instance is None:
        return Refusal("instance_unknown")
    if instance.pabx is None:
        return Refusal("no_pabx")
    if refusing:
        return Refusal("pabx_refuses")
    if entry is None:
        return Refusal("nothing_due", "the debtor was erased")
    return Refusal(None, "the instance has another PABX now")


def late(weighed: Weighed, sight: Sight, now: datetime) -> bool:
    """Whether too much time has gone by since the look. A clock that went back says nothing: late too."""
    return not sight.at <= now < weighed.ends_at
