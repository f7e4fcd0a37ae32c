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
from dashboard.facts.sight import Read, Sight
from schemas.errors import RetryLater
from schemas.runtime.mongo import Database, instances

log = structlog.get_logger(stage="dashboard")

PAGE_SECONDS: Final = 20.0
"""One page's facts; slower, and the other pages would grow old for its sake."""
ALL_SECONDS: Final = 40.0
"""All pages of one refresh: beyond them everybody's numbers would grow old, and the watchdog end the process."""
OF_ALL: Final = ("instancias", "configuracao")
"""Pages that list every provider, also those whose configuration is not valid."""


class OpenPages:
    """`readers`: what reads a page's facts, by the page's path; a page without one shows only the snapshot.

    `kafka`: the bootstrap servers, "" where they are not known.
    """

    def __init__(self, database: Database, readers: Mapping[str, Read], kafka: str = "") -> None:
        self._database = database
        self._kafka = kafka
        self._readers = readers

    async def read(self, now: datetime, wanted: Collection[Asked]) -> dict[Asked, object]:
        """One after the other. A page that cannot be read is `Unread`, the others are. Raises RetryLater without MongoDB."""
        asked = [one for one in wanted if one.path in self._readers]
        if not asked:
            return {}
        try:
            valid, _ = await instances(self._database)
        except PyMongoError as exc:
            raise RetryLater(failure_of(exc)) from exc
        by_title = sorted(valid.values(), key=lambda one: ((one.title or one.name).casefold(), one.name))
        found: dict[Asked, object] = {}
        ends = asyncio.get_running_loop().time() + ALL_SECONDS
        for one in asked:
            chosen = tuple(each for each in by_title if one.filters.instance in (EVERYBODY, each.name))
            if not chosen and one.filters.instance != EVERYBODY and one.path not in OF_ALL:
                continue  # nobody has the name: the page says so, and shows nobody's numbers
            left = ends - asyncio.get_running_loop().time()
            found[one] = (
                Unread("slow")
                if left <= 0
                else await self._one(one, min(left, PAGE_SECONDS), Sight(self._database, chosen, now, self._kafka))
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
