"""Joins client, contracts and bills of one debtor. Pure: rows in, state out (`ARCHITECTURE.md`, "Decide, then do")."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from pydantic import ValidationError

from schemas.debtor import Bill, Client, Contract, Debtor
from schemas.erp import ERPS
from schemas.erp.codes import UNKNOWN
from schemas.erp.declaration import Table
from schemas.errors import RejectRecord
from schemas.model import next_version
from schemas.rows import ErpRow, Kind

REMEMBER_CLOSED = timedelta(days=7)
"""Longer than any redelivery: an older copy of a closed row must not open it again."""


@cache
def _table(erp: str, kind: Kind) -> Table:
    if erp not in ERPS:
        raise RejectRecord("no such ERP is declared in schemas.erp", field="erp")
    tables = ERPS[erp].of_kind(kind)
    if kind == "reference" or not tables:
        raise RejectRecord(f"{erp} has no {kind} that belongs to a debtor", field="kind")
    return tables[0]


def _words(model: Callable[..., Any], table: Table, event: ErpRow, row: Mapping[str, str]) -> Any:  # noqa: ANN401 - each caller knows its model
    values = {name: col.value(event, row) for name, col in table.words.items()}
    try:
        return model(**values, seen_at=event.seen_at)
    except ValidationError as exc:
        field = str(exc.errors(include_input=False)[0]["loc"][0])
        raise RejectRecord(f"{event.kind}.{field} does not fit", field=field) from None


def empty(instance: str, code: str, seen_at: datetime) -> Debtor:
    """A debtor of whom nothing is known yet."""
    return Debtor(instance=instance, code=code, version=0, changed_at=seen_at)


def step(state: Debtor, event: ErpRow) -> Debtor:
    """The state after one row; the very same object where the row teaches nothing new. Raises RejectRecord.

    A row older than what is known of the same row is ignored, so that redelivery and replayed dead letters do no harm.
    """
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


def _older(event: ErpRow, *seen: datetime | None) -> bool:
    return any(at is not None and event.seen_at < at for at in seen)


def _client(state: Debtor, table: Table, event: ErpRow) -> Debtor:
    known = state.client
    closed = state.closed.get(f"client:{event.id}")
    if _older(event, known.seen_at if known else None, closed):
        return state
    if event.row is None:
        if event.lost or (known is None and closed == event.seen_at):
            return state  # an export without the client says nothing about what is still owed
        return _changed(state, event, client=None, closed=_close(state, event))
    client = _words(Client, table, event, event.row)
    return state if client == known else _changed(state, event, client=client)


def _contract(state: Debtor, table: Table, event: ErpRow) -> Debtor:
    known = state.contracts.get(event.id)
    closed = state.closed.get(f"contract:{event.id}")
    if _older(event, known.seen_at if known else None, closed):
        return state
    if event.row is None and event.lost:
        return _lost(state, event, "contracts", known, "access")
    if event.row is None:
        if known is None and closed == event.seen_at:
            return state
        rest = {code: row for code, row in state.contracts.items() if code != event.id}
        return _changed(state, event, contracts=rest, closed=_close(state, event))
    contract = _words(Contract, table, event, event.row)
    return state if contract == known else _changed(state, event, contracts={**state.contracts, event.id: contract})


def _bill(state: Debtor, table: Table, event: ErpRow) -> Debtor:
    known = state.bills.get(event.id)
    closed = state.closed.get(f"bill:{event.id}")
    if _older(event, known.seen_at if known else None, closed):
        return state
    if event.row is not None and table.member(event.row):
        bill = _words(Bill, table, event, event.row)
        return state if bill == known else _changed(state, event, bills={**state.bills, event.id: bill})
    if event.row is None and event.lost:
        return _lost(state, event, "bills", known, "status")
    if known is None and closed == event.seen_at:
        return state
    # A closed bill is not mapped: whatever its columns have become, it must not stay open.
    rest = {code: row for code, row in state.bills.items() if code != event.id}
    return _changed(state, event, bills=rest, closed=_close(state, event))


def _lost(state: Debtor, event: ErpRow, rows: str, known: Bill | Contract | None, unknown: str) -> Debtor:
    """Never called paid, cancelled or gone by absence: it stays, as unknown, and nobody is called for it."""
    if known is None or known.lost:
        return state
    lost = known.model_copy(update={unknown: UNKNOWN, "lost": True, "seen_at": event.seen_at})
    return _changed(state, event, **{rows: {**getattr(state, rows), event.id: lost}})


def _close(state: Debtor, event: ErpRow) -> dict[str, datetime]:
    since = event.seen_at - REMEMBER_CLOSED
    return {name: at for name, at in state.closed.items() if at >= since} | {f"{event.kind}:{event.id}": event.seen_at}


def forget(state: Debtor, kind: str, code: str) -> Debtor:
    """The state after a tombstone: the row and every memory of it are erased."""
    return state.model_copy(
        update={
            "client": None if kind == "client" else state.client,
            "contracts": {k: row for k, row in state.contracts.items() if kind != "contract" or k != code},
            "bills": {k: row for k, row in state.bills.items() if kind != "bill" or k != code},
            "closed": {k: at for k, at in state.closed.items() if k != f"{kind}:{code}"},
        }
    )


def stamped(state: Debtor, now: datetime) -> Debtor:
    """The state to publish: a version above every earlier one, also after the topic was rebuilt from nothing."""
    return state.model_copy(update={"version": next_version(state.version, now)})
