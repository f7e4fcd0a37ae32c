"""When each kind of one instance is swept, and what is done about failures."""

import asyncio
from contextlib import suppress

import structlog
from ulid import ULID

from producers.breaker import CONFIGURATION_WAIT_S, Breaker
from producers.source import Source
from producers.sweep import Sweeper
from schemas.erp.altarede_options import AltaredeExport
from schemas.erp.ixc import Ixc
from schemas.errors import RetryLater, StopWorker
from schemas.rows import Kind
from schemas.sweeps import Sweep

log = structlog.get_logger()


class Schedule:
    """The kinds of one instance share one breaker, as they share one ERP. `mending`: seconds left to an operator to mend."""

    def __init__(self, sweeper: Sweeper, source: Source, mending: float = CONFIGURATION_WAIT_S) -> None:
        self._sweeper = sweeper
        self._source = source
        self._mending = mending
        self._breaker = Breaker()

    async def kind(self, kind: Kind, every: float) -> None:
        """A sweep starts `every` seconds after the last one started; one that failed is reported and tried again sooner."""
        connection = self._sweeper.instance.erp
        look = connection.look if isinstance(connection, AltaredeExport) else every
        lately = connection.recent.get(kind) if isinstance(connection, Ixc) else None
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            wait = await self._attempt(kind, look)
            until = begun + wait
            while lately and wait == look and until - loop.time() > lately:
                await asyncio.sleep(lately)
                await self._look_back(kind)
            await asyncio.sleep(max(0.0, until - loop.time()))

    async def _attempt(self, kind: Kind, every: float) -> float:
        """Sweep once, if there may be something new; the seconds from its start until the next attempt."""
        name = str(ULID())
        try:
            if self._breaker.is_open:
                await self._source.probe(self._sweeper.erp.of_kind(kind)[0])
            if await self._source.has_news(kind):
                done = await self._sweeper.run(kind, name)
                log.info("sweep_completed", **done.model_dump(mode="json", exclude={"phase", "at", "error"}))
        except (RetryLater, StopWorker) as exc:
            wait = self._wait(exc, every)
            await self._report(kind, name, str(exc), wait)
            return wait
        self._breaker = self._breaker.after(success=True)
        return every

    def _wait(self, exc: RetryLater | StopWorker, every: float) -> float:
        """Seconds from a failure's start until the next attempt. One that names its own wait says nothing about the ERP."""
        if isinstance(exc, StopWorker):
            return max(every, self._mending)
        if exc.after is not None:
            return exc.after.total_seconds()
        self._breaker = self._breaker.after(success=False)
        return self._breaker.wait(every)

    async def _look_back(self, kind: Kind) -> None:
        """What changed lately, between two sweeps. A failure is the next sweep's to report."""
        name = str(ULID())
        with suppress(RetryLater, StopWorker):
            if published := await self._sweeper.recent(kind, name):
                log.info("recent_published", instance=self._sweeper.instance.name, kind=kind, rows=published, sweep=name)

    async def _report(self, kind: Kind, name: str, reason: str, wait: float) -> None:
        instance = self._sweeper.instance.name
        log.warning("sweep_failed", instance=instance, kind=kind, sweep=name, reason=reason, again_in=wait)
        failed = Sweep(
            instance=instance,
            erp=self._sweeper.erp.name,
            kind=kind,
            sweep=name,
            phase="failed",
            at=self._sweeper.clock(),
            error=reason,
        )
        with suppress(RetryLater):  # the broker itself is away: the log has said so
            await self._sweeper.outbox.sweep(failed)
