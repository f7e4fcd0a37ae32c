"""The words of the page "Operation"."""

from typing import Final

from dashboard.words.labels import N_
from schemas.audit import Action

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
    "letter_discarded": N_("Unreadable record discarded"),
    "letter_retried": N_("Unreadable record tried again"),
}

MORE_JOBS: Final[dict[str, str]] = {
    "snapshots": N_("it keeps the history"),
    "dashboard": N_("it shows these pages"),
}
"""Of stages without which the figures are still right; the others are in `labels.JOBS`."""

ABBREVIATED: Final = 4_000
"""Signs of a record that are shown; whoever needs all of it exports it by the command line."""
