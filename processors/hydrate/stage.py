"""`hydrate` as a keyed stage: raw ERP rows in, debtor states out; bytes to bytes, still pure."""

from collections.abc import Sequence
from datetime import datetime

from processors.keyed.stage import Folded, KeyedStage, letter, place_of
from schemas.codec import decode, encode
from schemas.dead import DeadLetter
from schemas.debtor import Debtor
from schemas.errors import RejectRecord
from schemas.hydration.fold import stamped
from schemas.hydration.record import is_nobody, learned, unlearned
from schemas.keys import debtor_of_row
from schemas.records import Record
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
            after = learned(key, after, record, now)
        except RejectRecord as exc:
            letters.append(letter(NAME, record, exc))
            after = unlearned(key, after, record, place_of(record), now)
    if after is before or after is None:
        return Folded(False, None, letters)
    if is_nobody(after):
        return Folded(before is not None, None, letters)
    return Folded(True, encode(stamped(after, now)), letters)


HYDRATE = KeyedStage(NAME, (CLIENTS, CONTRACTS, BILLS), DEBTORS, key_of, fold)
