"""The words for every value of a closed list. `N_` marks them for the catalogues; they are translated when shown."""

from typing import Final, NamedTuple

from dashboard.freshness import Level
from schemas.queue import HoldReason, Part
from schemas.rows import Kind


def N_(message: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """`message`, to be translated later."""
    return message


class Why(NamedTuple):
    """A reason not to call, and what can be done about it."""

    label: str
    step: str


HOLDS: Final[dict[HoldReason, Why]] = {
    "client_unknown": Why(N_("Client not read yet"), N_("Wait for the next reading of the ERP's clients.")),
    "nothing_due": Why(N_("Nothing to collect"), N_("Nothing to do: no overdue bill is open.")),
    "too_early": Why(N_("Not late enough yet"), N_("Wait: the bills are in pre-collection.")),
    "excluded_by_erp": Why(
        N_("Excluded from collection in the ERP"), N_("Change the client's collection option in the ERP.")
    ),
    "voluntary_suspension": Why(N_("Suspended at the client's request"), N_("Wait until the client resumes the contract.")),
    "awaiting_confirmation": Why(N_("Payment awaiting confirmation"), N_("Confirm the payment in the ERP.")),
    "renegotiated": Why(N_("Renegotiated debt"), N_("Follow the agreement in the ERP.")),
    "promise": Why(N_("Promise to pay in force"), N_("Wait until the promised date.")),
    "blocklist": Why(N_("On the do-not-call list"), N_("Only whoever listed the client may undo it.")),
    "no_phone": Why(N_("No valid phone"), N_("Add a phone with area code to the client in the ERP.")),
    "holiday": Why(N_("Holiday"), N_("Calls resume on the next working day.")),
    "outside_window": Why(N_("Outside the permitted hours"), N_("Calls resume when the permitted hours begin.")),
    "instance_unknown": Why(
        N_("Provider without configuration"), N_("Ask the operator to check the provider's configuration.")
    ),
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
