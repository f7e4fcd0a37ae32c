"""One instance's life while this process holds it: a source, a sweeper, and a schedule for each kind."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import lru_cache, partial

import structlog
from ulid import ULID

from producers.erp.beliefs import Beliefs
from producers.erp.breaker import CONFIGURATION_WAIT_S
from producers.erp.guard import Guard
from producers.erp.lease import Lease
from producers.erp.schedule import Schedule, report
from producers.erp.settings import PollerSettings
from producers.erp.source import Source
from producers.erp.sources import open_source
from producers.erp.suppression import Suppression
from producers.erp.sweep import Sweeper
from schemas.erp import ERPS
from schemas.errors import StopWorker
from schemas.instances import Instance
from schemas.rows import Kind
from schemas.runtime.process import plain
from schemas.runtime.secrets import opened, person_hash

PERSONS_KEPT = 100_000
log = structlog.get_logger()


def read_as(instance: Instance) -> tuple[object, ...]:
    """What sweeps depend on. Whatever else is changed, such as a reverse map, must not begin them anew."""
    return instance.erp, instance.zone, instance.ddd, instance.brake


class Server:
    """What all instances of a process share. `schedule`: makes that of each; `clock`: aware instants.

    `told`: of an instance and a kind, see `LastTold`.
    """

    def __init__(
        self,
        settings: PollerSettings,
        beliefs: Beliefs,
        suppression: Suppression,
        schedule: Callable[[Sweeper, Source], Schedule],
        clock: Callable[[], datetime],
        *,
        told: Callable[[str, Kind], Awaitable[datetime | None]],
    ) -> None:
        self._settings = settings
        self._beliefs = beliefs
        self._suppression = suppression
        self._schedule = schedule
        self._clock = clock
        self._told = told
        hashed: Callable[[str], str] = partial(person_hash, key=settings.collector_person_key)
        self._person = lru_cache(PERSONS_KEPT)(hashed)

    async def serve(self, instance: Instance, lease: Lease) -> None:
        """Until cancelled. Raises UnpublishedError as soon as anything cannot be published."""
        source = await self._opened(instance, lease)
        erp = ERPS[instance.erp.kind]
        sweeper = Sweeper(
            instance,
            erp,
            source,
            lease.outbox,
            lease.books,
            self._person,
            self._clock,
            self._beliefs,
            guard=Guard(self._suppression),
        )
        schedule = self._schedule(sweeper, source)
        try:
            with plain():
                async with asyncio.TaskGroup() as group:
                    for kind, every in instance.erp.every.items():
                        group.create_task(schedule.kind(kind, every))
        finally:
            await source.close()

    async def _opened(self, instance: Instance, lease: Lease) -> Source:
        """The way into the ERP, as soon as an operator has mended what is in it."""
        while True:
            try:
                secrets = opened(instance.erp, self._settings.collector_secret_key)
                return open_source(instance, secrets, clock=self._clock, told=partial(self._told, instance.name))
            except StopWorker as exc:
                log.warning("instance_unusable", instance=instance.name, reason=str(exc))
                for kind in instance.erp.every:
                    await report(lease.outbox, instance, kind, sweep=str(ULID()), at=self._clock(), error=str(exc))
            await asyncio.sleep(CONFIGURATION_WAIT_S)
