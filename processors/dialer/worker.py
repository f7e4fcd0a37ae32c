"""The stage `dialer`: process and wiring only."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import structlog
from pymongo.errors import PyMongoError

from processors.dialer.stage import NAME, World, again, fold, key_of
from processors.keyed.process import work
from processors.keyed.stage import Folded, KeyedStage, Record
from processors.keyed.worker import Worker
from schemas.errors import RetryLater
from schemas.runtime import clock, mongo
from schemas.runtime.process import run
from schemas.runtime.settings import KafkaSettings, MongoSettings
from schemas.topics import DEBTORS, QUEUE

LOOK_EVERY_S = 5.0
REVISIT_EVERY_S = 60.0
log = structlog.get_logger()


class DialerSettings(KafkaSettings, MongoSettings):
    """The dialer reads instances, promises and the blocklist from MongoDB."""


class Desk:
    """The world as MongoDB last showed it."""

    def __init__(self, database: mongo.Database) -> None:
        self._database = database
        self.world = World()

    async def look(self) -> bool:
        """Read the world again; whether it changed. Raises RetryLater."""
        try:
            found, _ = await mongo.instances(self._database)
            controls = await mongo.controls(self._database, clock.now().date())
        except PyMongoError as exc:
            raise RetryLater(f"MONGO_URI: the database does not answer ({type(exc).__name__})") from exc
        before, self.world = self.world, World(found, controls)
        return before != self.world

    def fold(self, key: bytes, state: bytes | None, records: Sequence[Record], now: datetime) -> Folded:
        """The stage's fold in today's world."""
        return fold(self.world, key, state, records, now)

    async def revisit(self, worker: Worker) -> None:
        """Once a minute, and within 5 s of a change of rules, promises or blocklist."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            try:
                changed = await self.look()
            except RetryLater as exc:
                log.warning("rules_not_read", reason=str(exc))  # go on with the last ones: holds stay holds
                changed = False
            if changed or loop.time() >= due:
                due = loop.time() + REVISIT_EVERY_S
                verdicts = await worker.revisit(partial(again, self.world))
                log.info("revisited", changed=verdicts)
            await asyncio.sleep(LOOK_EVERY_S)


async def dial(settings: DialerSettings) -> None:
    """Run until cancelled. Raises RetryLater."""
    desk = Desk(mongo.connect(settings))
    await desk.look()
    await work(KeyedStage(NAME, (DEBTORS,), QUEUE, key_of, desk.fold), settings, desk.revisit)


def main() -> None:
    """Entry of the stage."""
    run(NAME, DialerSettings, dial)
