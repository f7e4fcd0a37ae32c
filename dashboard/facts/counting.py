"""The findings, counted when somebody asks for their file, once a minute at most, for everybody who does."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from dashboard.facts.failures import Failure, failure
from dashboard.facts.findings import Counted
from dashboard.facts.refresher import Clock
from schemas.errors import RetryLater

log = structlog.get_logger(stage="dashboard")

GOOD_FOR = timedelta(seconds=50)
"""Less than a minute: a file is as new as the page."""

Count = Callable[[datetime], Awaitable[Counted]]


class Outcome(NamedTuple):
    """What the newest attempt left: the last count that could be made, and why a newer one could not."""

    counted: Counted | None = None
    failure: Failure | None = None


class Counting:
    """`count` asks the database; `clock` is the time."""

    def __init__(self, count: Count, clock: Clock) -> None:
        self._count = count
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._outcome = Outcome()

    async def newest(self) -> Outcome:
        """A count that is not older than `GOOD_FOR`; where none can be made, the last one and the reason."""
        async with self._one_at_a_time:
            now, counted = self._clock(), self._outcome.counted
            if counted is None or now - counted.at > GOOD_FOR:
                self._outcome = await self._tried(now)
            return self._outcome

    async def _tried(self, now: datetime) -> Outcome:
        try:
            return Outcome(await self._count(now))
        except RetryLater as exc:
            why, error = failure(str(exc)), exc.__cause__ or exc
        except Exception as exc:  # whatever it was, the page must not wait for ever
            why, error = "failed", exc
            log.exception("count failed")
        log.warning("count failed", why=why, error=type(error).__name__)
        return Outcome(self._outcome.counted, why)
