"""`classify` as a keyed stage: what was placed and what the PABX says of it in, calls out. Bytes to bytes, still pure.

A refusal makes no call; a dry run makes one that never has an outcome: "would have rung" can be shown, and nobody counts it.
Three days are kept in memory: evidence of an older attempt is a dead letter, as a state of that alone would look whole.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from processors.classify.calls import SILENCE, begun, due, judged, placed, told
from processors.classify.reading import heard
from processors.keyed.stage import Folded, KeyedStage, letter
from schemas.attempts import made_at
from schemas.calls import Call, CallPlaced, call_key
from schemas.codec import decode, encode
from schemas.errors import RejectRecord
from schemas.evidence import Evidence
from schemas.model import next_version
from schemas.records import Record
from schemas.topics import CALLS, EVIDENCE, PLACED

NAME = "classify"
MEMORY = timedelta(days=3)
PLACED_KEY = re.compile(rb"([^:]+):([^:]+):call:([^:]+)")
EVIDENCE_KEY = re.compile(rb"([^:]+):([^:]+):cdr:([^:]+):[0-9a-f]+")
SETTLED = b'"outcome":"', b'"dry_run":true'
"""In a state that time does not change. Within a text of it, these quotes would be escaped."""


def key_of(record: Record) -> bytes:
    """The call's, from the record's own key alone."""
    shape = PLACED_KEY if record.topic == PLACED.name else EVIDENCE_KEY
    found = shape.fullmatch(record.key or b"")
    if found is None:
        raise RejectRecord("the key is not instance:client:call:ATTEMPT or instance:client:cdr:ATTEMPT:DIGEST", field="key")
    key = b"%b:%b:call:%b" % found.groups()
    born(key)
    return key


def home(key: bytes) -> bytes:
    """The debtor's part of a call's key."""
    return b":".join(key.split(b":")[:2])


def born(key: bytes) -> datetime:
    """When the dialer made the attempt of a call's key. Raises RejectRecord."""
    try:
        return made_at(key.rsplit(b":", 1)[-1].decode("ascii"))
    except (ValueError, OverflowError):  # no ULID, or one of a year that no calendar has
        raise RejectRecord("the key names no attempt: it is no ULID", field="key") from None


def fold(key: bytes, state: bytes | None, records: Sequence[Record], now: datetime) -> Folded:
    """One call's records into its state. A tombstone of `call.placed.v1` erases it, one of evidence changes nothing."""
    before = decode(Call, state) if state is not None else None
    call, erased = before, False
    letters = []
    for record in records:
        try:
            if record.topic == PLACED.name:
                call, erased = _placed(key, call, record), record.value is None
            else:
                call = _heard(key, call, record)
        except RejectRecord as exc:
            letters.append(letter(NAME, record, exc))
    if call is None:
        return Folded(before is not None or erased, None, letters)
    after = judged(call, over=False)
    if after == before:
        return Folded(False, None, letters)
    return Folded(True, encode(_stamped(after, now)), letters)


def _placed(key: bytes, call: Call | None, record: Record) -> Call | None:
    if record.value is None:
        return None
    said = decode(CallPlaced, record.value)
    if said.key != key:
        raise RejectRecord("the key is not that of the call", field="key")
    if call is None and said.answer == "refused":
        return None
    return placed(call or begun(said.instance, said.code, said.attempt), said)


def _heard(key: bytes, call: Call | None, record: Record) -> Call | None:
    if record.value is None:
        return call
    evidence = decode(Evidence, record.value)
    if call_key(evidence.instance, evidence.code, evidence.attempt) != key:
        raise RejectRecord("the key is not that of the evidence", field="key")
    return told(call or begun(evidence.instance, evidence.code, evidence.attempt), heard(evidence))


def _stamped(call: Call, now: datetime) -> Call:
    return call.model_copy(update={"version": next_version(call.version, now)})


def again(key: bytes, state: bytes, now: datetime) -> Folded:
    """A call that is open after its time: judged by what is known, `lost` where that is nothing. Cheap for all others."""
    if any(mark in state for mark in SETTLED) or now - born(key) < SILENCE:
        return Folded(False, None, [])
    call = decode(Call, state)
    if now < due(call):
        return Folded(False, None, [])
    return Folded(True, encode(_stamped(judged(call, over=True), now)), [])


CLASSIFY = KeyedStage(NAME, (PLACED, EVIDENCE), CALLS, key_of, fold, home, MEMORY, born)
