"""`queue.v1`: whom to call next, and why not (`ARCHITECTURE.md`, "The dialer's rules")."""

from datetime import date
from typing import Literal

from pydantic import Field

from schemas.model import Cents, Code, InstanceName, Instant, Model

HoldReason = Literal[
    "instance_unknown",
    "nothing_due",
    "too_early",
    "voluntary_suspension",
    "awaiting_confirmation",
    "renegotiated",
    "client_unknown",
    "excluded_by_erp",
    "promise",
    "blocklist",
    "no_phone",
    "holiday",
    "outside_window",
]
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
    """`holds` is empty if and only if the debtor may be called; else every rule that objects, in the rules' order.

    `score` is the sum of `parts`; higher is called first.
    """

    holds: tuple[HoldReason, ...] = ()
    score: int = Field(default=0, ge=0)
    parts: dict[Part, int] = {}
    oldest_due_on: date | None = None
    overdue_cents: int = Field(default=0, ge=0)


class QueueEntry(Model):
    """The place of one debtor at `decided_at`. Order: score down, oldest due date up, key up (total and stable)."""

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
