"""The way of one row from the ERP to the views: which rows are told of, under which ids, and what is said. Pure.

A way is named by the sweep and the place of its row (`01J… erp.bill.v1[2]@77`), which tell no debtor. Its ids are hashes of
that name, so that every stage finds them by itself, and whether a row is one that is told of hangs on its place alone. A row
tells its way by where it is; a record that a stage makes of it has the name in the header `way`. Record 0021.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple, Self

from schemas.codec import decode
from schemas.dead import Headers
from schemas.errors import RejectRecord
from schemas.model import NAME
from schemas.records import PlainRecord, Record
from schemas.rows import ErpRow
from schemas.topics import DEBTORS, QUEUE, ROW_TOPICS

WAY = "way"
MOST = 8
"""Ways that one record carries on, the newest of the rows that it was made of; any other ends in the stage that made it."""
NAMED = re.compile(r"([0-9A-Za-z]{1,26}) (erp\.[a-z]{1,16}\.v1)\[([0-9]{1,5})\]@([0-9]{1,19})")
INSTANCE = re.compile(NAME)
KINDS = {topic.name: kind for kind, topic in ROW_TOPICS.items()}
MADE_BY = {topic.name: topic.producers[0] for topic in (*ROW_TOPICS.values(), DEBTORS, QUEUE)}
"""By topic, the stage whose step comes before that of its reader."""
MIX, SALT, WORD = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 2**64 - 1
TRACE_BYTES, SPAN_BYTES = 16, 8


class Way(NamedTuple):
    """The sweep and the place of a row."""

    sweep: str
    topic: str
    partition: int
    offset: int

    @classmethod
    def named(cls, name: str) -> Self | None:
        """None where it is no name of a way."""
        found = NAMED.fullmatch(name)
        if found is None or found[2] not in KINDS:
            return None
        return cls(found[1], found[2], int(found[3]), int(found[4]))

    def __str__(self) -> str:
        return f"{self.sweep} {self.topic}[{self.partition}]@{self.offset}"

    @property
    def trace(self) -> int:
        """Of all its steps: 128 bits, never 0."""
        return _hash(str(self), TRACE_BYTES)

    def span(self, step: str) -> int:
        """Of its step through a stage: 64 bits, never 0. A stage that takes it again tells the same step again."""
        return _hash(f"{self}/{step}", SPAN_BYTES)


class Passing(NamedTuple):
    """A record and one way that goes through it."""

    record: Record
    way: Way


class Step(NamedTuple):
    """What an exporter is told: `name`, ids (`parent` 0 for the first) and what goes beside them."""

    name: str
    trace: int
    span: int
    parent: int
    attributes: Mapping[str, str | int]


def is_chosen(partition: int, offset: int, one_in: int) -> bool:
    """Whether the row at this place is one of the share that is told of; of none where `one_in` is 0.

    Mixed, as pages and transactions have lengths of their own: every hundredth offset might always be a page's first.
    """
    if one_in <= 1:
        return one_in == 1
    mixed = offset * MIX + partition * SALT & WORD
    mixed = (mixed ^ mixed >> 32) * SALT & WORD
    return (mixed >> 32) % one_in == 0


def ways_of(record: Record, one_in: int) -> Sequence[Way]:
    """Those that go through it. None where it is a tombstone, or cannot be read."""
    if record.topic not in KINDS:
        return ways_in(record.headers)
    if record.value is None or not is_chosen(record.partition, record.offset, one_in):
        return ()
    try:
        sweep = decode(ErpRow, record.value).sweep
    except RejectRecord:
        return ()
    way = Way.named(str(Way(sweep, record.topic, record.partition, record.offset)))
    return () if way is None else (way,)


def passing(records: Iterable[Record], one_in: int) -> list[Passing]:
    """All of them, in the order of the records; none where `one_in` is 0, which means that nobody is told."""
    return [Passing(record, way) for record in records for way in ways_of(record, one_in)] if one_in else []


def carried(ways: Iterable[Way]) -> bytes:
    """The header `way` of a record that was made of theirs."""
    return ",".join(map(str, list(dict.fromkeys(ways))[-MOST:])).encode()


def ways_in(headers: Headers) -> tuple[Way, ...]:
    """What `carried` wrote; nothing else is ever taken for a way."""
    for name, value in headers:
        if name == WAY and value:
            names = value.decode(errors="replace").split(",")[:MOST]
            return tuple(way for way in map(Way.named, names) if way is not None)
    return ()


def written(
    topic: str, partition: int, messages: Iterable[tuple[bytes | None, bytes | None]], offsets: Iterable[int], one_in: int
) -> Iterator[PlainRecord]:
    """Of (key, value) that were written at `offsets`, the rows that are told of. An offset below 0 is not known."""
    if topic in KINDS:
        for (key, value), offset in zip(messages, offsets, strict=False):
            if offset >= 0 and is_chosen(partition, offset, one_in):
                yield PlainRecord(topic, partition, offset, key, value)


def step(one: Passing, stage: str, worker: str, view: str = "") -> Step:
    """What is said of a record that `stage` has passed on, into `view` where it is `views`. Never its key or its value."""
    record, way = one
    before = MADE_BY.get(record.topic, stage)
    name = f"{stage} {view}" if view else stage
    return Step(
        name,
        way.trace,
        way.span(name),
        0 if before == stage else way.span(before),
        {
            "stage": stage,
            "worker": worker,
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "instance": instance_of(record.key),
            "kind": KINDS[way.topic],
            "sweep": way.sweep,
        },
    )


def instance_of(key: bytes | None) -> str:
    """The first part of a key; `other` where that is no name of an instance."""
    name = (key or b"").split(b":", 1)[0].decode(errors="replace")
    return name if INSTANCE.fullmatch(name) else "other"


def _hash(text: str, size: int) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=size).digest()) or 1
