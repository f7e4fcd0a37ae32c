"""`queue.v1`: whom to call next, and why not (`ARCHITECTURE.md`, "The dialer's rules").

It holds what no clock can change, so that time alone publishes nothing: days late, the score, calling hours and holidays are
computed when an entry is read (`schemas.calling.place`, `schemas.calling.calendar`, `schemas.figures.queue`).
"""

from datetime import date
from typing import Literal

from pydantic import Field

from schemas.model import Cents, Code, InstanceName, Instant, Model

HoldReason = Literal[
    "instance_unknown",
    "instance_paused",
    "nothing_due",
    "too_early",
    "voluntary_suspension",
    "awaiting_confirmation",
    "renegotiated",
    "client_unknown",
    "excluded_by_erp",
    "promise",
    "blocklist",
    "control_unreadable",
    "no_phone",
    "holiday",
    "outside_window",
]
Closed = Literal["instance_paused", "holiday", "outside_window"]
DERIVED: frozenset[HoldReason] = frozenset({"instance_paused", "nothing_due", "too_early", "holiday", "outside_window"})
"""Told by the clock, or by the instance, whenever somebody looks, not stored. Entries of before have them: readers pass over
them."""
ENDING: tuple[HoldReason, ...] = ("promise",)
"""Those that end by themselves: `Verdict.until` has their last day."""
Part = Literal["days_late", "amount_due", "blocked_or_trust_unlock", "never_reached", "best_hour"]


class Facts(Model):
    """What a decision was made on: the evidence that travels with it.

    `due` holds (due date, open cents) of each open bill, oldest first.
    """

    name: str = ""
    known: bool = False
    active: bool = False
    collect: bool = True
    person: str = ""
    phones: tuple[str, ...] = ()
    uf: str = ""
    due: tuple[tuple[date, Cents], ...] = ()
    awaiting_confirmation: bool = False
    renegotiated: bool = False
    voluntary_suspension: bool = False
    blocked: bool = False
    trust_unlock: bool = False


class Verdict(Model):
    """Every rule that objects whatever the time, in the rules' order. `until`: the last day, local to the instance."""

    holds: tuple[HoldReason, ...] = ()
    until: dict[HoldReason, date] = {}


class QueueEntry(Model):
    """One debtor with open bills. `decided_at`: when facts or verdict last changed."""

    instance: InstanceName
    code: Code
    version: int = Field(ge=0)
    debtor_version: int = Field(ge=0)
    decided_at: Instant
    facts: Facts
    verdict: Verdict

    @property
    def key(self) -> bytes:
        """Kafka key: `instance:client code`."""
        return f"{self.instance}:{self.code}".encode()
