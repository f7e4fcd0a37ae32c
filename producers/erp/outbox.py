"""The poller's side of Kafka: rows to their debtor's partition, sweeps, and rows that cannot be keyed to the dead letters.

The raw topics are also the poller's memory (`ARCHITECTURE.md`): each record carries its digest in a header, and
`read_back` restores from them what was published, so that nothing can disagree with the broker.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from producers.erp.changes import Change, Known, Seen
from schemas.codec import encode
from schemas.dead import DeadLetter
from schemas.erp.declaration import Table
from schemas.errors import RejectRecord
from schemas.instances import Instance
from schemas.keys import debtor_key, debtor_of_row, partition_of, row_key
from schemas.runtime.kafka import Message, bury, publish
from schemas.sweeps import Sweep
from schemas.topics import ROW_TOPICS, SWEEPS

DIGEST, MEMBER = "digest", "member"
Books = dict[tuple[str, str], Seen]
"""By instance and table (for a reference table its own name, else the kind)."""
Notes = dict[tuple[str, str], dict[tuple[str, str], bytes]]
"""The same while it is read back: digests by id and owner, as the partitions of a row's owners are read in no order."""


def book_of(kind: str, owner: str) -> str:
    """Rows of the reference tables share a topic; each table is swept on its own."""
    return f"{kind}:{owner}" if kind == "reference" else kind


class Outbox:
    """Publishes for one poller process; every method returns after the broker's acknowledgement or raises RetryLater."""

    def __init__(self, sender: AIOKafkaProducer) -> None:
        self._sender = sender

    async def rows(self, instance: Instance, table: Table, sweep: str, seen_at: datetime, changes: Iterable[Change]) -> None:
        """All changes of a page, at once to each partition and in order within one."""
        topic = ROW_TOPICS[table.kind]
        by_partition: dict[int, list[Message]] = defaultdict(list)
        of_all = {
            "instance": instance.name,
            "erp": instance.erp.kind,
            "kind": table.kind,
            "seen_at": seen_at.astimezone(UTC).isoformat(),
            "sweep": sweep,
            "ddd": instance.ddd,
        }
        for change in changes:
            owner = change.known.owner
            body = row_bytes(of_all, change)
            headers = [(DIGEST, change.known.digest), (MEMBER, b"1" if change.member else b"0")]
            key = row_key(instance.name, owner, table.kind, change.code)
            partition = partition_of(debtor_key(instance.name, owner), topic.partitions)
            by_partition[partition].append(Message(key, body, headers))
        await asyncio.gather(*(publish(self._sender, topic.name, n, part) for n, part in by_partition.items()))

    async def sweep(self, event: Sweep) -> None:
        """One phase of a sweep."""
        key = f"{event.instance}:{event.kind}".encode()
        await publish(self._sender, SWEEPS.name, 0, [Message(key, encode(event), [])])

    async def bury(self, letters: Iterable[DeadLetter]) -> None:
        """Rows that cannot be published, with their whitelisted columns as bytes."""
        await bury(self._sender, letters)


def row_bytes(of_all: Mapping[str, str], change: Change) -> bytes:
    """The JSON of one `ErpRow`: `of_all` rows of a page, and this one's.

    Not through the model, which would build and check again, field by field, what `examine` has just made: a third of the
    poller's time. A test decodes what comes out.
    """
    lost = {"lost": True} if change.lost else {}
    own = {"id": change.code, "client": change.known.owner, "row": change.row, **lost}
    return orjson.dumps({**of_all, **own})


async def read_back(servers: str) -> Books:
    """What is known of every row that was still a member when last published. Reads all raw topics to their end."""
    notes: Notes = defaultdict(dict)
    reader = AIOKafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest", enable_auto_commit=False)
    await reader.start()
    try:
        tps = [TopicPartition(topic.name, n) for topic in ROW_TOPICS.values() for n in range(topic.partitions)]
        reader.assign(tps)
        ends = await reader.end_offsets(tps)
        await reader.seek_to_beginning(*tps)
        while any([await reader.position(tp) < ends[tp] for tp in tps]):
            for records in (await reader.getmany(timeout_ms=500, max_records=20_000)).values():
                for record in records:
                    note(notes, record.key, record.value, dict(record.headers))
    finally:
        await reader.stop()
    return books_of(notes)


def note(notes: Notes, key: bytes | None, value: bytes | None, headers: dict[str, bytes]) -> None:
    """One raw record into the notes. A record that is not ours (no key of four parts, no digest) teaches nothing."""
    try:
        debtor_of_row(key)
    except RejectRecord:
        return
    instance, owner, kind, code = (key or b"").decode(errors="replace").split(":", 3)
    of_table = notes[instance, book_of(kind, owner)]
    if value is not None and headers.get(MEMBER) == b"1" and DIGEST in headers:
        of_table[code, owner] = headers[DIGEST]
    else:
        of_table.pop((code, owner), None)


def books_of(notes: Notes) -> Books:
    """The notes by id alone, once every partition was read: a row that moved has left all owners but the last."""
    books: Books = defaultdict(dict)
    for table, digests in notes.items():
        books[table] = {code: Known(owner, digest) for (code, owner), digest in digests.items()}
    return books
