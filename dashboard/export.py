"""The call queue as a CSV that a Brazilian Excel opens by double click (pure).

`;` between cells, decimal comma, UTF-8 with its mark, CRLF. A cell that a spreadsheet would take for a formula is
escaped: names come from the ERP, and anybody can sign up as `=HYPERLINK(…)`.
"""

import csv
import io
from collections.abc import Iterable

from dashboard.labels import N_, PARTS
from dashboard.language import Language
from dashboard.snapshot import Debtor

MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")

COLUMNS = (
    N_("Position"),
    N_("Provider"),
    N_("Code"),
    N_("Client"),
    N_("Phone"),
    N_("Overdue since"),
    N_("Days late"),
    N_("Amount due"),
    N_("Score"),
)


def cell(text: str) -> str:
    """`text` that no spreadsheet executes; it then begins with an apostrophe."""
    return f"'{text}" if text.startswith(FORMULA) else text


def table(queue: Iterable[Debtor], say: Language) -> str:
    """The file: a line for each debtor in the queue's order, positions from 1; one column for each part of the score."""
    text = io.StringIO()
    text.write(MARK)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([say(column) for column in (*COLUMNS, *PARTS.values())])
    for position, debtor in enumerate(queue, start=1):
        points = dict(debtor.parts)
        writer.writerow(
            [
                position,
                cell(debtor.title),
                cell(debtor.code),
                cell(debtor.name),
                cell(debtor.phone),
                say.day(debtor.due_on),
                debtor.days_late,
                amount(debtor.cents),
                debtor.score,
                *(points.get(part, 0) for part in PARTS),
            ]
        )
    return text.getvalue()


def amount(cents: int) -> str:
    """`1234,56`: no symbol and no grouping, so that a spreadsheet can add it up."""
    return f"{cents // 100},{cents % 100:02d}"
