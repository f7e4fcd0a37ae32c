"""`hydrate` as a keyed stage: raw ERP rows in, debtor states out; bytes to bytes, still pure."""

from collections.abc import Sequence
from datetime import datetime

from processors.hydrate.fold import empty, forget, stamped, step
from processors.keyed.stage import Folded, KeyedStage, Record, letter
from schemas.codec import decode, encode
from schemas.dead import DeadLetter
from schemas.debtor import Debtor
from schemas.errors import RejectRecord
from schemas.keys import debtor_of_row
from schemas.rows import ErpRow
from schemas.topics import BILLS, CLIENTS, CONTRACTS, DEBTORS

NAME = "hydrate"


def key_of(record: Record) -> bytes:
    """The debtor of a raw row, from its key alone."""
    return debtor_of_row(record.key)


def fold(key: bytes, state: bytes | None, records: Sequence[Record], now: datetime) -> Folded:
    """One debtor's rows into its state."""
    before = decode(Debtor, state) if state is not None else None
    after = before
    letters: list[DeadLetter] = []
    for record in records:
        try:
            after = _one(key, after, record, now)
        except RejectRecord as exc:
            letters.append(letter(NAME, record, exc))
    if after is before or after is None:
        return Folded(False, None, letters)
    if after.client is None and not after.contracts and not after.bills and not after.closed:
        return Folded(before is not None, None, letters)
    return Folded(True, encode(stamped(after, now)), letters)


def _one(key: bytes, state: Debtor | None, record: Record, now: datetime) -> Debtor | None:
    if record.value is None:
        _, _, kind, code = (record.key or b"").decode(errors="replace").split(":", 3)
        return state and forget(state, kind, code)
    event = decode(ErpRow, record.value)
    if f"{event.instance}:{event.client}".encode() != key:
        raise RejectRecord("the key is not that of the row's instance and client", field="key")
    return step(state or empty(event.instance, event.client, min(event.seen_at, now)), event)


HYDRATE = KeyedStage(NAME, (CLIENTS, CONTRACTS, BILLS), DEBTORS, key_of, fold)
