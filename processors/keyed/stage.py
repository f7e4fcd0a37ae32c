"""What a keyed stage declares: pure functions on bytes. The shell around them is `processors.keyed.worker`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from schemas.dead import DeadLetter, Headers, Why
from schemas.errors import RejectRecord
from schemas.topics import Topic


class Record(Protocol):
    """One Kafka record, as aiokafka gives it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Folded(NamedTuple):
    """`changed` is False where the records taught nothing new; a `state` of None erases the key."""

    changed: bool
    state: bytes | None
    letters: list[DeadLetter]


class Fold(Protocol):
    """Fold `records` of one key, in order, into its state. Never raises for a bad record: it becomes a letter.

    `state` was read once already, when the partition was restored: the model of the output topic can decode it.
    """

    def __call__(self, key: bytes, state: bytes | None, records: Sequence[Record], now: datetime) -> Folded: ...


class KeyOf(Protocol):
    """The state's key of a record. Raises RejectRecord."""

    def __call__(self, record: Record) -> bytes: ...


@dataclass(frozen=True, slots=True)
class KeyedStage:
    """One stage. `output` is compacted: it carries the states downstream and is the memory of the stage itself.

    `home`: the part of a state's key that its partition goes by.
    """

    name: str
    sources: tuple[Topic, ...]
    output: Topic
    key_of: KeyOf
    fold: Fold
    home: Callable[[bytes], bytes] = bytes


def place_of(record: Record) -> str:
    """`topic[partition]@offset`, as dead letters name it."""
    return f"{record.topic}[{record.partition}]@{record.offset}"


def letter(stage: str, record: Record, exc: RejectRecord) -> DeadLetter:
    """The dead letter of one record."""
    why = Why(stage=stage, place=place_of(record), field=exc.field, reason=str(exc))
    return DeadLetter(record.key, record.value, why)
