"""The stage `views`: every view beside the others, each with a group of its own, so that one can be read anew alone."""

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError
from ulid import ULID

from schemas.errors import RetryLater
from schemas.runtime import mongo
from schemas.runtime.kafka import consumer, producer
from schemas.runtime.membership import measured
from schemas.runtime.process import plain, run
from schemas.runtime.progress import PROCESS
from schemas.runtime.settings import KafkaSettings, MongoSettings
from schemas.topics import BILLS, CALLS, DEAD, EVIDENCE, HEARTBEATS
from schemas.views import (
    BEATS,
    CLOSED_BILLS,
    DEAD_LETTERS,
    ENDED,
    EPOCHS,
    GRAVES,
    LETTERS,
    LIVING,
    SHOWN_CALLS,
    VIEWS,
    Expiry,
    View,
)
from sinks.views.epochs import GENERATION
from sinks.views.indexes import ensure_indexes
from sinks.views.letters import dead_letters
from sinks.views.places import partition
from sinks.views.reading import Reading
from sinks.views.shares import Shares, Worker
from sinks.views.sink import Sink, ToBatch
from sinks.views.writes import batch


class ViewsSettings(KafkaSettings, MongoSettings):
    """The sink's environment."""


class Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Lets go whenever the group shares out its partitions."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Before."""
        self._reading.let_go(revoked)

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """After."""
        self._reading.let_go(assigned)


class Fed(NamedTuple):
    """One collection and what fills it; `ghosts` as in `Sink`."""

    view: View
    make: ToBatch
    expiries: tuple[Expiry, ...] = (GRAVES,)
    ghosts: Mapping[str, Any] = LIVING


EXPIRIES = {
    HEARTBEATS.name: (BEATS,),
    CALLS.name: (SHOWN_CALLS,),
    EVIDENCE.name: (SHOWN_CALLS,),
    BILLS.name: (GRAVES, ENDED),
}
BEFORE_EPOCHS: Mapping[str, Any] = {"version": {"$lt": GENERATION}}
GHOSTS: Mapping[str, Mapping[str, Any]] = {
    CLOSED_BILLS: {"closed_at": None},
    "calls": BEFORE_EPOCHS,
    "evidence": BEFORE_EPOCHS,
}
"""By view, all of `LASTING`: the rest of it goes in its time (`EXPIRIES`)."""
EVERY = (
    *(
        Fed(view, partial(batch, view), EXPIRIES.get(view.topic.name, (GRAVES,)), GHOSTS.get(view.name, LIVING))
        for view in VIEWS
    ),
    # A letter that its topic has lost is evidence still; only those of collectors without epochs are told again
    Fed(View(DEAD_LETTERS, DEAD, dict), dead_letters, (LETTERS,), BEFORE_EPOCHS),
)


async def prepare(database: mongo.Database, view: View, expiries: Iterable[Expiry]) -> None:
    """The collection with its indexes. One that somebody dropped is read anew."""
    if view.name not in await database.list_collection_names():
        await database[EPOCHS].delete_many({"view": view.name})
    await ensure_indexes(view, expiries, database[view.name])


async def _sink(
    settings: ViewsSettings, worker: Worker, sender: AIOKafkaProducer, database: mongo.Database, fed: Fed
) -> None:
    view, group, servers = fed.view, fed.view.group, settings.kafka_bootstrap_servers
    reader = consumer(servers, group, worker.name, view.topic)
    shares = Shares(view.name, servers, group, reader, database, worker, partial(prepare, database, view, fed.expiries))
    sink = Sink(shares, sender, fed.make, partial(partition, view), fed.ghosts)
    reader.subscribe([view.topic.name], listener=Listener(sink.reading))
    try:
        with PROCESS.loop(f"view {view.name}", partial(measured, reader)) as loop:
            await reader.start()
            await sink.drain(loop)
    finally:
        await reader.stop()


async def views(settings: ViewsSettings) -> None:
    """Run every view until cancelled. Raises RetryLater and StopWorker."""
    database = mongo.connect(settings)
    sender = producer(settings.kafka_bootstrap_servers)
    worker = Worker(settings.worker_name, str(ULID()))
    try:
        await sender.start()
        await mongo.require_transactions(database)
        with plain():
            async with asyncio.TaskGroup() as group:
                for fed in EVERY:
                    group.create_task(_sink(settings, worker, sender, database, fed))
    except PyMongoError as exc:
        raise RetryLater(f"MONGO_URI: the database does not answer ({type(exc).__name__})") from exc
    except KafkaError as exc:
        raise RetryLater(f"KAFKA_BOOTSTRAP_SERVERS: the broker does not answer ({type(exc).__name__})") from exc
    finally:
        await sender.stop()


def main() -> None:
    """Entry of the stage."""
    run("views", ViewsSettings, views)
