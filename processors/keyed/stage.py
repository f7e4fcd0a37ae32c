"""What a keyed stage declares: pure functions on bytes. The shell around them is `processors.keyed.worker`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from schemas.dead import DeadLetter, Why
from schemas.errors import RejectRecord
from schemas.records import Record
from schemas.topics import DEAD, Topic


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


SKEW = timedelta(hours=1)
"""So much the clocks of those who write records and of those who begin states may differ."""


def always(_: bytes) -> datetime:
    """The beginning of a state that has none."""
    return datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class KeyedStage:
    """One stage. `output` is compacted: it carries the states downstream and is the memory of the stage itself.

    `home`: the part of a state's key that its partition goes by. `memory`: states older than this are forgotten; None: none
    is. `born`: when the state of a key began (raises RejectRecord). What comes for a forgotten one is a dead letter, but
    for a tombstone. `letters`: where dead letters go.
    """

    name: str
    sources: tuple[Topic, ...]
    output: Topic
    key_of: KeyOf
    fold: Fold
    home: Callable[[bytes], bytes] = bytes
    memory: timedelta | None = None
    born: Callable[[bytes], datetime] = always
    letters: Topic = DEAD

    def forgets(self, key: bytes, now: datetime) -> bool:
        """Whether this key's state is older than what is remembered. Raises RejectRecord where the key has no age."""
        return self.memory is not None and now - self.born(key) > self.memory

    def remembers_since(self, now: datetime) -> datetime | None:
        """Nothing that was written before can belong to a state that is remembered; None where all may."""
        return None if self.memory is None else now - self.memory - SKEW


def place_of(record: Record) -> str:
    """`topic[partition]@offset`, as dead letters name it."""
    return f"{record.topic}[{record.partition}]@{record.offset}"


def letter(stage: str, record: Record, exc: RejectRecord) -> DeadLetter:
    """The dead letter of one record."""
    why = Why(stage=stage, place=place_of(record), field=exc.field, reason=str(exc))
    return DeadLetter(record.key, record.value, why)
