"""`AIOKafkaProducer` and `Writer` as the stages use them, without a broker: batches are aiokafka's, records lie in lists.

It passes the same suite as the real broker: `tests/contract/broker_conformance.py`.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from schemas.errors import RetryLater
from schemas.runtime.kafka import MAX_BATCH_BYTES, Message, publish
from schemas.runtime.transactions import Fenced, Place


class Kept(NamedTuple):
    """One record as a consumer would get it; `timestamp` in milliseconds since 1970."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


class Acknowledged(NamedTuple):
    """Of a batch, as aiokafka's own names it: the offset of its first record."""

    offset: int


class MemoryBroker:
    """`refuse`: what the next batches meet, in order; None lets one pass.

    `at_once`: the error is raised before the batch is taken, not instead of its acknowledgement.
    """

    def __init__(self, batch_bytes: int = MAX_BATCH_BYTES) -> None:
        self.parts: defaultdict[tuple[str, int], list[Kept]] = defaultdict(list)
        self.refuse: list[KafkaError | None] = []
        self.at_once = False
        self.batches = 0
        self.holders: dict[str, MemoryWriter] = {}
        self._batch_bytes = batch_bytes

    def create_batch(self) -> Any:  # noqa: ANN401 - aiokafka ships no types
        """As `AIOKafkaProducer.create_batch`."""
        return BatchBuilder(self._batch_bytes, 0)

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> asyncio.Future[Acknowledged]:  # noqa: ANN401 - as above
        """As `AIOKafkaProducer.send_batch`: a future that is done when the batch is on disk."""
        acknowledged: asyncio.Future[Acknowledged] = asyncio.get_running_loop().create_future()
        refusal = self.refuse.pop(0) if self.refuse else None
        if refusal is not None and self.at_once:
            raise refusal
        if refusal is not None:
            acknowledged.set_exception(refusal)
            return acknowledged
        self.batches += 1
        first = len(self.parts[topic, partition])
        self._keep(batch, topic, partition)
        acknowledged.set_result(Acknowledged(first))
        return acknowledged

    async def write(self, parts: Mapping[Place, Iterable[Message]]) -> None:
        """As `Writer.write` of one whom nobody fences: all of it or nothing."""
        before = {place: len(kept) for place, kept in self.parts.items()}
        try:
            for (topic, partition), part in parts.items():
                await publish(self, topic, partition, part)
        except RetryLater:
            for place, kept in self.parts.items():
                del kept[before.get(place, 0) :]
            raise

    def _keep(self, batch: Any, topic: str, partition: int) -> None:  # noqa: ANN401 - as above
        kept = self.parts[topic, partition]
        records = MemoryRecords(bytes(batch._build()))
        while records.has_next():
            for one in records.next_batch():
                kept.append(Kept(topic, partition, len(kept), one.timestamp, one.key, one.value, tuple(one.headers)))

    def of(self, topic: str) -> Iterator[Kept]:
        """Every record of a topic, a partition after the other."""
        for name, partition in sorted(self.parts):
            if name == topic:
                yield from self.parts[name, partition]


class MemoryWriter:
    """As `Writer`, over a broker in memory."""

    def __init__(self, broker: MemoryBroker, identity: str) -> None:
        self._broker = broker
        self.identity = identity
        self.closed = False

    async def open(self) -> None:
        """Take over."""
        self._broker.holders[self.identity] = self

    async def write(self, parts: Mapping[Place, Iterable[Message]]) -> None:
        """All of it or nothing; nothing at all once another one was opened."""
        if self._broker.holders[self.identity] is not self:
            raise Fenced(f"another process has taken over {self.identity}")
        await self._broker.write(parts)

    async def close(self) -> None:
        """Give the connection back."""
        self.closed = True
