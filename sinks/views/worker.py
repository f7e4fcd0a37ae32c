"""The stage `views`: each view read, written in one bulk write, then committed (`ARCHITECTURE.md`, "Views").

Each view has its own consumer group, so that one can be rebuilt alone. While a batch is being written the next one is read.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial

import stamina
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from pymongo.errors import BulkWriteError, PyMongoError

from schemas.errors import RetryLater
from schemas.runtime import mongo
from schemas.runtime.kafka import bury, consumer, producer
from schemas.runtime.membership import measured
from schemas.runtime.process import plain, run
from schemas.runtime.progress import PROCESS, Loop
from schemas.runtime.settings import KafkaSettings, MongoSettings
from schemas.topics import DEAD, Topic
from schemas.views import DEAD_LETTERS, VIEWS, View
from sinks.views.writes import Batch, Record, Write, batch, dead_letter, only_late

POLL_MS = 500
RECORDS = 2_000
UNKNOWN = -1  # below every version
PATIENCE = timedelta(seconds=60)
log = structlog.get_logger()

ToBatch = Callable[[Sequence[Record]], Batch]


class ViewsSettings(KafkaSettings, MongoSettings):
    """The sink's environment."""


def dead_letters(records: Sequence[Record]) -> Batch:
    """Every record of the dead-letter topic can be stored: nothing comes back from here."""
    documents = map(dead_letter, records)
    return Batch({document["_id"]: document for document in documents}, [])


class Sink:
    """One view from one topic."""

    def __init__(self, reader: AIOKafkaConsumer, sender: AIOKafkaProducer, to: mongo.Collection, make: ToBatch) -> None:
        self._reader = reader
        self._sender = sender
        self._to = to
        self._make = make

    async def drain(self, loop: Loop) -> None:
        """Run until cancelled. Raises RetryLater when a peer was away for too long; nothing unwritten is committed."""
        coming = asyncio.create_task(self._read(()))
        try:
            while True:
                made, writes, offsets = await coming
                coming = asyncio.create_task(self._read(made.newest))
                if made.letters:
                    await bury(self._sender, made.letters)
                if writes:
                    patient = stamina.AsyncRetryingCaller(attempts=None, timeout=PATIENCE)
                    await patient(RetryLater, self._write, made, writes)
                if offsets:
                    await self._commit(offsets)
                (loop.turned if offsets else loop.idle)(within=POLL_MS / 1000)
        finally:
            coming.cancel()

    async def _read(self, underway: Iterable[str]) -> tuple[Batch, list[Write], Mapping[TopicPartition, int]]:
        """The next batch and what it writes. `underway`: documents whose write may not have ended yet."""
        found = await self._reader.getmany(timeout_ms=POLL_MS, max_records=RECORDS)
        records = [record for part in found.values() for record in part]
        made = self._make(records)
        held = await self._held(made.newest) if made.newest else {}
        offsets = {tp: part[-1].offset + 1 for tp, part in found.items()}
        return made, made.knowing(held | dict.fromkeys(underway, UNKNOWN)), offsets

    async def _held(self, identities: Collection[str]) -> dict[str, int]:
        """The versions that are stored just now."""
        there = self._to.find({"_id": {"$in": list(identities)}}, {"version": 1}, batch_size=len(identities) + 1)
        try:
            return {document["_id"]: document["version"] async for document in there}
        except PyMongoError:
            return dict.fromkeys(identities, UNKNOWN)  # whoever writes will wait for the database

    async def _write(self, made: Batch, writes: Sequence[Write]) -> None:
        if not await self._all_written(writes):
            await self._all_written(made.writes)

    async def _all_written(self, writes: Sequence[Write]) -> bool:
        """False where some met a document that was not expected, or was newer. Raises RetryLater."""
        try:
            await self._to.bulk_write(writes, ordered=False)
        except BulkWriteError as exc:
            if not only_late(exc.details.get("writeErrors", [])) or exc.details.get("writeConcernErrors"):
                raise RetryLater(f"MongoDB did not write all of {self._to.name}") from exc
            return False
        except PyMongoError as exc:
            raise RetryLater(f"MONGO_URI: the database does not answer ({type(exc).__name__})") from exc
        return True

    async def _commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        try:
            await self._reader.commit(offsets)
        except (CommitFailedError, IllegalStateError):
            log.info("partition_lost", view=self._to.name)  # its new owner writes the batch again, to the same effect


async def ensure_indexes(database: mongo.Database, view: View) -> None:
    """Every declared index; existing ones are left alone."""
    for index in view.indexes:
        await database[view.name].create_index(list(index))


async def _sink(
    settings: ViewsSettings, sender: AIOKafkaProducer, topic: Topic, to: mongo.Collection, make: ToBatch
) -> None:
    reader = consumer(settings.kafka_bootstrap_servers, f"views.{to.name}", settings.worker_name, topic)
    try:
        with PROCESS.loop(f"view {to.name}", partial(measured, reader)) as loop:
            await reader.start()
            await Sink(reader, sender, to, make).drain(loop)
    finally:
        await reader.stop()


async def views(settings: ViewsSettings) -> None:
    """Run every view until cancelled. Raises RetryLater."""
    database = mongo.connect(settings)
    sender = producer(settings.kafka_bootstrap_servers)
    try:
        await sender.start()
        for view in VIEWS:
            await ensure_indexes(database, view)
        with plain():
            async with asyncio.TaskGroup() as group:
                for view in VIEWS:
                    group.create_task(_sink(settings, sender, view.topic, database[view.name], partial(batch, view)))
                group.create_task(_sink(settings, sender, DEAD, database[DEAD_LETTERS], dead_letters))
    except PyMongoError as exc:
        raise RetryLater(f"MONGO_URI: the database does not answer ({type(exc).__name__})") from exc
    except KafkaError as exc:
        raise RetryLater(f"KAFKA_BOOTSTRAP_SERVERS: the broker does not answer ({type(exc).__name__})") from exc
    finally:
        await sender.stop()


def main() -> None:
    """Entry of the stage."""
    run("views", ViewsSettings, views)
