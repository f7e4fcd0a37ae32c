"""The stage `dialer`: process and wiring only."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import structlog
from pymongo.errors import PyMongoError

from processors.dialer.stage import NAME, World, again, fold, key_of
from processors.keyed.process import work
from processors.keyed.stage import Folded, KeyedStage, Record
from processors.keyed.worker import Worker
from schemas.calling.gather import Unreadable
from schemas.controls import in_force_since
from schemas.errors import RetryLater
from schemas.runtime import clock, mongo
from schemas.runtime.process import run
from schemas.runtime.progress import PROCESS
from schemas.runtime.settings import KafkaSettings, MongoSettings
from schemas.topics import DEBTORS, QUEUE

LOOK_EVERY_S = 5.0
log = structlog.get_logger()


class DialerSettings(KafkaSettings, MongoSettings):
    """The dialer reads instances, promises and the blocklist from MongoDB."""


class Desk:
    """The world as MongoDB last showed it at `now`."""

    def __init__(self, database: mongo.Database, now: Callable[[], datetime] = clock.now) -> None:
        self._database = database
        self._now = now
        self._told: frozenset[Unreadable] = frozenset()
        self.world = World()

    async def look(self) -> bool:
        """Read the world again; whether it changed. Raises RetryLater."""
        since = in_force_since(self._now().date())
        try:
            found, _ = await mongo.instances(self._database)
            controls, unreadable = await mongo.controls(self._database, since)
        except PyMongoError as exc:
            raise RetryLater(f"MONGO_URI: the database does not answer ({type(exc).__name__})") from exc
        self._tell(frozenset(unreadable))
        before, self.world = self.world, World(found, controls, since)
        return before != self.world

    def _tell(self, unreadable: frozenset[Unreadable]) -> None:
        for collection, identity, wrong in sorted(unreadable - self._told):
            log.warning("control_not_read", collection=collection, id=identity, field=wrong, holds="control_unreadable")
        self._told = unreadable

    def fold(self, key: bytes, state: bytes | None, records: Sequence[Record], now: datetime) -> Folded:
        """The stage's fold in today's world."""
        return fold(self.world, key, state, records, now)

    async def revisit(self, worker: Worker) -> None:
        """Within 5 s of a change of instances, promises or blocklist, and of taking a partition over.

        Whoever held it may not have seen the last change.
        """
        visited = 0
        with PROCESS.loop("the dialer's revisit") as loop:
            while True:
                try:
                    changed = await self.look()
                except RetryLater as exc:
                    log.warning("rules_not_read", reason=str(exc))  # go on with the last ones: holds stay holds
                    changed = False
                if changed or worker.assignments != visited:
                    visited = worker.assignments
                    verdicts = await worker.revisit(partial(again, self.world))
                    log.info("revisited", changed=verdicts)
                loop.turned(within=LOOK_EVERY_S)
                await asyncio.sleep(LOOK_EVERY_S)


async def dial(settings: DialerSettings) -> None:
    """Run until cancelled. Raises RetryLater."""
    desk = Desk(mongo.connect(settings))
    await desk.look()
    await work(KeyedStage(NAME, (DEBTORS,), QUEUE, key_of, desk.fold), settings, desk.revisit)


def main() -> None:
    """Entry of the stage."""
    run(NAME, DialerSettings, dial)
