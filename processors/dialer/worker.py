"""The stage `dialer`: process and wiring only."""

import asyncio
from functools import partial

import structlog

from processors.dialer.desk import Desk
from processors.dialer.requests import Asking
from processors.dialer.stage import NAME, SOURCES, again, key_of
from processors.keyed.process import work
from processors.keyed.stage import KeyedStage
from processors.keyed.worker import Worker
from schemas.errors import RetryLater
from schemas.runtime import mongo
from schemas.runtime.process import run
from schemas.runtime.progress import PROCESS
from schemas.runtime.settings import KafkaSettings, MongoSettings
from schemas.topics import QUEUE

LOOK_EVERY_S = 5.0
log = structlog.get_logger()


class DialerSettings(KafkaSettings, MongoSettings):
    """The dialer reads instances, promises, the blocklist, and how fresh the debts are from MongoDB."""


def stage_at(desk: Desk) -> KeyedStage:
    """The stage in the world as `desk` sees it."""
    return KeyedStage(NAME, SOURCES, QUEUE, key_of, desk.fold)


async def revisit(desk: Desk, worker: Worker) -> None:
    """Within 5 s of a change of instances, promises or blocklist, and of taking a partition over.

    Whoever held it may not have seen the last change.
    """
    visited = 0
    with PROCESS.loop("the dialer's revisit") as loop:
        while True:
            try:
                changed = await desk.look()
            except RetryLater as exc:
                log.warning("rules_not_read", reason=str(exc))  # go on with the last ones: holds stay holds
                changed = False
            if changed or worker.assignments != visited:
                visited = worker.assignments
                verdicts = await worker.revisit(partial(again, desk.world))
                log.info("revisited", changed=verdicts)
            loop.turned(within=LOOK_EVERY_S)
            await asyncio.sleep(LOOK_EVERY_S)


async def dial(settings: DialerSettings) -> None:
    """Run until cancelled. Raises RetryLater."""
    desk = Desk(mongo.connect(settings))
    await desk.look()
    asking = Asking(desk)

    async def beside(worker: Worker) -> None:
        worker.watch = asking.changed
        async with asyncio.TaskGroup() as group:
            group.create_task(revisit(desk, worker))
            group.create_task(asking.run(worker))

    await work(stage_at(desk), settings, beside)


def main() -> None:
    """Entry of the stage."""
    run(NAME, DialerSettings, dial)
