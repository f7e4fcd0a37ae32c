"""One round of one partition: records in, new states, letters and positions out. Pure.

A position is the offset after the last record that was read of a source's partition. Each state is published with the
positions of its round in the header `read`, so that the output topic itself tells up to where its states know the sources:
what a reset group or expired offsets would have read again is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

import orjson

from processors.keyed.stage import Folded, KeyedStage, letter
from schemas.dead import DeadLetter, Headers
from schemas.errors import RejectRecord
from schemas.keys import partition_of
from schemas.records import Record
from schemas.runtime.kafka import Message
from schemas.topics import RECORD_BYTES
from schemas.ways import WAY, Passing, carried, passing

READ = "read"
HEADER_BYTES = 1_000
"""More than the headers take."""
NOBODY: Mapping[bytes, list[Passing]] = MappingProxyType({})

States = Mapping[bytes, bytes]
Positions = Mapping[str, int]
"""By source topic, within one partition."""


class Round(NamedTuple):
    """What a round found. `states`: changed ones, None where the key is erased; `read`: the positions after it.

    `ways`: those that are told of, by key.
    """

    states: dict[bytes, bytes | None]
    letters: list[DeadLetter]
    read: dict[str, int]
    ways: Mapping[bytes, list[Passing]] = NOBODY


def unread(records: Iterable[Record], read: Positions) -> list[Record]:
    """Those at or behind the positions: whatever is delivered twice is folded once."""
    return [record for record in records if record.offset >= read.get(record.topic, 0)]


Keyed = dict[bytes, list[Record]]


def by_key(stage: KeyedStage, records: Iterable[Record], states: States, now: datetime) -> tuple[Keyed, list[DeadLetter]]:
    """The records of each key in their order, and the letters of those that have none, are too old or not at home."""
    keys: Keyed = {}
    letters: list[DeadLetter] = []
    for record in records:
        try:
            key = stage.key_of(record)
            if record.value is not None:
                remembered(stage, key, now)
            if key in keys:
                keys[key].append(record)
                continue
            if key not in states:
                at_home(stage.home(key), record.partition, stage.output.partitions)
            keys[key] = [record]
        except RejectRecord as exc:
            letters.append(letter(stage.name, record, exc))
    return keys, letters


def at_home(key: bytes, partition: int, partitions: int) -> None:
    """Raises RejectRecord where `key` belongs to another partition: two half states of one debtor would both look whole."""
    home = partition_of(key, partitions)
    if partition != home:
        raise RejectRecord(f"the record is in partition {partition}, its key belongs to {home}", field="key")


def remembered(stage: KeyedStage, key: bytes, now: datetime) -> None:
    """Raises RejectRecord where the state is forgotten: a new one, of what came late alone, would overwrite it."""
    if stage.memory is not None and stage.forgets(key, now):
        days = f"{stage.memory / timedelta(days=1):g}"
        raise RejectRecord(f"it came too late: {stage.name} remembers {days} days, and this began before", field="key")


def fold_round(  # noqa: PLR0917 - the last one only where ways are told of
    stage: KeyedStage, records: Sequence[Record], states: States, read: Positions, now: datetime, one_in: int = 0
) -> Round:
    """All of some fetches of one partition, a state a key. `records` in the order of each topic.

    `one_in`: of so many rows one has its way told.
    """
    fresh = unread(records, read)
    keys, letters = by_key(stage, fresh, states, now)
    changed: dict[bytes, bytes | None] = {}
    for key, found in keys.items():
        folded = bounded(stage, key, states.get(key), found, now)
        letters.extend(folded.letters)
        if folded.changed:
            changed[key] = folded.state
    after = dict(read)
    for record in fresh:
        after[record.topic] = max(record.offset + 1, after.get(record.topic, 0))
    ways = {key: ways for key, found in keys.items() if (ways := passing(found, one_in))} if one_in else NOBODY
    return Round(changed, letters, after, ways)


def bounded(stage: KeyedStage, key: bytes, state: bytes | None, records: Sequence[Record], now: datetime) -> Folded:
    """The fold, without those records that would make the state too large to be published: they become letters."""
    folded = stage.fold(key, state, records, now)
    if fits(key, folded.state):
        return folded
    letters: list[DeadLetter] = []
    changed, kept = False, state
    for record in records:  # one by one: what makes the state smaller must not be lost with what makes it too large
        one = stage.fold(key, kept, [record], now)
        letters.extend(one.letters)
        if not fits(key, one.state):
            too_large = RejectRecord(
                f"the state would have {len(one.state or b'')} bytes, {RECORD_BYTES} are the most", field="size"
            )
            letters.append(letter(stage.name, record, too_large))
        elif one.changed:
            changed, kept = True, one.state
    return Folded(changed, kept, letters)


def fits(key: bytes, state: bytes | None) -> bool:
    """Whether the broker takes the record."""
    return state is None or len(key) + len(state) + HEADER_BYTES <= RECORD_BYTES


def messages(
    states: Mapping[bytes, bytes | None], read: Positions, ways: Mapping[bytes, list[Passing]] = NOBODY
) -> list[Message]:
    """States as records of the output topic, which carry on the `ways` of what they were made of."""
    headers = [(READ, orjson.dumps(dict(read)))]
    more = {key: [*headers, (WAY, carried(one.way for one in some))] for key, some in ways.items()}
    return [Message(key, state, more.get(key, headers)) for key, state in states.items()]


def positions_in(headers: Headers) -> dict[str, int]:
    """What `messages` wrote; nothing where an older version wrote none."""
    found = dict(headers).get(READ)
    return dict(orjson.loads(found)) if found else {}
