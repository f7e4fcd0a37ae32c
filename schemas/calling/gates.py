"""Why nobody of an instance, or of one state in it, may be called just now: calendar, old debts, a PABX that refuses.

Pure. Asked by all who count who is ready, so that the word has one number: the dashboard and `snapshots`.
"""

from datetime import datetime

from schemas.calling.calendar import Gate, gate
from schemas.calling.freshness import Signs, closed_by
from schemas.instances import Instance
from schemas.queue import Closed

BEFORE_ALL_ELSE: tuple[Closed, ...] = ("instance_paused", "no_pabx")
"""Named before the age of the data: nobody would be called on fresh data either."""


def gate_of(instance: Instance, seen: Signs, now: datetime, state: str = "") -> Gate:
    """The gate of debtors in `state` (UF; "" is the instance's own), what closes the whole instance included."""
    found = gate(instance, now, state)
    closed = None if found.closed in BEFORE_ALL_ELSE else closed_by(seen, instance, now)
    return Gate(closed) if closed else found
