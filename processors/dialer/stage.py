"""`dialer` as a keyed stage, first slice: debtor states in, the call queue out. Bytes to bytes, still pure.

No call is placed yet. Time is an input too: `again` folds the clock and changed rules into a state that no record touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from processors.keyed.stage import Folded, Record, letter
from schemas.calling.decide import decide
from schemas.calling.facts import facts_of
from schemas.codec import decode, encode
from schemas.controls import NO_CONTROLS, Controls
from schemas.debtor import Debtor
from schemas.errors import RejectRecord
from schemas.instances import Instance
from schemas.model import next_version
from schemas.queue import Facts, QueueEntry, Verdict

NAME = "dialer"


@dataclass(frozen=True, slots=True)
class World:
    """What decisions depend on beside the debtor."""

    instances: Mapping[str, Instance] = field(default_factory=dict)
    controls: Mapping[str, Controls] = field(default_factory=dict)


def key_of(record: Record) -> bytes:
    """The debtor's key is the record's own."""
    if not record.key or record.key.count(b":") != 1:
        raise RejectRecord("the key is not instance:client", field="key")
    return record.key


def verdict(world: World, name: str, code: str, facts: Facts, now: datetime) -> Verdict:
    """The decision, or a hold where the instance is not configured."""
    instance = world.instances.get(name)
    if instance is None:
        return Verdict(holds=("instance_unknown",))
    return decide(facts, code, instance, world.controls.get(name, NO_CONTROLS), now)


def fold(world: World, key: bytes, state: bytes | None, records: Sequence[Record], now: datetime) -> Folded:
    """The newest debtor state into its queue entry; a debtor without open bills has none."""
    before = decode(QueueEntry, state) if state is not None else None
    letters = []
    newest: Debtor | None = None
    erased = False
    known = before.debtor_version if before else -1
    for record in records:
        try:
            debtor = _debtor(key, record)
        except RejectRecord as exc:
            letters.append(letter(NAME, record, exc))
            continue
        if debtor is None:
            newest, erased, known = None, True, -1
        elif debtor.version > known:
            newest, erased, known = debtor, False, debtor.version
    if erased or (newest is not None and not newest.bills):
        return Folded(before is not None, None, letters)
    if newest is None:
        return Folded(False, None, letters)
    facts = facts_of(newest)
    entry = QueueEntry(
        instance=newest.instance,
        code=newest.code,
        version=next_version(before.version if before else 0, now),
        debtor_version=newest.version,
        decided_at=now,
        facts=facts,
        verdict=verdict(world, newest.instance, newest.code, facts, now),
    )
    if before is not None and (entry.facts, entry.verdict) == (before.facts, before.verdict):
        return Folded(False, None, letters)
    return Folded(True, encode(entry), letters)


def _debtor(key: bytes, record: Record) -> Debtor | None:
    if record.value is None:
        return None
    debtor = decode(Debtor, record.value)
    if debtor.key != key:
        raise RejectRecord("the key is not that of the debtor", field="key")
    return debtor


def again(world: World, key: bytes, state: bytes, now: datetime) -> Folded:
    """The same debtor at a later moment or under changed rules."""
    del key
    before = decode(QueueEntry, state)
    now_verdict = verdict(world, before.instance, before.code, before.facts, now)
    if now_verdict == before.verdict:
        return Folded(False, None, [])
    entry = before.model_copy(
        update={"version": next_version(before.version, now), "decided_at": now, "verdict": now_verdict}
    )
    return Folded(True, encode(entry), [])
