"""The stage `erp-poller`: every instance swept on its own schedule; one slow or broken ERP never delays another."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache, partial

import structlog
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from producers.outbox import Books, Outbox, read_back
from producers.schedule import Schedule
from producers.settings import PollerSettings
from producers.sources import open_source
from producers.sweep import Sweeper
from schemas.erp import ERPS
from schemas.errors import RetryLater, StopWorker
from schemas.instances import Instance
from schemas.runtime import mongo
from schemas.runtime.kafka import producer
from schemas.runtime.process import alive, run
from schemas.runtime.secrets import opened, person_hash

INSTANCES_EVERY_S = 2.0
PERSONS_KEPT = 100_000
log = structlog.get_logger()


def now() -> datetime:
    """The poller's clock, UTC."""
    return datetime.now(UTC)


class Poller:
    """Keeps one task for each instance, as MongoDB lists them."""

    def __init__(self, settings: PollerSettings, outbox: Outbox, books: Books) -> None:
        self._settings = settings
        self._outbox = outbox
        self._books = books
        self._tasks: dict[str, tuple[Instance, asyncio.Task[None]]] = {}
        self._wrong: dict[str, str] = {}
        hashed: Callable[[str], str] = partial(person_hash, key=settings.collector_person_key)
        self._person = lru_cache(PERSONS_KEPT)(hashed)

    async def follow(self, database: mongo.Database) -> None:
        """Start, restart and stop instances as they are added, changed and removed, within 5 s."""
        try:
            while True:
                with suppress(PyMongoError):  # MongoDB away: the instances that we know go on
                    found, wrong = await mongo.instances(database)
                    for name, field in wrong.items() - self._wrong.items():
                        log.warning("instance_invalid", instance=name, field=field)
                    self._wrong = wrong
                    await self._apply(found)
                alive()
                await asyncio.sleep(INSTANCES_EVERY_S)
        finally:
            await self._apply({})

    async def _apply(self, wanted: dict[str, Instance]) -> None:
        for name, (instance, task) in list(self._tasks.items()):
            if task.done() and not task.cancelled() and (crash := task.exception()):
                raise crash  # a bug: end the process, the supervisor tells the operator
            if wanted.get(name) != instance:
                task.cancel()
                await asyncio.wait([task])
                del self._tasks[name]
        for name, instance in wanted.items():
            if name not in self._tasks:
                self._tasks[name] = (instance, asyncio.create_task(self._instance(instance)))

    async def _instance(self, instance: Instance) -> None:
        try:
            source = open_source(instance, opened(instance.erp, self._settings.collector_secret_key))
        except StopWorker as exc:
            log.warning("instance_unusable", instance=instance.name, reason=str(exc))
            return
        erp = ERPS[instance.erp.kind]
        sweeper = Sweeper(instance, erp, source, self._outbox, self._books, self._person, now)
        schedule = Schedule(sweeper, source)
        try:
            async with asyncio.TaskGroup() as group:
                for kind, every in instance.erp.every.items():
                    group.create_task(schedule.kind(kind, every))
        finally:
            await source.close()


async def poll(settings: PollerSettings) -> None:
    """Run until cancelled. Raises RetryLater where the broker cannot be reached."""
    servers = settings.kafka_bootstrap_servers
    sender = producer(servers)
    try:
        await sender.start()
        books = await read_back(servers)
    except KafkaError as exc:
        await sender.stop()
        raise RetryLater(f"no broker at KAFKA_BOOTSTRAP_SERVERS={servers} ({type(exc).__name__})") from exc
    log.info("memory_read_back", rows=sum(len(seen) for seen in books.values()))
    try:
        await Poller(settings, Outbox(sender), books).follow(mongo.connect(settings))
    finally:
        await sender.stop()


def main() -> None:
    """Entry of the stage."""
    run("erp-poller", PollerSettings, poll)
