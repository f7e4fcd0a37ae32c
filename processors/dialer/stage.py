"""`dialer` as a keyed stage: debtors and calls in, the call queue out. Bytes to bytes, still pure.

`again` folds what people decided since into a state that no record touched; time alone changes none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from processors.dialer.history import carried, recent, with_call, with_placed, without
from processors.keyed.stage import Folded, letter
from schemas.calling.decide import decide, in_force
from schemas.calling.facts import facts_of
from schemas.calls import Call, CallPlaced
from schemas.codec import decode, encode
from schemas.controls import NOTHING_DECIDED, AllControls
from schemas.debtor import Debtor
from schemas.errors import RejectRecord
from schemas.instances import Instance
from schemas.keys import debtor_of_row
from schemas.model import next_version
from schemas.queue import Facts, QueueEntry, Verdict
from schemas.records import Record
from schemas.topics import CALLS, DEBTORS, PLACED

NAME = "dialer"
SOURCES = (DEBTORS, PLACED, CALLS)
CALL_PART = b"call"


@dataclass(frozen=True, slots=True)
class World:
    """What decisions depend on beside the debtor.

    `instances`: those that are configured, by name. `since`: what ended before is over in every zone, and may be missing in
    `controls`.
    """

    instances: Mapping[str, Instance] = field(default_factory=dict)
    controls: AllControls = NOTHING_DECIDED
    since: date = field(default=date.min, compare=False)


class Known(NamedTuple):
    """What the records of one debtor have told so far. `settled`: see `QueueEntry`."""

    facts: Facts
    debtor_version: int = 0
    settled: bool = True


def key_of(record: Record) -> bytes:
    """The debtor's key: the record's own, or the first half of a call's."""
    if record.topic != DEBTORS.name:
        debtor = debtor_of_row(record.key)
        if (record.key or b"").split(b":")[2:-1] != [CALL_PART]:
            raise RejectRecord("the key is not instance:client:call:ATTEMPT", field="key")
        return debtor
    if not record.key or record.key.count(b":") != 1:
        raise RejectRecord("the key is not instance:client", field="key")
    return record.key


def verdict(world: World, name: str, code: str, facts: Facts) -> Verdict:
    """The decision, or a hold where the instance is not configured."""
    instance = world.instances.get(name)
    if instance is None:
        return Verdict(holds=("instance_unknown",))
    return decide(facts, code, instance, world.controls.of(name))


def fold(world: World, key: bytes, state: bytes | None, records: Sequence[Record], now: datetime) -> Folded:
    """The newest debtor state and all calls into the queue entry; without open bills and calls there is none."""
    before = decode(QueueEntry, state) if state is not None else None
    was = Known(before.facts, before.debtor_version, before.settled) if before is not None else None
    letters = []
    found, told = was, False
    for record in records:
        try:
            found, told = _after(key, found, record), True
        except RejectRecord as exc:
            letters.append(letter(NAME, record, exc))
    if not told:
        return Folded(False, None, letters)
    return Folded(*_entry(world, key, before, found, now), letters)


def again(world: World, key: bytes, state: bytes, now: datetime) -> Folded:
    """The same debtor under what people decided since. An entry of before, with holds of its hour, is written anew once."""
    before = decode(QueueEntry, state)
    found = Known(before.facts, before.debtor_version, before.settled)
    return Folded(*_entry(world, key, before, found, now), [])


def _after(key: bytes, known: Known | None, record: Record) -> Known | None:
    """What is known after one more record; None where the debtor was erased. Raises RejectRecord."""
    if record.topic == DEBTORS.name:
        return _debtor(key, known, record)
    attempt = (record.key or b"").rsplit(b":", 1)[-1].decode(errors="replace")
    if record.value is None:
        return known and known._replace(facts=without(known.facts, attempt))
    known = known or Known(Facts())
    event: CallPlaced | Call
    if record.topic == PLACED.name:
        event = decode(CallPlaced, record.value)
        facts = with_placed(known.facts, event)
    else:
        event = decode(Call, record.value)
        facts = with_call(known.facts, event)
    if event.key != record.key:
        raise RejectRecord("the key is not that of the call", field="key")
    return known._replace(facts=facts)


def _debtor(key: bytes, known: Known | None, record: Record) -> Known | None:
    if record.value is None:
        return None
    debtor = decode(Debtor, record.value)
    if debtor.key != key:
        raise RejectRecord("the key is not that of the debtor", field="key")
    facts = carried(facts_of(debtor), known and known.facts)
    return Known(facts, debtor.version, settled=not debtor.bills)


def _entry(
    world: World, key: bytes, before: QueueEntry | None, known: Known | None, now: datetime
) -> tuple[bool, bytes | None]:
    """Whether the entry changes, and to what. What grew old leaves with the next change: time makes none."""
    kept = known and recent(known.facts, now)
    if known is None or kept is None or (known.settled and not kept.calls):
        return before is not None, None
    name, code = key.decode(errors="replace").split(":", 1)
    if before is not None and before.settled == known.settled and recent(before.facts, now) == kept:
        # what is over need not be taken back: a promise, a limit, a delay
        decided = in_force(verdict(world, name, code, before.facts), world.since, now)
        if decided == in_force(before.verdict, world.since, now):
            return False, None
    entry = QueueEntry(
        instance=name,
        code=code,
        version=next_version(before.version if before else 0, now),
        debtor_version=known.debtor_version,
        decided_at=now,
        facts=kept,
        verdict=verdict(world, name, code, kept),
        settled=known.settled,
    )
    return True, encode(entry)
