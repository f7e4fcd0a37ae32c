"""One refresh for all (`ARCHITECTURE.md`): the process reads once, every open session is told."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

import structlog
from bokeh.document import Document
from tornado.ioloop import PeriodicCallback

from dashboard.facts.asked import Asked
from dashboard.facts.failures import Failure, failure
from dashboard.facts.snapshot import Reading, Snapshot
from schemas.errors import RetryLater
from schemas.runtime.progress import PROCESS

log = structlog.get_logger(stage="dashboard")

RETRY_SECONDS = 5.0
"""After a failed refresh the next comes this soon: a clerk should not wait a minute for a database that is back."""

Read = Callable[[datetime], Awaitable[Snapshot]]
ReadPages = Callable[[datetime, Collection[Asked]], Awaitable[Mapping[Asked, object]]]
Show = Callable[[Reading], None]
Clock = Callable[[], datetime]


async def no_pages(_now: datetime, _wanted: Collection[Asked]) -> Mapping[Asked, object]:
    """Where every page shows the snapshot alone."""
    return {}


class Member(NamedTuple):
    """One open session: how it is told, and which page it shows under which filters now."""

    show: Show
    wants: Callable[[], Asked]


class Refresher:
    """`read` builds a snapshot, `pages` what the open pages need beside it; `clock` is the time.

    `every`: seconds between two refreshes.
    """

    def __init__(self, read: Read, every: float, clock: Clock, pages: ReadPages = no_pages) -> None:
        self._read = read
        self._pages = pages
        self._every = every
        self._clock = clock
        self._sessions: dict[Document, Member] = {}
        self._loop = PROCESS.loop("the dashboard's refresher")
        self._periodic = PeriodicCallback(self.refresh, timedelta(seconds=every))
        self.reading = Reading(clock())
        self.asked = asyncio.Event()
        """Set when MongoDB was asked for the first time, whatever it said."""

    async def refresh(self) -> None:
        """Build a new snapshot and tell every session. A failure keeps the old numbers and tells that instead."""
        now = self._clock()
        try:
            snapshot = await self._read(now)
            wanted = self._wanted()
            found = await self._pages(now, wanted)
            opened = self._wanted() - wanted  # meanwhile, and read by `also`
            kept = {asked: facts for asked, facts in self.reading.pages.items() if asked in opened}
            self.reading = Reading(now, snapshot, pages={**kept, **found})
        except RetryLater as exc:
            self._failed(failure(str(exc)), exc.__cause__ or exc)
        except Exception as exc:  # whatever it was, the pages must say that their numbers grow old
            self._failed("failed", exc)
            log.exception("refresh failed")
        self._periodic.callback_time = self.period * 1000
        self._tell()
        self._loop.turned(within=self.period)  # one that failed too: the page says so, a new process would know no more

    def _failed(self, why: Failure, exc: BaseException) -> None:
        log.warning("refresh failed", why=why, error=type(exc).__name__)
        self.reading = Reading(self._clock(), self.reading.snapshot, why, self.reading.pages)

    async def also(self, asked: Asked) -> None:
        """Read what a session has just opened, and tell whoever shows it. Where MongoDB is away the next refresh says so."""
        if asked in self.reading.pages:
            return
        with suppress(RetryLater):
            found = await self._pages(self._clock(), {asked})
            if asked not in found:
                return  # there is no such page or provider: to tell of it would only make the tab ask again
            was = self.reading  # a refresh may have come meanwhile: its own facts are the newer ones
            self.reading = Reading(was.at, was.snapshot, was.failure, {**found, **was.pages})
            self._tell(asked)

    def _wanted(self) -> set[Asked]:
        return {member.wants() for member in self._sessions.values()}

    def _tell(self, only: Asked | None = None) -> None:
        for document, member in list(self._sessions.items()):
            if only in (None, member.wants()):
                document.add_next_tick_callback(partial(member.show, self.reading))

    def join(self, document: Document, show: Show, wants: Callable[[], Asked]) -> None:
        """Call `show` in `document`, with its lock, after each refresh until the session ends."""
        self._sessions[document] = Member(show, wants)
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
            self.asked.set()
            self._periodic.start()  # only now: it waits as long as this first refresh tells it to
            try:
                await asyncio.Event().wait()
            finally:
                self._periodic.stop()
