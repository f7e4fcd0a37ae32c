"""What a poller remembers of what was published: read back from the raw topics, so that nothing can disagree with them.

Each record carries its digest in a header (`deploy/decisions/0005-the-raw-topics-are-the-pollers-memory.md`).
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiokafka import TopicPartition

from producers.erp.changes import Known, Seen
from schemas.errors import RejectRecord
from schemas.key_parts import unescaped
from schemas.keys import debtor_of_row
from schemas.runtime.reading import read_through
from schemas.topics import ROW_TOPICS

DIGEST, MEMBER = "digest", "member"
Books = dict[tuple[str, str], Seen]
"""By instance and table (for a reference table its own name, else the kind)."""


@dataclass(frozen=True, slots=True)
class Notes:
    """The books while they are read back, as the partitions of a row's owners are read in no order.

    `books`: each row under one owner. `beside`: under further ones, by table and id, then owner: of a row that moved, until
    the record is read with which it left its old owner. Notes of all rows by id and owner would be larger than the books.
    """

    books: Books = field(default_factory=lambda: defaultdict(dict))
    beside: dict[tuple[str, str, str], dict[str, Known]] = field(default_factory=dict)

    def put(self, table: tuple[str, str], code: str, known: Known) -> None:
        """The row is its owner's."""
        there = self.books[table].get(code)
        if there is None or there.owner == known.owner:
            self.books[table][code] = known
        else:
            self.beside.setdefault((*table, code), {})[known.owner] = known

    def leave(self, table: tuple[str, str], code: str, owner: str) -> None:
        """`owner` has it no longer."""
        rows = self.books[table]
        others = self.beside.get((*table, code), {})
        others.pop(owner, None)
        if code in rows and rows[code].owner == owner:
            del rows[code]
            if others:
                rows[code] = others.pop(next(iter(others)))


def book_of(kind: str, owner: str) -> str:
    """Rows of the reference tables share a topic; each table is swept on its own."""
    return f"{kind}:{owner}" if kind == "reference" else kind


async def read_back(servers: str, names: Collection[str]) -> Books:
    """What is known of every row of these instances that was a member, or lost, when last published: one pass for all.

    Call it while holding their writers, else somebody may publish behind what was read. Raises KafkaError.
    """
    notes = Notes()
    ours = frozenset(name.encode() for name in names)
    tps = [TopicPartition(topic.name, n) for topic in ROW_TOPICS.values() for n in range(topic.partitions)]

    def noted(record: Any) -> None:  # noqa: ANN401 - aiokafka ships no types
        if record.key is not None and record.key.partition(b":")[0] in ours:
            note(notes, record.key, record.value, dict(record.headers))

    await read_through(servers, tps, noted)
    return notes.books


def note(notes: Notes, key: bytes | None, value: bytes | None, headers: dict[str, bytes]) -> None:
    """One raw record into the notes. A record that is not ours (no key of four parts, no digest) teaches nothing."""
    try:
        debtor_of_row(key)
    except RejectRecord:
        return
    instance, owner, kind, code = (key or b"").decode(errors="replace").split(":", 3)
    table = instance, book_of(kind, owner)
    code = unescaped(code)
    if value is not None and headers.get(MEMBER) == b"1" and DIGEST in headers:
        notes.put(table, code, Known(owner, headers[DIGEST]))
    elif value is not None and _is_lost(value, headers):
        notes.put(table, code, Known(owner, b""))
    else:
        notes.leave(table, code, owner)


def _is_lost(value: bytes, headers: dict[str, bytes]) -> bool:
    """Only what has no digest is read: it has no row either, and is short."""
    if headers.get(DIGEST) != b"":
        return False
    try:
        return orjson.loads(value).get("lost") is True
    except (orjson.JSONDecodeError, AttributeError):
        return False
