"""Rows of `get_unpaid_document`, version 2: numbers where version 1 has texts, and due dates always ISO."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from deploy.simulators.ixc.bills import cents_of
from deploy.simulators.rbx.entries import Entry
from deploy.simulators.rbx.register import shown
from deploy.simulators.rbx.services import OPEN_DOCUMENTS, SERVICES

FINE_PERCENT: Final = 2
INTEREST_PERCENT_A_MONTH: Final = 1
DAYS_A_MONTH: Final = 30


def unpaid(entry: Entry) -> Mapping[str, Any]:
    """One open document, with fine and interest to the ERP's own day."""
    row, due, cents = shown(SERVICES[OPEN_DOCUMENTS], entry), entry.own["data_vencimento"], open_cents(entry)
    fine, interest = surcharge(cents, due, entry.view.today)
    return {
        "id": int(row["Sequencia"]),
        "account_number": int(row["Conta"]),
        "due_date": due,
        "document_number": row["Documento"],
        "bank_number": row["NossoNumero"],
        "historic": row["Historico"],
        "comments": row["Complemento"],
        "source": row["Origem"],
        "bank": row["Banco"],
        "value_init": cents / 100,
        "value_interest": interest / 100,
        "value_fine": fine / 100,
        "value_discount": 0.0,
        "value_up": (cents + fine + interest) / 100,
        "address": {},
    }


def open_cents(entry: Entry) -> int:
    """What is still to be paid, without fine and interest."""
    return cents_of(entry.own["valor_aberto"])


def surcharge(cents: int, due: str, today: date) -> tuple[int, int]:
    """Fine and interest in cents, both 0 until the day after the ISO date `due`."""
    late = (today - date.fromisoformat(due)).days
    if late <= 0:
        return 0, 0
    return cents * FINE_PERCENT // 100, cents * INTEREST_PERCENT_A_MONTH * late // (100 * DAYS_A_MONTH)
