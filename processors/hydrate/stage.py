"""`hydrate` as a keyed stage: raw ERP rows in, debtor states out; bytes to bytes, still pure."""

from collections.abc import Sequence
from datetime import datetime

from processors.hydrate.fold import doubted, empty, forget, settled, stamped, step
from processors.keyed.stage import Folded, KeyedStage, Record, letter, place_of
from schemas.codec import decode, encode
from schemas.dead import RETRY, DeadLetter
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
            after = _doubted(key, after, record, now)
    if after is before or after is None:
        return Folded(False, None, letters)
    if after.client is None and not after.contracts and not after.bills and not after.unread:
        return Folded(before is not None, None, letters)
    return Folded(True, encode(stamped(after, now)), letters)


def _one(key: bytes, state: Debtor | None, record: Record, now: datetime) -> Debtor | None:
    row = _row_of(record)
    if (first := dict(record.headers).get(RETRY)) and (state is None or state.unread.get(row) != first.decode()):
        return state  # a dead letter, retried: a newer record of the same row has come since it died
    if record.value is None:
        kind, code = row.split(":", 1)
        return state and settled(forget(state, kind, code), row)
    event = decode(ErpRow, record.value)
    if f"{event.instance}:{event.client}".encode() != key:
        raise RejectRecord("the key is not that of the row's instance and client", field="key")
    if f"{event.kind}:{event.id}" != row:
        raise RejectRecord("the key is not that of the row's kind and id", field="key")
    return settled(step(state or _empty(key, min(event.seen_at, now)), event), row)


def _doubted(key: bytes, state: Debtor | None, record: Record, now: datetime) -> Debtor | None:
    """What is known stays, and the doubt with it; a key that names nobody leaves a letter only."""
    try:
        return doubted(state or _empty(key, now), _row_of(record), place_of(record))
    except RejectRecord:
        return state


def _row_of(record: Record) -> str:
    """`kind:id`, from the key alone: `key_of` has looked at it."""
    return (record.key or b"").split(b":", 2)[2].decode(errors="replace")


def _empty(key: bytes, at: datetime) -> Debtor:
    instance, code = key.decode(errors="replace").split(":", 1)
    try:
        return empty(instance, code, at)
    except ValueError:  # no instance or no code that could be one: nobody's row
        raise RejectRecord("the key is not instance:client", field="key") from None


HYDRATE = KeyedStage(NAME, (CLIENTS, CONTRACTS, BILLS), DEBTORS, key_of, fold)
