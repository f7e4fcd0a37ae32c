"""Joins client, contracts and bills of one debtor. Pure: rows in, state out.

The order in which rows come is their order: they are read once, from one partition, which one poller at a time writes. No
clock decides anything here.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import ValidationError

from schemas.closing import instalment
from schemas.debtor import Bill, Client, Contract, Debtor, Instalment
from schemas.erp import ERPS
from schemas.erp.codes import UNKNOWN
from schemas.erp.declaration import Table
from schemas.errors import RejectRecord
from schemas.model import next_version
from schemas.rows import ErpRow, Kind

MOST_ROWS = 2_000
"""Open bills, or contracts, of one client: more are dead letters, so that a state stays far below `RECORD_BYTES`."""
MOST_DOUBTS = 500
MOST_INSTALMENTS = 200
"""That are due no more: agreements have a dozen. The newest are remembered."""


@cache
def _table(erp: str, kind: Kind) -> Table:
    if erp not in ERPS:
        raise RejectRecord("no such ERP is declared in schemas.erp", field="erp")
    tables = ERPS[erp].of_kind(kind)
    if kind == "reference" or not tables:
        raise RejectRecord(f"{erp} has no {kind} that belongs to a debtor", field="kind")
    return tables[0]


def _values(table: Table, event: ErpRow, row: Mapping[str, str]) -> dict[str, Any]:
    return {name: col.value(event, row) for name, col in table.words.items()}


def _words(model: Callable[..., Any], event: ErpRow, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - each caller knows its model
    try:
        return model(**values, seen_at=event.seen_at)
    except ValidationError as exc:
        field = str(exc.errors(include_input=False)[0]["loc"][0])
        raise RejectRecord(f"{event.kind}.{field} does not fit", field=field) from None


def empty(instance: str, code: str, seen_at: datetime) -> Debtor:
    """A debtor of whom nothing is known yet."""
    return Debtor(instance=instance, code=code, version=0, changed_at=seen_at)


def step(state: Debtor, event: ErpRow) -> Debtor:
    """The state after one row; the very same object where the row teaches nothing new. Raises RejectRecord."""
    table = _table(event.erp, event.kind)
    match event.kind:
        case "client":
            return _client(state, table, event)
        case "contract":
            return _contract(state, table, event)
        case _:
            return _bill(state, table, event)


def _changed(state: Debtor, event: ErpRow, **fields: object) -> Debtor:
    return state.model_copy(update={**fields, "changed_at": max(state.changed_at, event.seen_at)})


def _client(state: Debtor, table: Table, event: ErpRow) -> Debtor:
    known = state.client
    if event.row is None:
        if event.lost or known is None:
            return state  # an export without the client says nothing about what is still owed
        return _changed(state, event, client=None)
    client = _words(Client, event, _values(table, event, event.row))
    return state if _same(client, known) else _changed(state, event, client=client)


def _contract(state: Debtor, table: Table, event: ErpRow) -> Debtor:
    known = state.contracts.get(event.id)
    if event.row is None:
        return _lost(state, event, "contracts", known, "access") if event.lost else _without(state, event, "contracts")
    values = _values(table, event, event.row)
    contract = _words(Contract, event, {**values, "access_since": _access_since(values["access"], known, event)})
    if _same(contract, known):
        return state
    _bounded(state.contracts, event)
    return _changed(state, event, contracts={**state.contracts, event.id: contract})


def _access_since(access: str, known: Contract | None, event: ErpRow) -> datetime | None:
    """What a contract's first row shows may have been so for long; of ordinary ones an ERP's lists show none at all."""
    if known is None:
        return event.seen_at if event.entered else None
    return known.access_since if access == known.access else event.seen_at


def _bill(state: Debtor, table: Table, event: ErpRow) -> Debtor:
    known = state.bills.get(event.id)
    if event.row is not None and table.member(event.row):  # whether a day of payment may have come, the poller has judged
        bill = _words(Bill, event, _values(table, event, event.row))
        if _same(bill, known):
            return state
        _bounded(state.bills, event)
        instalments = _instalments(state, event.id, None)
        return _changed(state, event, bills={**state.bills, event.id: bill}, instalments=instalments)
    if event.row is None and event.lost:
        return _lost(state, event, "bills", known, "status")
    # A closed bill is not mapped: whatever its columns have become, it must not stay open.
    instalments = _instalments(state, event.id, instalment(table, event))
    closed = _without(state, event, "bills")
    return closed if instalments is state.instalments else _changed(closed, event, instalments=instalments)


def _instalments(state: Debtor, code: str, one: Instalment | None) -> dict[str, Instalment]:
    """With what the newest row of the bill `code` says of its agreement: the very same where that is known."""
    if state.instalments.get(code) == one:
        return state.instalments
    kept = {name: other for name, other in state.instalments.items() if name != code}
    return kept if one is None else {**dict(list(kept.items())[1 - MOST_INSTALMENTS :]), code: one}


def _bounded(rows: Mapping[str, object], event: ErpRow) -> None:
    if event.id not in rows and len(rows) >= MOST_ROWS:
        raise RejectRecord(f"one client with more than {MOST_ROWS} {event.kind} rows", field="id")


def _same(row: Client | Contract | Bill, known: Client | Contract | Bill | None) -> bool:
    """But for the moment at which it was seen: a row that was published once more teaches nothing."""
    return known is not None and row.model_copy(update={"seen_at": known.seen_at}) == known


def _lost(state: Debtor, event: ErpRow, rows: str, known: Bill | Contract | None, unknown: str) -> Debtor:
    """Never called paid, cancelled or gone by absence: it stays, as unknown, and nobody is called for it."""
    if known is None or known.lost:
        return state
    changed = {unknown: UNKNOWN, "lost": True, "seen_at": event.seen_at}
    lost = known.model_copy(update={**changed, **({"access_since": None} if rows == "contracts" else {})})
    return _changed(state, event, **{rows: {**getattr(state, rows), event.id: lost}})


def _without(state: Debtor, event: ErpRow, rows: str) -> Debtor:
    known = getattr(state, rows)
    if event.id not in known:
        return state
    return _changed(state, event, **{rows: {code: row for code, row in known.items() if code != event.id}})


def forget(state: Debtor, kind: str, code: str) -> Debtor:
    """The state after a tombstone: the row and every memory of it are erased."""
    return state.model_copy(
        update={
            "client": None if kind == "client" else state.client,
            "contracts": {k: row for k, row in state.contracts.items() if kind != "contract" or k != code},
            "bills": {k: row for k, row in state.bills.items() if kind != "bill" or k != code},
            "instalments": {k: row for k, row in state.instalments.items() if kind != "bill" or k != code},
        }
    )


def doubted(state: Debtor, row: str, place: str) -> Debtor:
    """The state after a record of `row` (`bill:ID`) that could not be read: what is known stays, and the doubt with it.

    Beyond MOST_DOUBTS a letter leaves no doubt, and cannot be retried.
    """
    if row not in state.unread and len(state.unread) >= MOST_DOUBTS:
        return state
    return state.model_copy(update={"unread": {**state.unread, row: place}})


def settled(state: Debtor, row: str) -> Debtor:
    """The state after a record of `row` that could be read."""
    if row not in state.unread:
        return state
    return state.model_copy(update={"unread": {name: place for name, place in state.unread.items() if name != row}})


def stamped(state: Debtor, now: datetime) -> Debtor:
    """The state to publish: a version above every earlier one, also after the topic was rebuilt from nothing."""
    return state.model_copy(update={"version": next_version(state.version, now)})
