"""The words for every value of a closed list. `N_` marks them for the catalogues; they are translated when shown."""

from typing import Final, NamedTuple

from dashboard.facts.failures import Failure
from dashboard.facts.levels import Level
from dashboard.facts.stages import Trouble
from schemas.figures.names import HELD
from schemas.queue import HoldReason, Part
from schemas.reverse_map import Subject
from schemas.rows import Kind


def N_(message: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """`message`, to be translated later."""
    return message


def NN_(one: str, other: str) -> tuple[str, str]:  # noqa: N802 - as above
    """Both forms, to be translated later."""
    return one, other


class Why(NamedTuple):
    """A reason not to call, and what can be done about it."""

    label: str
    step: str


HOLDS: Final[dict[HoldReason, Why]] = {
    "client_unknown": Why(HELD["client_unknown"], N_("Wait for the next reading of the ERP's clients.")),
    "nothing_due": Why(HELD["nothing_due"], N_("Nothing to do: no overdue bill is open.")),
    "too_early": Why(HELD["too_early"], N_("Wait: the bills are in pre-collection.")),
    "excluded_by_erp": Why(HELD["excluded_by_erp"], N_("Change the client's collection option in the ERP.")),
    "voluntary_suspension": Why(HELD["voluntary_suspension"], N_("Wait until the client resumes the contract.")),
    "awaiting_confirmation": Why(HELD["awaiting_confirmation"], N_("Confirm the payment in the ERP.")),
    "renegotiated": Why(HELD["renegotiated"], N_("Follow the agreement in the ERP.")),
    "bill_unreadable": Why(
        HELD["bill_unreadable"],
        N_("Correct the bill in the ERP: the operator's dead letters say which column cannot be read."),
    ),
    "promise": Why(HELD["promise"], N_("Wait until the promised date.")),
    "blocklist": Why(HELD["blocklist"], N_("Only whoever listed the client may undo it.")),
    "control_unreadable": Why(
        HELD["control_unreadable"],
        N_("Ask the operator to mend the document that the log of the dialer names."),
    ),
    "no_phone": Why(HELD["no_phone"], N_("Add a phone with area code to the client in the ERP.")),
    "too_old": Why(HELD["too_old"], N_("Collect these bills in another way, or raise max_days_overdue.")),
    "client_inactive": Why(HELD["client_inactive"], N_("The provider does not call inactive clients (call_inactive).")),
    "company": Why(HELD["company"], N_("The provider does not call companies (call_companies).")),
    "branch": Why(HELD["branch"], N_("The provider does not call this branch (branches).")),
    "no_number_left": Why(HELD["no_number_left"], N_("Correct the client's phones in the ERP: these do not exist.")),
    "call_open": Why(HELD["call_open"], N_("Wait until it ends.")),
    "limit_hour": Why(HELD["limit_hour"], N_("Wait: the limit of calls per hour is reached.")),
    "limit_gap": Why(HELD["limit_gap"], N_("Wait: between two calls lies the provider's least gap.")),
    "limit_day": Why(HELD["limit_day"], N_("Calls resume tomorrow.")),
    "limit_7_days": Why(HELD["limit_7_days"], N_("Wait: the limit of calls in 7 days is reached.")),
    "rest_after_human": Why(HELD["rest_after_human"], N_("Wait: the client answered a few days ago.")),
    "retry_later": Why(HELD["retry_later"], N_("Wait: after a call in vain the next one comes later.")),
    "no_pabx": Why(HELD["no_pabx"], N_("Ask the operator to configure the provider's PABX.")),
    "pabx_refuses": Why(HELD["pabx_refuses"], N_("Ask the operator to check the PABX's user and permissions.")),
    "data_stale": Why(HELD["data_stale"], N_("Calls resume after the next complete reading of the bills.")),
    "holiday": Why(HELD["holiday"], N_("Calls resume on the next working day.")),
    "outside_window": Why(HELD["outside_window"], N_("Calls resume when the permitted hours begin.")),
    "instance_unknown": Why(HELD["instance_unknown"], N_("Ask the operator to check the provider's configuration.")),
    "instance_paused": Why(HELD["instance_paused"], N_("Ask the operator to resume the provider.")),
}

PARTS: Final[dict[Part, str]] = {
    "days_late": N_("Days late"),
    "amount_due": N_("Amount due"),
    "blocked_or_trust_unlock": N_("Blocked or trust unlock"),
    "never_reached": N_("Never reached"),
    "best_hour": N_("Best hour"),
}

KINDS: Final[dict[Kind, str]] = {
    "client": N_("Clients"),
    "contract": N_("Contracts"),
    "bill": N_("Bills"),
    "reference": N_("Support tables"),
}

LEVELS: Final[dict[Level, str]] = {
    "fresh": N_("Up to date"),
    "late": N_("Late"),
    "stopped": N_("Stopped"),
    "never": N_("Never read"),
}

FAILURES: Final[dict[Failure, str]] = {
    "away": N_("MongoDB does not answer"),
    "slow": N_("MongoDB takes too long to answer"),
    "refused": N_("MongoDB refuses the login"),
    "failed": N_("the numbers could not be read"),
}

TROUBLES: Final[dict[Trouble, tuple[str, str]]] = {
    "": (N_("%(stage)s is late"), N_("%(stage)s is late")),
    "absent": (N_("%(stage)s stopped %(ago)s"), N_("%(stage)s is not running")),
    "silent": (N_("%(stage)s stopped %(ago)s"), N_("%(stage)s is not heard")),
    "stuck": (N_("%(stage)s stuck %(ago)s"), N_("%(stage)s is stuck")),
    "behind": (N_("%(stage)s behind %(ago)s"), N_("%(stage)s is behind")),
}
"""Where it is known since when, and where not."""

JOBS: Final[dict[str, str]] = {
    "erp-poller": N_("it reads the ERP"),
    "cdr-poller": N_("it reads the calls of the PABX"),
    "hydrate": N_("it puts the debtors together"),
    "classify": N_("it tells how a call ended"),
    "dialer": N_("it decides who may be called"),
    "originate": N_("it places the calls"),
    "views": N_("it writes what these pages show"),
}
"""What each stage is there for."""

VIEWS: Final[dict[str, str]] = {
    "debtors": N_("the debtors"),
    "queue": N_("the call queue"),
    "sweeps": N_("the ERP readings"),
    "dead_letters": N_("the unreadable records"),
    "calls": N_("the calls"),
    "evidence": N_("the evidence of the calls"),
    "closed_bills": N_("the closed bills"),
    "references": N_("the ERP's own tables"),
}

SUBJECTS: Final[dict[Subject, str]] = {
    "bairro": N_("Bairro"),
    "client_type": N_("Client type"),
}


class Names(NamedTuple):
    """How a breakdown is titled, its names are counted (one, several) and its file is called."""

    title: str
    names: tuple[str, str]
    file: str


DEBTS: Final[dict[Subject, Names]] = {
    "bairro": Names(N_("Debt by bairro"), NN_("%(n)s bairro with debt", "%(n)s bairros with debt"), "bairros"),
    "client_type": Names(
        N_("Debt by client type"), NN_("%(n)s client type with debt", "%(n)s client types with debt"), "tipos"
    ),
}

CODES: Final[dict[str, str]] = {
    "contract.access": N_("Connection status"),
    "contract.status": N_("Contract status"),
    "contract.speed": N_("Speed"),
    "bill.status": N_("Bill status"),
}

PHONES: Final[dict[str, str]] = {
    "too_short": N_("Too few digits"),
    "too_long": N_("Too many digits"),
    "repeated_digit": N_("One digit repeated"),
    "service_number": N_("Service number, not a person's"),
    "unknown_area_code": N_("Area code that does not exist"),
    "no_area_code": N_("No area code"),
    "not_a_brazilian_number": N_("Not a Brazilian number"),
    "text": N_("Text instead of a number"),
}

DOCUMENTS: Final[dict[str, str]] = {
    "missing": N_("No document"),
    "shape": N_("Neither a CPF nor a CNPJ"),
    "check_digits": N_("Wrong check digits"),
    "repeated": N_("One digit repeated"),
}

UNNAMED: Final[dict[Subject, str]] = {
    "bairro": N_("Bairros without a canonical name"),
    "client_type": N_("Client types without a canonical name"),
}
