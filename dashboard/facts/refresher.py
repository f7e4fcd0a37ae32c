"""One refresh for all (`ARCHITECTURE.md`): the process reads once, every open session is told."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import structlog
from bokeh.document import Document
from tornado.ioloop import PeriodicCallback

from dashboard.facts.failures import Failure, failure
from dashboard.facts.snapshot import Reading, Snapshot
from schemas.errors import RetryLater
from schemas.runtime.progress import PROCESS

log = structlog.get_logger(stage="dashboard")

RETRY_SECONDS = 5.0
"""After a failed refresh the next comes this soon: a clerk should not wait a minute for a database that is back."""

Read = Callable[[datetime], Awaitable[Snapshot]]
Show = Callable[[Reading], None]
Clock = Callable[[], datetime]


class Refresher:
    """`read` builds a snapshot; `clock` is the time. `every`: seconds between two refreshes."""

    def __init__(self, read: Read, every: float, clock: Clock) -> None:
        self._read = read
        self._every = every
        self._clock = clock
        self._sessions: dict[Document, Show] = {}
        self._loop = PROCESS.loop("the dashboard's refresher")
        self._periodic = PeriodicCallback(self.refresh, timedelta(seconds=every))
        self.reading = Reading(clock())

    async def refresh(self) -> None:
        """Build a new snapshot and tell every session. A failure keeps the old numbers and tells that instead."""
        now = self._clock()
        try:
            self.reading = Reading(now, await self._read(now))
        except RetryLater as exc:
            self._failed(failure(str(exc)), exc.__cause__ or exc)
        except Exception as exc:  # whatever it was, the pages must say that their numbers grow old
            self._failed("failed", exc)
            log.exception("refresh failed")
        self._periodic.callback_time = self.period * 1000
        for document, show in list(self._sessions.items()):
            document.add_next_tick_callback(partial(show, self.reading))
        self._loop.turned(within=self.period)  # one that failed too: the page says so, a new process would know no more

    def _failed(self, why: Failure, exc: BaseException) -> None:
        log.warning("refresh failed", why=why, error=type(exc).__name__)
        self.reading = Reading(self._clock(), self.reading.snapshot, why)

    def join(self, document: Document, show: Show) -> None:
        """Call `show` in `document`, with its lock, after each refresh until the session ends."""
        self._sessions[document] = show
        document.on_session_destroyed(lambda _context: self._leave(document))

    def _leave(self, document: Document) -> None:
        self._sessions.pop(document, None)

    @property
    def period(self) -> float:
        """Seconds until the next refresh."""
        return min(self._every, RETRY_SECONDS) if self.reading.failure else self._every

    @property
    def sessions(self) -> int:
        """How many are told."""
        return len(self._sessions)

    async def run(self) -> None:
        """Refresh now and then every period, until cancelled."""
        with self._loop:
            await self.refresh()
            self._periodic.start()  # only now: it waits as long as this first refresh tells it to
            try:
                await asyncio.Event().wait()
            finally:
                self._periodic.stop()
