"""The stage `classify`: process and wiring only."""

import asyncio

import structlog

from processors.classify.stage import CLASSIFY, again
from processors.keyed.process import work
from processors.keyed.worker import Worker
from schemas.runtime.process import run
from schemas.runtime.progress import PROCESS
from schemas.runtime.settings import KafkaSettings

LOOK_EVERY_S = 15.0
log = structlog.get_logger()


async def overdue(worker: Worker) -> None:
    """Judge what is still open after its time, of partitions that have read all: what waits there may be its evidence."""
    with PROCESS.loop("classify's look at open calls") as loop:
        while True:
            if judged := await worker.revisit(again, caught_up=True):
                log.info("overdue", calls=judged)
            loop.turned(within=LOOK_EVERY_S)
            await asyncio.sleep(LOOK_EVERY_S)


async def classify(settings: KafkaSettings) -> None:
    """Run until cancelled."""
    await work(CLASSIFY, settings, overdue)


def main() -> None:
    """Entry of the stage."""
    run(CLASSIFY.name, KafkaSettings, classify)
