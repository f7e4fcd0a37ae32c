"""What was published of each attempt, as far back as records are read; read back from the topic itself at the start.

`Memory` is pure; `read_back` asks the broker.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from aiokafka import TopicPartition
from ulid import ULID

from schemas.runtime.reading import read_through
from schemas.topics import DEAD, EVIDENCE

STAGE = "cdr-poller"
REACH = timedelta(days=7)
"""Records of attempts that are older than this are left alone."""
MARGIN = timedelta(days=1)
"""Nothing about an attempt was published before it was made, by clocks that differ by less than this."""
KEY_PARTS = 5
TIME_DIGITS = 10
"""Of an id: milliseconds since 1970, which sort as text."""
FORGET_EVERY = timedelta(hours=1)


def first_at(at: datetime) -> str:
    """What ids of attempts made at `at` or later are not less than."""
    return str(ULID.from_datetime(at))[:TIME_DIGITS]


def mark_of(witness: str, raw: bytes) -> bytes:
    """Of what could not be read, wherever it lies by now."""
    return blake2b(witness.encode() + b"\0" + raw, digest_size=16).digest()


@dataclass(slots=True)
class Memory:
    """Digests by attempt, and marks of what has its dead letter."""

    known: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    buried: set[bytes] = field(default_factory=set)
    swept_at: datetime | None = None

    def has(self, attempt: str, digest: str) -> bool:
        """Whether this was published."""
        return digest in self.known.get(attempt, ())

    def add(self, attempt: str, digest: str) -> None:
        """It was published."""
        self.known[attempt].add(digest)

    def forget(self, before: datetime) -> None:
        """What is older than any record that is still read; now and then, for all of it is looked at."""
        if self.swept_at is not None and abs(before - self.swept_at) < FORGET_EVERY:
            return
        self.swept_at = before
        first = first_at(before)
        for attempt in [attempt for attempt in self.known if attempt < first]:
            del self.known[attempt]

    def note(self, key: bytes | None) -> None:
        """One record's key, `instance:client:cdr:ATTEMPT:DIGEST`; another teaches nothing."""
        parts = (key or b"").decode(errors="replace").split(":")
        if len(parts) == KEY_PARTS:
            self.add(parts[3], parts[4])

    def note_letter(self, value: bytes | None, headers: Mapping[str, bytes]) -> None:
        """One dead letter; another stage's teaches nothing."""
        if headers.get("stage") == STAGE.encode() and value is not None:
            self.buried.add(mark_of(headers.get("place", b"").decode(errors="replace").partition("/")[0], value))


async def read_back(servers: str, names: Collection[str], since: datetime) -> Memory:
    """What was published about attempts of these instances since then. Call it while holding the PABX's writer, else
    somebody may publish behind what was read. Raises KafkaError.
    """
    found = Memory()
    ours = frozenset(name.encode() for name in names)
    tps = [TopicPartition(EVIDENCE.name, n) for n in range(EVIDENCE.partitions)] + [TopicPartition(DEAD.name, 0)]

    def note(record: Any) -> None:  # noqa: ANN401 - aiokafka ships no types
        if record.topic == DEAD.name:
            found.note_letter(record.value, dict(record.headers))
        elif (record.key or b"").partition(b":")[0] in ours:
            found.note(record.key)

    await read_through(servers, tps, note, since)
    return found
