"""The life of a keyed stage's process: Faust started, watched and stopped; a crash ends the process with its reason."""

import asyncio
import gc
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, cast

import faust
import structlog
from aiokafka.errors import KafkaError
from faust.streams import Stream

from processors.keyed.app import make_app
from processors.keyed.batches import BatchConsumer
from processors.keyed.stage import KeyedStage
from processors.keyed.worker import Worker
from schemas.errors import RetryLater
from schemas.runtime.process import plain
from schemas.runtime.progress import PROCESS, Loop, Measured
from schemas.runtime.settings import KafkaSettings

LOOK_EVERY_S = 0.5
STOP_WITHIN_S = 8.0
GARBAGE_AT = 100_000
"""Objects made and not freed until cycles are looked for. States and their fold make none, and live long: at Python's 700 a
sixth of the time of a restore went into looking at them.
"""
log = structlog.get_logger()

Beside = Callable[[Worker], Coroutine[Any, Any, None]]


async def work(stage: KeyedStage, settings: KafkaSettings, beside: Beside | None = None) -> None:
    """Run `stage` until cancelled; `beside` runs next to it. Raises what ended either of them."""
    gc.set_threshold(GARBAGE_AT)
    app = make_app(stage, settings)

    def consumer() -> BatchConsumer:
        return cast(BatchConsumer, app.consumer)

    async def held() -> Measured:
        """What is held; each partition's own loop tells its lag."""
        return replace(await consumer().measured(), lag=None)

    loop = PROCESS.loop(f"{stage.name}'s agent", held)
    worker = Worker(stage, settings.kafka_bootstrap_servers, consumer, loop)
    broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def guarded(stream: faust.StreamT[Any]) -> None:
        try:
            await worker.take(cast(Stream[Any], stream))
        except Exception as exc:  # noqa: BLE001 - Faust would go on without the agent: the process must end instead
            if not broken.done():
                broken.set_exception(exc)

    topics = app.topic(
        *(topic.name for topic in stage.sources),
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
    )
    app.agent(topics, name=f"{stage.name}-agent")(guarded)
    app.on_partitions_revoked.connect(worker.revoked)
    app.on_partitions_assigned.connect(worker.assigned)  # type: ignore[arg-type]  # Faust declares its signals too narrowly
    try:
        await _start(app, settings)
        with plain(), loop:
            async with asyncio.TaskGroup() as group:
                group.create_task(_watch(app, worker, broken, loop))
                if beside is not None:
                    group.create_task(beside(worker))
    finally:
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await app.stop()
                await worker.close()
        except (TimeoutError, KafkaError):
            log.warning("stopped_without_goodbye", stage=stage.name)


async def _start(app: faust.App, settings: KafkaSettings) -> None:
    app.finalize()
    try:
        await app.start()
    except KafkaError as exc:
        servers = settings.kafka_bootstrap_servers
        raise RetryLater(f"no broker at KAFKA_BOOTSTRAP_SERVERS={servers} ({type(exc).__name__})") from exc


async def _watch(app: faust.App, worker: Worker, broken: asyncio.Future[None], loop: Loop) -> None:
    """Return never; raise when the agent, a partition or Faust itself broke. Alive is a worker whose states are restored.

    One that waits for its partitions owes a turn: a group that never shares them out must not look like one without work.
    """
    was_ready = False
    while True:
        await asyncio.wait([broken], timeout=LOOK_EVERY_S)
        if broken.done():
            broken.result()
        if failed := worker.failure():
            raise failed
        if lost := cast(BatchConsumer, app.consumer).failure():
            raise RetryLater(f"this worker is no member of its group any more: {lost!r}")
        if app.crashed:
            raise RetryLater(f"Faust crashed: {app.crash_reason!r}")
        if not worker.ready:
            loop.begin()
        elif was_ready:
            loop.idle()
        else:
            loop.turned()
        was_ready = worker.ready
