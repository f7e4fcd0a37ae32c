"""The stage `erp-poller`: every instance swept on its own schedule; one slow or broken ERP never delays another."""

import asyncio
from collections.abc import Callable
from functools import lru_cache, partial

import structlog
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError
from ulid import ULID

from producers.erp.breaker import CONFIGURATION_WAIT_S
from producers.erp.outbox import Books, Outbox, read_back
from producers.erp.schedule import Schedule, report
from producers.erp.settings import PollerSettings
from producers.erp.source import Source
from producers.erp.sources import open_source
from producers.erp.sweep import Sweeper
from schemas.erp import ERPS
from schemas.errors import RetryLater, StopWorker
from schemas.instances import Instance
from schemas.runtime import mongo
from schemas.runtime.clock import now
from schemas.runtime.kafka import producer
from schemas.runtime.process import alive, run
from schemas.runtime.secrets import opened, person_hash

INSTANCES_EVERY_S = 2.0
PERSONS_KEPT = 100_000
log = structlog.get_logger()


def _read_as(instance: Instance) -> tuple[object, ...]:
    """What sweeps depend on. Whatever else is changed, such as a reverse map, must not begin them anew."""
    return instance.erp, instance.zone, instance.ddd


class Poller:
    """Keeps one task for each instance, as MongoDB lists them. `schedule`: makes that of each."""

    def __init__(
        self,
        settings: PollerSettings,
        outbox: Outbox,
        books: Books,
        schedule: Callable[[Sweeper, Source], Schedule] = Schedule,
    ) -> None:
        self._settings = settings
        self._outbox = outbox
        self._books = books
        self._schedule = schedule
        self._tasks: dict[str, tuple[Instance, asyncio.Task[None]]] = {}
        self._wrong: dict[str, str] = {}
        self._unread = ""
        hashed: Callable[[str], str] = partial(person_hash, key=settings.collector_person_key)
        self._person = lru_cache(PERSONS_KEPT)(hashed)

    async def follow(self, database: mongo.Database) -> None:
        """Start, restart and stop instances as they are added, changed and removed, within 5 s."""
        try:
            while True:
                if (wanted := await self._wanted(database)) is not None:
                    await self._apply(wanted)
                alive()
                await asyncio.sleep(INSTANCES_EVERY_S)
        finally:
            await self._apply({})

    async def _wanted(self, database: mongo.Database) -> dict[str, Instance] | None:
        """The valid instances; None while MongoDB is away: those that we know go on. What is wrong is logged once."""
        try:
            found, wrong = await mongo.instances(database)
        except PyMongoError as exc:
            reason = type(exc).__name__
            if reason != self._unread:
                log.warning("instances_unread", reason=reason, next="start MongoDB, or mend MONGO_URI")
            self._unread = reason
            return None
        self._unread = ""
        for name, field in wrong.items() - self._wrong.items():
            log.warning("instance_invalid", instance=name, field=field)
        self._wrong = wrong
        return found

    async def _apply(self, wanted: dict[str, Instance]) -> None:
        for name, (instance, task) in list(self._tasks.items()):
            if task.done() and not task.cancelled() and (crash := task.exception()):
                raise crash  # a bug: end the process, the supervisor tells the operator
            if name not in wanted or _read_as(wanted[name]) != _read_as(instance):
                task.cancel()
                await asyncio.wait([task])
                del self._tasks[name]
        for name, instance in wanted.items():
            if name not in self._tasks:
                self._tasks[name] = (instance, asyncio.create_task(self._instance(instance)))

    async def _instance(self, instance: Instance) -> None:
        source = await self._opened(instance)
        erp = ERPS[instance.erp.kind]
        sweeper = Sweeper(instance, erp, source, self._outbox, self._books, self._person, now)
        schedule = self._schedule(sweeper, source)
        try:
            async with asyncio.TaskGroup() as group:
                for kind, every in instance.erp.every.items():
                    group.create_task(schedule.kind(kind, every))
        finally:
            await source.close()

    async def _opened(self, instance: Instance) -> Source:
        """The way into the ERP, as soon as an operator has mended what is in it."""
        while True:
            try:
                return open_source(instance, opened(instance.erp, self._settings.collector_secret_key))
            except StopWorker as exc:
                log.warning("instance_unusable", instance=instance.name, reason=str(exc))
                for kind in instance.erp.every:
                    await report(
                        self._outbox, instance, kind, sweep=str(ULID.from_datetime(now())), at=now(), error=str(exc)
                    )
            await asyncio.sleep(CONFIGURATION_WAIT_S)


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
