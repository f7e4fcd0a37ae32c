"""The words of the page "Operation"."""

from typing import Final

from dashboard.words.labels import N_
from dashboard.words.notices import Tone
from schemas.audit import Action
from schemas.letters import Done

ACTIONS: Final[dict[Action, str]] = {
    "arm": N_("Calls armed"),
    "disarm": N_("Calls disarmed"),
    "block": N_("Client put on the do-not-call list"),
    "unblock": N_("Client taken off the do-not-call list"),
    "promise": N_("Promise noted"),
    "promise_taken_back": N_("Promise taken back"),
    "pabx_changed": N_("PABX changed"),
    "pabx_test_call": N_("Test call placed"),
    "user_added": N_("User added"),
    "user_changed": N_("User changed"),
    "user_removed": N_("User removed"),
    "reveal": N_("Personal data looked at"),
    "instance_added": N_("Provider added"),
    "instance_changed": N_("Provider changed"),
    "removal_asked": N_("Removal of a provider asked for"),
    "restored": N_("Backup put back"),
    "letter_discarded": N_("Unreadable record discarded"),
    "letter_retried": N_("Unreadable record tried again"),
    "person_erased": N_("Person erased"),
    "suppression_lifted": N_("Erased person let in again"),
}

NOTHING_SENT = N_("Nothing was sent. It may be discarded.")
ANSWERS: Final[dict[Done, tuple[Tone, str, str]]] = {
    "sent": (
        "info",
        N_("It was put back and is read again."),
        N_("Unread, it comes back as a new record."),
    ),
    "read": ("info", N_("The ERP's row can be read now."), N_("The next reading of the ERP brings it.")),
    "still": ("late", N_("The ERP's row still cannot be read."), N_("Mend it in the ERP first.")),
    "absent": ("late", N_("The ERP has no such row any more."), N_("It may be discarded.")),
    "newer": ("late", N_("A newer record of the same row has come since."), NOTHING_SENT),
    "expired": ("late", N_("Kafka does not hold this record any more."), NOTHING_SENT),
    "already": ("late", N_("Somebody has settled it before."), N_("Nothing was sent.")),
    "unclear": (
        "late",
        N_("An earlier attempt was cut: it may have been sent."),
        N_("Choose the row again."),
    ),
    "gone": ("late", N_("This record is not there any more."), N_("Nothing was sent.")),
    "no_instance": ("late", N_("Its provider is not there any more."), NOTHING_SENT),
    "unreached": (
        "stopped",
        N_("Kafka or MongoDB does not answer."),
        N_("The row, chosen again, says what was sent."),
    ),
    "one_writer": ("late", N_("Only its own stage writes this record, with the next change."), NOTHING_SENT),
    "never_rings": ("late", N_("A request to call is never sent again."), NOTHING_SENT),
    "rebuilt": ("late", N_("A view takes no bill back; the operator has the view built anew."), N_("Nothing was sent.")),
    "nowhere": ("late", N_("What told it cannot be asked again."), NOTHING_SENT),
}
"""What came of a retry: its tone, in words, and what to do next."""

MORE_JOBS: Final[dict[str, str]] = {
    "snapshots": N_("it keeps the history"),
    "dashboard": N_("it shows these pages"),
}
"""Of stages without which the figures are still right; the others are in `labels.JOBS`."""

ABBREVIATED: Final = 4_000
"""Signs of a record that are shown; whoever needs all of it exports it by the command line."""
