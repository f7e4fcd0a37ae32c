"""`dialer` as a keyed stage, first slice: debtor states in, the call queue out. Bytes to bytes, still pure.

No call is placed yet. `again` folds what people decided since into a state that no record touched; time alone changes none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from processors.keyed.stage import Folded, Record, letter
from schemas.calling.decide import decide, in_force
from schemas.calling.facts import facts_of
from schemas.codec import decode, encode
from schemas.controls import NOTHING_DECIDED, AllControls
from schemas.debtor import Debtor
from schemas.errors import RejectRecord
from schemas.instances import Instance
from schemas.model import next_version
from schemas.queue import Facts, QueueEntry, Verdict

NAME = "dialer"


@dataclass(frozen=True, slots=True)
class World:
    """What decisions depend on beside the debtor.

    `instances`: those that are configured, by name. `since`: what ended before is over in every zone, and may be missing in
    `controls`.
    """

    instances: Mapping[str, Instance] = field(default_factory=dict)
    controls: AllControls = NOTHING_DECIDED
    since: date = field(default=date.min, compare=False)


def key_of(record: Record) -> bytes:
    """The debtor's key is the record's own."""
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
    """The last debtor state in the partition's order into its queue entry; a debtor without open bills has none."""
    before = decode(QueueEntry, state) if state is not None else None
    letters = []
    told = False
    newest: Debtor | None = None
    for record in records:
        try:
            newest, told = _debtor(key, record), True
        except RejectRecord as exc:
            letters.append(letter(NAME, record, exc))
    if not told:
        return Folded(False, None, letters)
    if newest is None or not newest.bills:
        return Folded(before is not None, None, letters)
    facts = facts_of(newest)
    entry = QueueEntry(
        instance=newest.instance,
        code=newest.code,
        version=next_version(before.version if before else 0, now),
        debtor_version=newest.version,
        decided_at=now,
        facts=facts,
        verdict=verdict(world, newest.instance, newest.code, facts),
    )
    if before is not None and entry.facts == before.facts and _same(world, entry.verdict, before.verdict):
        return Folded(False, None, letters)
    return Folded(True, encode(entry), letters)


def _same(world: World, one: Verdict, other: Verdict) -> bool:
    """A promise that is over need not be taken back."""
    return in_force(one, world.since) == in_force(other, world.since)


def _debtor(key: bytes, record: Record) -> Debtor | None:
    if record.value is None:
        return None
    debtor = decode(Debtor, record.value)
    if debtor.key != key:
        raise RejectRecord("the key is not that of the debtor", field="key")
    return debtor


def again(world: World, key: bytes, state: bytes, now: datetime) -> Folded:
    """The same debtor under what people decided since. An entry of before, with holds of its hour, is written anew once."""
    del key
    before = decode(QueueEntry, state)
    found = verdict(world, before.instance, before.code, before.facts)
    if _same(world, found, before.verdict):
        return Folded(False, None, [])
    entry = before.model_copy(update={"version": next_version(before.version, now), "decided_at": now, "verdict": found})
    return Folded(True, encode(entry), [])
