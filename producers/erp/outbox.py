"""What one instance publishes: rows to their debtor's partition, sweeps, and rows that cannot be keyed to the dead letters.

All of it goes through the instance's `Writer`: a page is one transaction, and who is fenced publishes nothing more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import orjson

from producers.erp.changes import Change
from producers.erp.memory import DIGEST, MEMBER
from producers.held.publishing import Publisher, Writes
from schemas.codec import encode
from schemas.dead import DeadLetter
from schemas.erp.declaration import Table
from schemas.instances import Instance
from schemas.keys import debtor_key, partition_of, row_key
from schemas.rows import Kind
from schemas.runtime.kafka import Message
from schemas.runtime.transactions import Parts, letters_part
from schemas.sweeps import Sweep
from schemas.topics import ROW_TOPICS, SWEEPS


class Outbox:
    """Publishes for one instance; every method returns when it is committed, or raises UnpublishedError."""

    def __init__(self, writer: Writes) -> None:
        self._publisher = Publisher(writer)

    @property
    def broken(self) -> bool:
        """See `Publisher.broken`."""
        return self._publisher.broken

    async def page(  # noqa: PLR0917 - a page's own parts, in the order of their size
        self,
        instance: Instance,
        table: Table,
        sweep: str,
        seen_at: datetime,
        changes: Iterable[Change],
        letters: Iterable[DeadLetter] = (),
    ) -> None:
        """All changes of a page in one transaction, in order within each partition. `seen_at`: when the ERP was asked."""
        topic = ROW_TOPICS[table.kind]
        parts: Parts = defaultdict(list)
        of_all = {
            "instance": instance.name,
            "erp": instance.erp.kind,
            "kind": table.kind,
            "seen_at": seen_at.astimezone(UTC).isoformat(),
            "sweep": sweep,
            "ddd": instance.ddd,
            "zone": instance.zone,
        }
        for change in changes:
            owner = change.known.owner
            headers = [(DIGEST, change.known.digest), (MEMBER, b"1" if change.member else b"0")]
            key = row_key(instance.name, owner, table.kind, change.code)
            partition = partition_of(debtor_key(instance.name, owner), topic.partitions)
            parts[topic.name, partition].append(Message(key, row_bytes(of_all, change), headers))
        await self._publisher.write({**parts, **letters_part(letters)})

    async def erase(self, instance: str, kind: Kind, owners: Mapping[str, str]) -> None:
        """Tombstones of these rows, by id their owner."""
        topic = ROW_TOPICS[kind]
        parts: Parts = defaultdict(list)
        for code, owner in owners.items():
            partition = partition_of(debtor_key(instance, owner), topic.partitions)
            parts[topic.name, partition].append(Message(row_key(instance, owner, kind, code), None, []))
        await self._publisher.write(parts)

    async def sweep(self, event: Sweep) -> None:
        """One phase of a sweep."""
        key = f"{event.instance}:{event.kind}".encode()
        await self._publisher.write({(SWEEPS.name, 0): [Message(key, encode(event), [])]})


def row_bytes(of_all: Mapping[str, str], change: Change) -> bytes:
    """The JSON of one `ErpRow`: `of_all` rows of a page, and this one's.

    Not through the model, which would build and check again, field by field, what `examine` has just made: a third of the
    poller's time. A test decodes what comes out.
    """
    row = orjson.Fragment(change.body) if change.body else change.row
    event: dict[str, object] = {**of_all, "id": change.code, "client": change.known.owner, "row": row}
    if change.lost:
        event["lost"] = True
    if change.entered:
        event["entered"] = True
    return orjson.dumps(event)
