"""What each figure counts, in one sentence or two, for whoever asks on a page: the only definition in words.

The text is a message to be translated. No page shows a figure under another meaning.
"""

from typing import Final, Literal, get_args

Figure = Literal[
    "active_clients",
    "debtors",
    "overdue",
    "pre_collection",
    "collection",
    "ready",
    "held",
    "aging",
    "bairro",
    "client_type",
    "calls_today",
    "short_calls",
]
FIGURES: tuple[Figure, ...] = get_args(Figure)


def N_(message: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """`message`, to be translated later."""
    return message


DEFINITIONS: Final[dict[Figure, str]] = {
    "active_clients": N_("Clients that the ERP's register has as active, with or without a debt."),
    "debtors": N_(
        "Clients with at least one overdue bill: open or partly paid, and due before today on the provider's calendar. "
        "A bill due today is not overdue. Inactive clients count too."
    ),
    "overdue": N_("What is still open on all overdue bills. A bill that vanished from the ERP unexplained does not count."),
    "pre_collection": N_(
        "Debtors whose oldest overdue bill is late by at most the provider's limit (min_days_overdue), with all of their "
        "overdue bills and what these come to. Each debtor is either here or in collection."
    ),
    "collection": N_(
        "Debtors whose oldest overdue bill is late by more than the provider's limit (min_days_overdue), with all of their "
        "overdue bills, also those that are less late, and what these come to."
    ),
    "ready": N_(
        "Debtors who may be called at this moment: no rule holds them, and their state's hours are open. The amount is what "
        "is overdue and counts for calls."
    ),
    "held": N_("Debtors whom at least one rule, or closed hours, keeps from being called at this moment."),
    "aging": N_(
        "Overdue bills by their own days late, and what is open on them. A debtor may have bills in several ranges."
    ),
    "bairro": N_("What is overdue by the bairro of the client's address, under the name of the provider's reverse map."),
    "client_type": N_("What is overdue by the client's type in the ERP, under the name of the provider's reverse map."),
    "calls_today": N_("Calls that were placed today, dry runs aside, whether anybody answered or not."),
    "short_calls": N_(
        "Of today's calls of known length, the share of 6 seconds or less, answered or not. From 70% on there is a warning, "
        "from 80% on half the pace."
    ),
}
