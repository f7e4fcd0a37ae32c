"""How a bill ended: what its last row says, in the words of its ERP's declaration. Pure."""

from datetime import date
from typing import Any, Literal, NamedTuple

from schemas.debtor import Instalment
from schemas.due_dates import NO_DUE_DATE
from schemas.erp import ERPS
from schemas.erp.declaration import Table
from schemas.errors import RejectRecord
from schemas.rows import ErpRow

How = Literal["paid", "cancelled", "renegotiated", "withdrawn", "gone", "lost", "unknown"]
"""`renegotiated`: an agreement took its place. `withdrawn`: the ERP hides it, unpaid. `gone`: the ERP has no such bill any
more. `lost`: it left the lists and nothing tells what became of it. `unknown`: a code that nobody knows."""


class Ending(NamedTuple):
    """`on`: the local day that the ERP itself tells, None where it tells none. `raw`: its own code."""

    how: How
    on: date | None = None
    raw: str = ""


def table_of(event: ErpRow) -> Table:
    """The declaration of a bill's row. Raises RejectRecord."""
    if event.erp not in ERPS:
        raise RejectRecord("no such ERP is declared in schemas.erp", field="erp")
    if event.kind != "bill" or not (tables := ERPS[event.erp].of_kind("bill")):
        raise RejectRecord("the row is no bill", field="kind")
    return tables[0]


def is_open(table: Table, event: ErpRow) -> bool:
    """Whether the bill is still due."""
    return event.row is not None and table.member(event.row)


def ending(table: Table, event: ErpRow) -> Ending:
    """Of a bill that is due no more."""
    if event.row is None:
        return Ending("lost" if event.lost else "gone")
    paid_on, closed_on = _told(table, event, "paid_on"), _told(table, event, "closed_on")
    raw = str(_told(table, event, "status_raw") or "")
    return Ending(_how(table, event, is_paid=paid_on is not None), paid_on or closed_on, raw)


def _how(table: Table, event: ErpRow, *, is_paid: bool) -> How:
    status = _told(table, event, "status")
    if status == "paid" or is_paid:
        return "paid"
    if _told(table, event, "renegotiated"):
        return "renegotiated"
    match status:
        case "cancelled":
            return "cancelled"
        case "open" | "partial":
            return "withdrawn"
        case _:
            return "unknown"


def _told(table: Table, event: ErpRow, field: str) -> Any:  # noqa: ANN401 - each field has its own type
    """None where the ERP has no such column, or where it cannot be read: whatever it says, the bill is closed."""
    col = next((cols[field] for cols in (table.endings, table.words) if field in cols), None)
    if col is None or event.row is None:
        return None
    try:
        return col.value(event, event.row)
    except RejectRecord:
        return None


def instalment(table: Table, event: ErpRow) -> Instalment | None:
    """What a bill that is due no more says of the agreement that it belongs to; None where it says nothing."""
    of = _told(table, event, "instalment_of")
    if not of:
        return None
    match ending(table, event).how:
        case "paid" | "renegotiated":
            return Instalment(of=of)
        case "cancelled":
            return Instalment(of=of, broken=True)
        case _:
            return None


def told(table: Table, event: ErpRow) -> dict[str, Any]:
    """Contract and due date as far as the row of a closed bill still shows them."""
    found = {"contract": _told(table, event, "contract"), "due_on": _told(table, event, "due_on")}
    return {name: value for name, value in found.items() if value and value != NO_DUE_DATE}
