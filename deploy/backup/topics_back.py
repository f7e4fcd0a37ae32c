"""The raw topics of a backup back into empty ones, before any stage runs."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from bson import decode_iter

from deploy.backup.box import PIECE_BYTES, Box
from deploy.backup.heard import heard
from deploy.backup.manifest import TopicFile
from deploy.backup.records import Kept, There, of_document
from deploy.backup.sealed import is_it, opened
from deploy.backup.topics import Raw, Step, Teller, ends_in, partitions, records_before
from deploy.clients import no_broker, reader
from deploy.topics import ensure
from schemas.errors import RetryLater, StopWorker
from schemas.runtime.kafka import producer, publish
from schemas.stages import SILENT_AFTER


def whole(folder: Path, file: TopicFile, box: Box) -> None:
    """Every record can be read. Raises StopWorker."""
    is_it(folder, file)
    found = Counter(one.partition for one in _backed_up(folder, file, box))
    if found != Counter({number: count for number, count in enumerate(file.records) if count}):
        raise StopWorker(f"{folder / file.name}: not the records that its manifest counts: use another backup")


async def make_ready(raw: Raw, files: Sequence[TopicFile], *, begun: bool) -> None:
    """The topics are there, made where they were missing, and empty, unless this restore was `begun` before; no stage works.

    Raises StopWorker, before anything is written.
    """
    known = {topic.name: topic for topic in raw.topics}
    for file in files:
        if file.topic not in known or known[file.topic].partitions != len(file.records):
            raise StopWorker(
                f"{file.topic} with {len(file.records)} partitions is no raw topic of this release: use its own"
            )
    await ensure(raw.servers, raw.replication, topics=[*raw.topics, *raw.folded])
    for topic in [*raw.folded] if begun else [*raw.topics, *raw.folded]:
        ends = await ends_in(raw, [topic])
        async with reader(raw.servers) as source:
            starts = await source.beginning_offsets(list(ends))
        if any(starts[tp] < end for tp, end in ends.items()):
            raise StopWorker(
                f"{topic.name} is not empty: raw topics go into empty ones only; stop the stages and begin with a "
                "broker without any, or leave its topics as they are with --no-raw"
            )
    if stages := await heard(raw.servers, datetime.now(UTC)):
        raise StopWorker(
            f"{', '.join(stages)} can be heard at this broker: stop the stages; one that was killed is forgotten after "
            f"{SILENT_AFTER.total_seconds():.0f} s"
        )


async def put_back(raw: Raw, folder: Path, file: TopicFile, box: Box, step: Step) -> None:
    """Each record into its partition, in order; what a cut restore has put there is not sent twice. Raises StopWorker."""
    (topic,) = [one for one in raw.topics if one.name == file.topic]
    ends = await ends_in(raw, [topic])
    each, done, tell = _backed_up(folder, file, box), 0, Teller(topic.name, step)
    async with reader(raw.servers) as source, _sender(raw.servers) as sending:
        for tp in partitions(topic):
            there = There(records_before(source, tp, ends[tp]))
            async for some in _lacking(there, islice(each, file.records[tp.partition])):
                await publish(sending, tp.topic, tp.partition, (one.message for one in some))
                done += len(some)
                tell(done, file.count)
            if await there.foreign():
                raise StopWorker(
                    f"{tp.topic}[{tp.partition}] holds what is not of this backup: stop the stages, and begin with an empty "
                    "broker and an empty database"
                )
    step(topic.name, file.count, file.count)


async def _lacking(there: There, backed_up: Iterable[Kept]) -> AsyncIterator[list[Kept]]:
    """Those that are not there, as many at once as a piece has."""
    some: list[Kept] = []
    size = 0
    for one in backed_up:
        if await there.has(one):
            continue
        some.append(one)
        size += one.size
        if size >= PIECE_BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


def _backed_up(folder: Path, file: TopicFile, box: Box) -> Iterator[Kept]:
    for piece in opened(folder, file, box):
        yield from map(of_document, decode_iter(piece))


@asynccontextmanager
async def _sender(servers: str) -> AsyncIterator[AIOKafkaProducer]:
    sending = producer(servers)
    try:
        await sending.start()
        yield sending
    except (KafkaError, RetryLater, TimeoutError) as exc:
        said = await no_broker(servers, exc)
        raise StopWorker(f"{said}; then the same command goes on where it was cut") from exc
    finally:
        await sending.stop()
