"""The facts of the pages that somebody has open, read for everybody who looks at the same rows."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

import structlog
from pymongo.errors import PyMongoError

from dashboard.facts.asked import EVERYBODY, Asked, Unread
from dashboard.facts.failures import failure
from dashboard.facts.refusals import failure_of
from dashboard.facts.sight import Read, Sight, chosen
from schemas.errors import RetryLater
from schemas.runtime.mongo import Database, instances

log = structlog.get_logger(stage="dashboard")

PAGE_SECONDS: Final = 20.0
"""One page's facts; slower, and the other pages would grow old for its sake."""
ALL_SECONDS: Final = 40.0
"""All pages of one refresh: beyond them everybody's numbers would grow old, and the watchdog end the process."""


class OpenPages:
    """`readers`: what reads a page's facts, by the page's path; a page without one shows only the snapshot.

    `of_all`: the paths of those that tell of every provider, whichever is chosen. `kafka`: the bootstrap servers, "" where
    they are not known.
    """

    def __init__(
        self, database: Database, readers: Mapping[str, Read], of_all: Collection[str] = (), kafka: str = ""
    ) -> None:
        self._database = database
        self._kafka = kafka
        self._readers = readers
        self._of_all = of_all

    async def read(self, now: datetime, wanted: Collection[Asked]) -> dict[Asked, object]:
        """One after the other. A page that cannot be read is `Unread`, the others are. Raises RetryLater without MongoDB."""
        asked = [one for one in wanted if one.path in self._readers]
        if not asked:
            return {}
        try:
            valid, _ = await instances(self._database)
        except PyMongoError as exc:
            raise RetryLater(failure_of(exc)) from exc
        found: dict[Asked, object] = {}
        ends = asyncio.get_running_loop().time() + ALL_SECONDS
        for one in asked:
            some = chosen(valid, one.filters.instance)
            if not some and one.filters.instance != EVERYBODY and one.path not in self._of_all:
                continue  # nobody has the name: the page says so, and shows nobody's numbers
            left = ends - asyncio.get_running_loop().time()
            found[one] = (
                Unread("slow")
                if left <= 0
                else await self._one(one, min(left, PAGE_SECONDS), Sight(self._database, some, now, self._kafka))
            )
        return found

    async def _one(self, asked: Asked, seconds: float, sight: Sight) -> object:
        try:
            async with asyncio.timeout(seconds):
                return await self._readers[asked.path](sight, asked.filters)
        except (PyMongoError, TimeoutError, RetryLater) as exc:
            log.warning("page not read", page=asked.path, why=type(exc).__name__)
            return Unread(failure(str(exc)) if isinstance(exc, RetryLater) else failure_of(exc))
        except Exception:  # one page's defect leaves the others their numbers
            log.exception("page not read", page=asked.path)
            return Unread("failed")
