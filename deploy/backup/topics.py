"""The raw topics into a backup (`--raw`): what the ERP said, and what became of calls."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from deploy.backup.box import Box
from deploy.backup.manifest import TopicFile
from deploy.backup.records import Kept, document, kept
from deploy.backup.sealed import writing
from deploy.backup.settings import RawSettings
from deploy.clients import admin, no_broker, reader
from deploy.verify.source import records
from schemas.errors import StopWorker
from schemas.runtime.reading import ends_of
from schemas.topics import CALLS, DEBTORS, EVIDENCE, PLACED, QUEUE, ROW_TOPICS, Topic

RAW = (*ROW_TOPICS.values(), PLACED, EVIDENCE)
"""Evidence alone would bring calls back without their numbers. No sweeps: that a sweep was complete frees calls, so after a
restore the first one has to come."""
FOLDED = (DEBTORS, QUEUE, CALLS)
"""What stages make of them, which names their offsets: beside records that are numbered anew it must not stand."""
STUCK_AFTER_S = 180.0
"""A transaction that hangs ends at the broker after a minute; until then nobody is given what stands behind it."""
TELL_EVERY_S = 0.2

Ends = Mapping[TopicPartition, int]
Step = Callable[[str, int, int], None]
"""Told (collection or topic, documents or records done, as many as there are about)."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Where the topics lie; `replication`: copies of those that have to be made."""

    servers: str
    replication: int
    topics: tuple[Topic, ...] = RAW
    folded: tuple[Topic, ...] = FOLDED

    @classmethod
    def of(cls, settings: RawSettings) -> "Raw":
        """Of the environment, kept as it says."""
        kept_as = settings.as_set(RAW), settings.as_set(FOLDED)
        return cls(settings.kafka_bootstrap_servers, settings.kafka_replication, *kept_as)


class To(NamedTuple):
    """Where files go, and what seals that of a name."""

    folder: Path
    box: Callable[[str], Box]


async def ends_now(raw: Raw) -> Ends:
    """Up to where a backup that begins now reads. Raises StopWorker."""
    async with admin(raw.servers) as client:
        there = set(await client.list_topics())
        if missing := [topic.name for topic in raw.topics if topic.name not in there]:
            raise StopWorker(f"{missing[0]} is not there: run `collector topics`, or leave --raw away")
    return await ends_in(raw, raw.topics)


async def write(raw: Raw, ends: Ends, to: To, step: Step) -> tuple[TopicFile, ...]:
    """Every committed record in front of `ends`, one file a topic. Raises StopWorker, OSError."""
    async with reader(raw.servers) as source:
        return tuple([await _written(source, topic, ends, to, step) for topic in raw.topics])


async def _written(source: AIOKafkaConsumer, topic: Topic, ends: Ends, to: To, step: Step) -> TopicFile:
    tps = partitions(topic)
    starts = await source.beginning_offsets(tps)
    about = sum(ends[tp] - starts[tp] for tp in tps)
    file = TopicFile(topic=topic.name, records=(), bytes=0, sha256="")
    counts: Counter[int] = Counter()
    with writing(to.folder / file.name, to.box(file.sealed_as)) as output:
        tell = Teller(topic.name, step)
        for tp in tps:
            async for one in records_before(source, tp, ends[tp]):
                output.add(document(one))
                counts[tp.partition] += 1
                tell(output.pieces.documents, about)
    step(topic.name, output.pieces.documents, output.pieces.documents)
    found = tuple(counts[tp.partition] for tp in tps)
    return file.model_copy(update={"records": found, "bytes": output.size, "sha256": output.digest})


async def records_before(source: AIOKafkaConsumer, tp: TopicPartition, end: int) -> AsyncIterator[Kept]:
    """Of one partition what is committed, in its order. Raises StopWorker."""
    async for batch in records(source, tp, end, STUCK_AFTER_S):
        for record in batch:
            if record.offset < end:
                yield kept(record)


async def ends_in(raw: Raw, topics: Iterable[Topic]) -> Ends:
    """Behind the last record of each partition. Raises StopWorker."""
    try:
        return await ends_of(raw.servers, [tp for topic in topics for tp in partitions(topic)])
    except KafkaError as exc:
        raise await no_broker(raw.servers, exc) from exc


def partitions(topic: Topic) -> list[TopicPartition]:
    """All of it, the first one first."""
    return [TopicPartition(topic.name, number) for number in range(topic.partitions)]


class Teller:
    """Tells of progress now and then: each time costs more than a record."""

    def __init__(self, name: str, step: Step) -> None:
        self._name, self._step, self._told = name, step, 0.0

    def __call__(self, done: int, of: int) -> None:
        if (now := time.monotonic()) > self._told + TELL_EVERY_S:
            self._told = now
            self._step(self._name, done, max(of, done))
