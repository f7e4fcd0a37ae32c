"""When each kind of one instance is swept, and what is done about failures."""

import asyncio
from contextlib import suppress
from datetime import datetime
from math import inf

import structlog
from ulid import ULID

from producers.erp.breaker import CONFIGURATION_WAIT_S, Again, Breaker, again
from producers.erp.limits import AskedToWaitError
from producers.erp.outbox import Outbox
from producers.erp.source import Source
from producers.erp.sweep import Sweeper
from producers.held.publishing import UnpublishedError
from schemas.erp.altarede_options import AltaredeExport
from schemas.erp.ixc import Ixc
from schemas.errors import RetryLater, StopWorker
from schemas.instances import Instance
from schemas.rows import Kind
from schemas.runtime.progress import PROCESS
from schemas.stages import Underway
from schemas.sweeps import Sweep

CLOSED = Breaker()
BELIEF_EVERY_S = 5.0
"""How soon it is noticed that somebody believes a sweep that was held back."""
OUR_FAULT = "an error of the collector itself, not of the ERP: the log of erp-poller has it as sweep_crashed"
log = structlog.get_logger()


async def report(outbox: Outbox, instance: Instance, kind: Kind, *, sweep: str, at: datetime, error: str) -> None:
    """Tell that a sweep failed, or could not even begin."""
    erp = instance.erp.kind
    await outbox.sweep(Sweep(instance=instance.name, erp=erp, kind=kind, sweep=sweep, phase="failed", at=at, error=error))


class Schedule:
    """The kinds of one instance share one breaker, as they share one ERP. `mending`: seconds left to an operator to mend.

    A folder is looked into at its own pace, whatever happened before: nobody is burdened by that. What cannot be
    published is not the ERP's fault: UnpublishedError ends every kind at once.
    """

    def __init__(
        self, sweeper: Sweeper, source: Source, mending: float = CONFIGURATION_WAIT_S, breaker: Breaker = CLOSED
    ) -> None:
        self._sweeper = sweeper
        self._source = source
        self._breaker = breaker
        self._back = asyncio.Event()
        connection = sweeper.instance.erp
        self._look = connection.look if isinstance(connection, AltaredeExport) else None
        self._mending = mending if self._look is None else 0.0
        self._recent = connection.recent if isinstance(connection, Ixc) else {}
        self._said: dict[Kind, str] = {}

    async def kind(self, kind: Kind, every: float) -> None:
        """A sweep starts `every` seconds after the last one started; one that failed is reported and tried again sooner."""
        pace = every if self._look is None else self._look
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            failed = await self._attempt(kind, pace)
            if failed is None:
                await self._between(kind, begun + pace)
            elif failed.sooner:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._back.wait(), failed.seconds)
            else:
                await asyncio.sleep(failed.seconds)

    async def _attempt(self, kind: Kind, pace: float) -> Again | None:
        """Sweep once, if there may be something new; None where nothing failed."""
        name = str(ULID.from_datetime(self._sweeper.clock()))
        try:
            if self._breaker.is_open(kind):
                await self._source.probe(self._sweeper.erp.of_kind(kind)[0])
            if await self._sweeper.believed(kind) or await self._source.has_news(kind):
                with PROCESS.sweeping(Underway(instance=self._sweeper.instance.name, kind=kind)):
                    _say(await self._sweeper.run(kind, name))
                self._succeeded(kind)
        except UnpublishedError:
            raise
        except (RetryLater, StopWorker) as exc:
            return await self._failed(kind, pace, name, exc)
        except Exception:
            # What one ERP's answers bring out must not end the process, and with it every other ERP's sweeps.
            log.exception("sweep_crashed", instance=self._sweeper.instance.name, kind=kind, sweep=name)
            return await self._failed(kind, pace, name, StopWorker(OUR_FAULT))
        self._said.pop(kind, None)
        return None

    def _succeeded(self, kind: Kind) -> None:
        if self._breaker.failures.get(kind):  # whoever waits for the ERP need not wait any longer
            self._back.set()
            self._back = asyncio.Event()
        self._breaker = self._breaker.succeeded(kind)

    async def _failed(self, kind: Kind, pace: float, name: str, exc: RetryLater | StopWorker) -> Again:
        """Report it; of a folder, which is looked into often, once as long as it stays the same."""
        result = again(self._breaker, kind, pace, exc, self._mending)
        reason = str(exc)
        in_its_own_time = isinstance(exc, RetryLater) and exc.after is not None and not isinstance(exc, AskedToWaitError)
        if in_its_own_time:  # nothing for a clerk to see
            log.info("sweep_put_off", instance=self._sweeper.instance.name, kind=kind, sweep=name, reason=reason)
            return result
        if self._look is None:
            self._breaker = result.breaker
        elif self._said.get(kind) == reason:
            return result
        self._said[kind] = reason
        wait = round(result.seconds, 1)
        instance = self._sweeper.instance
        log.warning("sweep_failed", instance=instance.name, kind=kind, sweep=name, reason=reason, again_in=wait)
        await report(self._sweeper.outbox, instance, kind, sweep=name, at=self._sweeper.clock(), error=reason)
        return result

    async def _between(self, kind: Kind, until: float) -> None:
        """After a sweep, until the loop's time is that of the next: now and then what changed lately.

        It ends early where somebody believes a sweep that was held back.
        """
        lately = self._recent.get(kind, inf)
        loop = asyncio.get_running_loop()
        look_at = loop.time() + lately
        while (left := until - loop.time()) > 0:
            ask_in = BELIEF_EVERY_S if kind in self._sweeper.held else inf
            await asyncio.sleep(max(0.0, min(left, look_at - loop.time(), ask_in)))
            if await self._sweeper.believed(kind):
                return
            if look_at <= loop.time() < until:
                if not self._breaker.is_open(kind):
                    await self._look_back(kind)
                look_at = loop.time() + lately

    async def _look_back(self, kind: Kind) -> None:
        """A failure is the next sweep's to report."""
        instance, name = self._sweeper.instance.name, str(ULID.from_datetime(self._sweeper.clock()))
        try:
            with suppress(RetryLater, StopWorker):
                if published := await self._sweeper.recent(kind, name):
                    log.info("recent_published", instance=instance, kind=kind, rows=published, sweep=name)
        except UnpublishedError:
            raise
        except Exception:  # as in `_attempt`
            log.exception("sweep_crashed", instance=instance, kind=kind, sweep=name)


def _say(done: Sweep) -> None:
    counts = done.model_dump(mode="json", exclude={"phase", "at", "error"})
    if done.phase == "held":
        log.warning("sweep_held", **counts, reason=done.error)
    else:
        log.info("sweep_completed", **counts)
