"""Every figure that a snapshot holds: its name, its family, how people read it, and how it is counted over time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from schemas.attempts import Outcome
from schemas.debtor import Access, Speed
from schemas.figures.definitions import N_
from schemas.figures.scope import AGES
from schemas.queue import HoldReason

Family = Literal["standing", "debts", "access", "waiting", "calls"]
FAMILIES: tuple[Family, ...] = get_args(Family)
Unit = Literal["cents", "count", "share"]
Over = Literal["last", "sum"]
"""Of several days: the last one's is theirs (what is owed), or they add up (calls). Shares are the last day's."""
VERSIONS: Mapping[Family, int] = {"standing": 1, "debts": 1, "access": 1, "waiting": 1, "calls": 1}
"""Raised with a change of what a figure of the family means: rows of another version are then told apart."""


@dataclass(frozen=True, slots=True)
class Figure:
    """`title`: an English msgid. A `group` is a part of a family that is drawn stacked, "" for a figure of its own."""

    name: str
    title: str
    unit: Unit = "count"
    over: Over = "last"
    group: str = ""

    @property
    def family(self) -> Family:
        """The first word of its name."""
        return next(family for family in FAMILIES if self.name.startswith(f"{family}."))


HELD: Final[Mapping[HoldReason, str]] = {
    "client_unknown": N_("Client not read yet"),
    "nothing_due": N_("Nothing to collect"),
    "too_early": N_("Not late enough yet"),
    "excluded_by_erp": N_("Excluded from collection in the ERP"),
    "voluntary_suspension": N_("Suspended at the client's request"),
    "awaiting_confirmation": N_("Payment awaiting confirmation"),
    "renegotiated": N_("Renegotiated debt"),
    "bill_unreadable": N_("Bill that cannot be read"),
    "promise": N_("Promise to pay in force"),
    "blocklist": N_("On the do-not-call list"),
    "control_unreadable": N_("Promise or block that cannot be read"),
    "no_phone": N_("No valid phone"),
    "too_old": N_("Too late for calls"),
    "client_inactive": N_("Inactive client"),
    "company": N_("Company"),
    "branch": N_("Branch that is not called"),
    "no_number_left": N_("No number left to call"),
    "call_open": N_("Call in progress"),
    "limit_hour": N_("Called in the last hour"),
    "limit_gap": N_("Called a short while ago"),
    "limit_day": N_("Called often enough today"),
    "limit_7_days": N_("Called often enough in 7 days"),
    "rest_after_human": N_("Resting after a conversation"),
    "retry_later": N_("Waiting for the next attempt"),
    "no_pabx": N_("Provider without a PABX"),
    "pabx_refuses": N_("PABX refuses calls"),
    "data_stale": N_("Debts not read recently"),
    "holiday": N_("Holiday"),
    "outside_window": N_("Outside the permitted hours"),
    "instance_unknown": N_("Provider without configuration"),
    "instance_paused": N_("Provider paused"),
}
ACCESS: Final[Mapping[Access, str]] = {
    "active": N_("Access: active"),
    "notice": N_("Access: payment notice"),
    "throttled": N_("Access: throttled"),
    "blocked_auto": N_("Access: blocked automatically"),
    "blocked_manual": N_("Access: blocked by hand"),
    "blocked": N_("Access: blocked"),
    "disabled": N_("Access: disabled"),
    "awaiting_signature": N_("Access: awaiting signature"),
    "unknown": N_("Access: unknown"),
}
SPEED: Final[Mapping[Speed, str]] = {
    "normal": N_("Speed: normal"),
    "reduced": N_("Speed: reduced"),
    "unknown": N_("Speed: unknown"),
}
OUTCOMES: Final[Mapping[Outcome, str]] = {
    "human": N_("Calls: a person answered"),
    "machine": N_("Calls: voicemail"),
    "machine_presumed": N_("Calls: probably voicemail"),
    "not_sure": N_("Calls: answered, not known by whom"),
    "dropped": N_("Calls: hung up at once"),
    "busy": N_("Calls: busy"),
    "no_answer": N_("Calls: no answer"),
    "congestion": N_("Calls: no line free"),
    "invalid_number": N_("Calls: number does not exist"),
    "failed": N_("Calls: failed"),
    "lost": N_("Calls: nobody knows how they ended"),
}
AGE_BILLS: Final = (
    N_("Bills 1 to 7 days late"),
    N_("Bills 8 to 15 days late"),
    N_("Bills 16 to 30 days late"),
    N_("Bills 31 to 60 days late"),
    N_("Bills 61 to 90 days late"),
    N_("Bills more than 90 days late"),
)
AGE_CENTS: Final = (
    N_("Amount 1 to 7 days late"),
    N_("Amount 8 to 15 days late"),
    N_("Amount 16 to 30 days late"),
    N_("Amount 31 to 60 days late"),
    N_("Amount 61 to 90 days late"),
    N_("Amount more than 90 days late"),
)
SINCE = tuple(since for since, _ in AGES)

LISTED: tuple[Figure, ...] = (
    Figure("standing.clients", N_("Active clients")),
    Figure("standing.debtors", N_("Debtors")),
    Figure("standing.debtors_share", N_("Debtors, share of active clients"), "share"),
    Figure("standing.bills", N_("Overdue bills")),
    Figure("standing.overdue_cents", N_("Overdue amount"), "cents"),
    Figure("standing.pre_debtors", N_("Pre-collection: debtors"), group="stage_debtors"),
    Figure("standing.collection_debtors", N_("Collection: debtors"), group="stage_debtors"),
    Figure("standing.pre_bills", N_("Pre-collection: bills"), group="stage_bills"),
    Figure("standing.collection_bills", N_("Collection: bills"), group="stage_bills"),
    Figure("standing.pre_cents", N_("Pre-collection: amount"), "cents", group="stage_cents"),
    Figure("standing.collection_cents", N_("Collection: amount"), "cents", group="stage_cents"),
    *(
        Figure(f"standing.age_{since}_bills", title, group="age_bills")
        for since, title in zip(SINCE, AGE_BILLS, strict=True)
    ),
    *(
        Figure(f"standing.age_{since}_cents", title, "cents", group="age_cents")
        for since, title in zip(SINCE, AGE_CENTS, strict=True)
    ),
    Figure("debts.bairros", N_("Bairros with debt")),
    Figure("debts.client_types", N_("Client types with debt")),
    Figure("access.contracts", N_("Contracts that are followed")),
    *(Figure(f"access.{word}", title, group="access") for word, title in ACCESS.items()),
    *(Figure(f"access.speed_{word}", title, group="speed") for word, title in SPEED.items()),
    Figure("access.trust_unlock", N_("Contracts with a trust unlock")),
    Figure("access.voluntary", N_("Contracts suspended at the client's request")),
    Figure("access.blocked_short", N_("Blocked, up to 7 days late"), group="blocked"),
    Figure("access.blocked_long", N_("Blocked, more than 7 days late"), group="blocked"),
    Figure("access.blocked_none", N_("Blocked, nothing overdue"), group="blocked"),
    Figure("waiting.ready", N_("Debtors who may be called now")),
    Figure("waiting.ready_cents", N_("Amount of those who may be called now"), "cents"),
    Figure("waiting.held", N_("Debtors who may not be called now")),
    *(Figure(f"waiting.hold_{reason}", title, group="holds") for reason, title in HELD.items()),
    Figure("calls.n", N_("Calls"), over="sum"),
    Figure("calls.open", N_("Calls going on"), over="sum"),
    Figure("calls.timed", N_("Calls whose length is known"), over="sum"),
    Figure("calls.short", N_("Calls of 6 seconds or less"), over="sum"),
    Figure("calls.short_share", N_("Calls of 6 seconds or less, share"), "share"),
    *(Figure(f"calls.outcome_{word}", title, over="sum", group="outcomes") for word, title in OUTCOMES.items()),
)
FIGURES: Mapping[str, Figure] = {figure.name: figure for figure in LISTED}
"""The closed list, in the order in which people read it."""
