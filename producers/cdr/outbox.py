"""What is published for one PABX: evidence to its debtor's partition, what could not be read to the dead letters."""

from collections import defaultdict
from collections.abc import Iterable

from producers.held.publishing import Publisher, Writes
from schemas.codec import encode
from schemas.dead import DeadLetter
from schemas.evidence import Evidence
from schemas.keys import debtor_key, partition_of
from schemas.runtime.kafka import Message
from schemas.runtime.transactions import Parts, letters_part
from schemas.topics import EVIDENCE


class Outbox:
    """All of it goes through the PABX's `Writer`: who is fenced publishes nothing more."""

    def __init__(self, writer: Writes) -> None:
        self._publisher = Publisher(writer)

    @property
    def broken(self) -> bool:
        """See `Publisher.broken`."""
        return self._publisher.broken

    async def publish(self, evidence: Iterable[Evidence], letters: Iterable[DeadLetter]) -> None:
        """In one transaction; returns when it is committed, or raises UnpublishedError."""
        parts: Parts = defaultdict(list)
        for one in evidence:
            partition = partition_of(debtor_key(one.instance, one.code), EVIDENCE.partitions)
            parts[EVIDENCE.name, partition].append(Message(one.key, encode(one), []))
        if parts := {**parts, **letters_part(letters)}:
            await self._publisher.write(parts)
