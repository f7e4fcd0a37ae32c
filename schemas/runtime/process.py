"""The life of one stage's process: signals end it in order; an error that it cannot mend ends it with a line and a code."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from schemas.errors import RetryLater, StopWorker
from schemas.runtime import logs
from schemas.runtime.settings import Base, read

S = TypeVar("S", bound=Base)

BAD_CONFIGURATION = 2
TRY_AGAIN = 75
"""The exit code when a peer was away for too long (`EX_TEMPFAIL`): whoever supervises starts the stage again."""


def run(stage: str, settings: type[S], main: Callable[[S], Coroutine[Any, Any, None]]) -> None:
    """Read the settings and run `main` on uvloop until it ends or a signal cancels it.

    Exits with 2 on StopWorker and 75 on RetryLater, after one line on stderr.
    """
    try:
        found = read(settings)
        logs.configure(found.log_level, stage)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_until_signalled(main(found)))
    except StopWorker as exc:
        _exit(exc, BAD_CONFIGURATION)
    except RetryLater as exc:
        _exit(exc, TRY_AGAIN)


def _exit(reason: Exception, code: int) -> None:
    sys.stderr.write(f"{reason}\n")
    sys.exit(code)


async def _until_signalled(main: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(main)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()


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


def alive() -> None:
    """Tell a health check that the stage's loop turns: touch the file named by ALIVE_FILE, where there is one."""
    if path := os.environ.get("ALIVE_FILE"):
        Path(path).touch()
