"""`queue.v1`: whom to call next, and why not (`ARCHITECTURE.md`, "The dialer's rules").

It holds what no clock can change, so that time alone publishes nothing: days late, the score, calling hours and holidays are
computed when an entry is read (`schemas.calling.place`, `schemas.calling.calendar`, `schemas.figures.queue`).
"""

from datetime import date
from typing import Literal, get_args

from pydantic import Field

from schemas.attempts import AttemptId, Outcome
from schemas.model import Cents, Code, InstanceName, Instant, Model

HoldReason = Literal[
    "instance_unknown",
    "instance_paused",
    "nothing_due",
    "too_early",
    "voluntary_suspension",
    "awaiting_confirmation",
    "renegotiated",
    "bill_unreadable",
    "client_unknown",
    "excluded_by_erp",
    "promise",
    "blocklist",
    "control_unreadable",
    "no_phone",
    "too_old",
    "client_inactive",
    "company",
    "branch",
    "no_number_left",
    "call_open",
    "limit_hour",
    "limit_gap",
    "limit_day",
    "limit_7_days",
    "rest_after_human",
    "retry_later",
    "no_pabx",
    "pabx_refuses",
    "data_stale",
    "holiday",
    "outside_window",
]
Closed = Literal["instance_paused", "no_pabx", "pabx_refuses", "data_stale", "holiday", "outside_window"]
"""Why nobody of an instance (or of one state in it) is called at the moment."""
DERIVED: frozenset[HoldReason] = frozenset({*get_args(Closed), "nothing_due", "too_early", "too_old"})
"""Told by the clock, or by the instance, whenever somebody looks, not stored. Entries of before have them: readers pass over
them."""
ENDING: tuple[HoldReason, ...] = ("promise",)
"""Those that end with a day: `Verdict.until` has the last one."""
LIMITS: tuple[HoldReason, ...] = (
    "call_open",
    "limit_hour",
    "limit_gap",
    "limit_day",
    "limit_7_days",
    "rest_after_human",
    "retry_later",
)
"""Those that end with an instant, where `Verdict.ends` has one."""
Aside = Literal["voluntary_suspension", "awaiting_confirmation", "renegotiated", "bill_unreadable"]
"""Why an open bill does not count while its siblings do."""
Part = Literal["days_late", "amount_due", "blocked_or_trust_unlock", "never_reached", "best_hour"]


class PastCall(Model):
    """One attempt of the last 30 days, as `originate` marked it. `outcome` is None while it may still be going on."""

    attempt: AttemptId
    at: Instant
    number: str
    outcome: Outcome | None = None

    @property
    def open(self) -> bool:
        """Not known to have ended."""
        return self.outcome is None

    @property
    def human(self) -> bool:
        """It was a conversation."""
        return self.outcome == "human"


class Facts(Model):
    """What a decision was made on: the evidence that travels with it.

    `due` holds (due date, open cents) of each open bill that counts, oldest first; `set_aside` the oldest due date of those
    that do not, by reason. `awaiting_confirmation`, `renegotiated` and `voluntary_suspension` are of entries made before
    bills were judged one by one: they hold the debtor whole. `calls`: oldest first; dry runs are none.
    `refused`: what the ledger objected to when a call of this debtor was to be placed, and until when; `refused_dry`: the
    same of dry runs, which counts only while nothing really rings.
    """

    name: str = ""
    known: bool = False
    active: bool = False
    collect: bool = True
    person: str = ""
    phones: tuple[str, ...] = ()
    uf: str = ""
    due: tuple[tuple[date, Cents], ...] = ()
    set_aside: dict[Aside, date] = Field(default_factory=dict)
    awaiting_confirmation: bool = False
    renegotiated: bool = False
    voluntary_suspension: bool = False
    blocked: bool = False
    trust_unlock: bool = False
    company: bool = False
    branch: str = ""
    calls: tuple[PastCall, ...] = ()
    refused: dict[HoldReason, Instant] = Field(default_factory=dict)
    refused_dry: dict[HoldReason, Instant] = Field(default_factory=dict)


class Verdict(Model):
    """Every rule that objects whatever the time, in the rules' order. Both of a hold that ends by itself: `until`, the last
    day, local to the instance; `ends`, the instant from which it objects no more.

    `number`: which one would be rung, "" where none.
    """

    holds: tuple[HoldReason, ...] = ()
    until: dict[HoldReason, date] = Field(default_factory=dict)
    ends: dict[HoldReason, Instant] = Field(default_factory=dict)
    number: str = ""


class QueueEntry(Model):
    """One debtor with open bills, or with calls of the last 30 days. `decided_at`: when facts or verdict last changed.

    `settled`: no open bill is known, the entry stays for its calls.
    """

    instance: InstanceName
    code: Code
    version: int = Field(ge=0)
    debtor_version: int = Field(ge=0)
    decided_at: Instant
    facts: Facts
    verdict: Verdict
    settled: bool = False

    @property
    def key(self) -> bytes:
        """Kafka key: `instance:client code`."""
        return f"{self.instance}:{self.code}".encode()
