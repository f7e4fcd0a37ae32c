"""The life of one stage's process: signals end it in order; an error that it cannot mend ends it with a line and a code."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
import uvloop
from prometheus_client.registry import Collector

from schemas.errors import RetryLater, StopWorker
from schemas.runtime import logs
from schemas.runtime.heartbeat import Heart
from schemas.runtime.knocking import knock
from schemas.runtime.metrics import Health, serving
from schemas.runtime.oldest import Oldest
from schemas.runtime.peers import peers_of
from schemas.runtime.progress import PROCESS, Measured, Progress, Standing
from schemas.runtime.settings import Base, MongoSettings, read
from schemas.runtime.spans import exporting
from schemas.runtime.version import version
from schemas.runtime.watchdog import TRY_AGAIN, Watchdog, alive_file, end_process
from schemas.stages import BEAT_S, Heartbeat

S = TypeVar("S", bound=Base)

log = structlog.get_logger()

BAD_CONFIGURATION = 2
PULSE_S = 0.5
MEASURE_WITHIN_S = 5.0
GOODBYE_WITHIN_S = 15.0
MEASURES = 4
"""At least so many within the time after which a loop is stuck."""


def run(
    stage: str,
    settings: type[S],
    main: Callable[[S], Coroutine[Any, Any, None]],
    shown: Callable[[S], Collector] | None = None,
) -> None:
    """Read the settings and run `main` on uvloop until it ends or a signal cancels it.

    `shown`: makes what this stage alone tells at `/metrics`.

    Exits with 2 on StopWorker and 75 on RetryLater, after one line on stderr.
    """
    try:
        found = read(settings)
        logs.configure(found.log_level, stage, found.worker_name)
        watchdog = Watchdog(stage, PROCESS, peers_of(found), found.stall_seconds, alive=alive_file())
        watchdog.start()
        now = datetime.now(UTC)
        me = Heartbeat(stage=stage, worker=found.worker_name, at=now, since=now, release=version())
        try:
            with (
                _metrics(found, me, shown),
                exporting(found, me),
                asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
            ):
                runner.run(_until_signalled(me, found, _let_in(found, main)))
        finally:
            watchdog.stop()
    except StopWorker as exc:
        _exit(exc, BAD_CONFIGURATION)
    except RetryLater as exc:
        _exit(exc, TRY_AGAIN)


async def _let_in(settings: S, main: Callable[[S], Coroutine[Any, Any, None]]) -> None:
    await knock(settings)
    await main(settings)


def _exit(reason: Exception, code: int) -> None:
    sys.stderr.write(f"{reason}\n")
    sys.exit(code)


def _metrics(settings: S, me: Heartbeat, shown: Callable[[S], Collector] | None) -> AbstractContextManager[object]:
    if not settings.metrics_port:
        return nullcontext()
    health, more = Health(me, PROCESS, settings.stall_seconds), shown and shown(settings)
    return serving(settings.metrics_address, settings.metrics_port, health, more=more)


async def _until_signalled(me: Heartbeat, settings: Base, main: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(main)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    servers = str(getattr(settings, "kafka_bootstrap_servers", ""))
    heart = Heart(me, servers, PROCESS, settings.stall_seconds) if servers else None
    oldest = Oldest(servers) if servers and settings.metrics_port else None
    beside = [
        asyncio.create_task(_pulse(PROCESS, task)),
        asyncio.create_task(_measure(PROCESS, min(BEAT_S, settings.stall_seconds / MEASURES), oldest)),
        *([asyncio.create_task(heart.beat())] if heart else []),
        *([asyncio.create_task(_release(settings))] if isinstance(settings, MongoSettings) else []),
    ]
    await asyncio.wait([task])
    for one in beside:
        one.cancel()
    await asyncio.wait(beside)
    if oldest is not None:
        await oldest.close()
    if heart is not None:
        await (heart.goodbye() if task.cancelled() and PROCESS.fatal is None else heart.close())
    failed = None if task.cancelled() else task.exception()  # asked for in any case: asyncio logs one that nobody looked at
    if PROCESS.fatal is not None:
        raise PROCESS.fatal
    if failed is not None:
        raise failed


async def _pulse(progress: Progress, main: asyncio.Task[None]) -> None:
    """The event loop's own turn; ends `main`, in order if it can, where this process was told that it cannot go on."""
    try:
        while progress.fatal is None:
            progress.pulse.turned(within=PULSE_S)
            await asyncio.sleep(PULSE_S)
    finally:
        progress.pulse.standing = Standing()  # nothing more is expected of it
    main.cancel()
    await asyncio.sleep(GOODBYE_WITHIN_S)
    end_process(f"{progress.fatal}\n")


async def _measure(progress: Progress, every: float, oldest: Oldest | None) -> None:
    """Ask each loop's reader how far behind it is. One that does not say in time stays as it was."""
    while True:
        for loop in list(progress.loops):
            if loop.measure is not None:
                try:
                    async with asyncio.timeout(MEASURE_WITHIN_S):
                        found = await loop.measure()
                    loop.measured(found, loop.oldest)  # at once: who tells how old it is may not answer
                    loop.oldest = await _oldest(found, oldest)
                except Exception as exc:  # noqa: BLE001 - a reader that was just closed must not end the others' measuring
                    log.debug("not_measured", loop=loop.name, reason=repr(exc))
        await asyncio.sleep(every)


async def _release(settings: MongoSettings) -> None:
    from schemas.runtime.release_told import told  # noqa: PLC0415 - half a second that a stage without MongoDB need not wait

    await told(settings, version())


async def _oldest(found: Measured, oldest: Oldest | None) -> float | None:
    """Asked only where somebody may want to know, and something waits; None too where nobody tells in time."""
    if oldest is None or not found.lag or not found.waiting:
        return None
    try:
        async with asyncio.timeout(MEASURE_WITHIN_S):
            return await oldest.written(found.waiting)
    except Exception as exc:  # noqa: BLE001 - how far behind a loop is does not hang on it
        log.debug("age_not_known", reason=repr(exc))
        return None


@contextmanager
def plain() -> Iterator[None]:
    """Around a TaskGroup: raise the first error itself instead of the group, as whoever ends the process reads one."""
    try:
        yield
    except BaseExceptionGroup as group:
        first: BaseException = group
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from group
