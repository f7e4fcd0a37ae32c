"""One raw record into the state of its debtor: its key, its tombstones, a dead letter that is retried. Pure."""

from datetime import datetime

from schemas.codec import decode
from schemas.dead import RETRY
from schemas.debtor import Debtor
from schemas.errors import RejectRecord
from schemas.hydration.fold import doubted, empty, forget, settled, step
from schemas.key_parts import escaped, unescaped
from schemas.records import Record
from schemas.rows import ErpRow


def learned(key: bytes, state: Debtor | None, record: Record, now: datetime) -> Debtor | None:
    """The state of `key` after one of its records; the very same where it teaches nothing. Raises RejectRecord."""
    row = _row_of(record)
    if (first := dict(record.headers).get(RETRY)) and (state is None or state.unread.get(row) != first.decode()):
        return state  # a dead letter, retried: a newer record of the same row has come since it died
    if record.value is None:
        kind, code = row.split(":", 1)
        return state and settled(forget(state, kind, unescaped(code)), row)
    event = decode(ErpRow, record.value)
    if f"{event.instance}:{event.client}".encode() != key:
        raise RejectRecord("the key is not that of the row's instance and client", field="key")
    if f"{event.kind}:{escaped(event.id)}" != row:
        raise RejectRecord("the key is not that of the row's kind and id", field="key")
    return settled(step(state or _empty(key, min(event.seen_at, now)), event), row)


def unlearned(key: bytes, state: Debtor | None, record: Record, place: str, now: datetime) -> Debtor | None:
    """The state after a record at `place` that `learned` rejects: what is known stays, and the doubt with it.

    A key that names nobody leaves no doubt.
    """
    try:
        return doubted(state or _empty(key, now), _row_of(record), place)
    except RejectRecord:
        return state


def is_nobody(state: Debtor) -> bool:
    """Nothing of it is left."""
    return state.client is None and not (state.contracts or state.bills or state.unread or state.instalments)


def _row_of(record: Record) -> str:
    """`kind:id` as the key spells it, from the key alone: whoever calls has looked at it."""
    return (record.key or b"").split(b":", 2)[2].decode(errors="replace")


def _empty(key: bytes, at: datetime) -> Debtor:
    instance, code = key.decode(errors="replace").split(":", 1)
    try:
        return empty(instance, code, at)
    except ValueError:  # no instance or no code that could be one: nobody's row
        raise RejectRecord("the key is not instance:client", field="key") from None
