"""Many open pages at once: what a refresh costs, what it sends, and what they leave behind when they are closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import fmean
from typing import Final

import httpx

from deploy.bench.child import Child
from deploy.bench.dashboard.seeding import paid
from deploy.bench.dashboard.visitor import Visitor
from schemas.runtime.mongo import Database

EVERY_S: Final = 10
"""Between two refreshes: as one a minute, and the benchmark ends sooner."""
WITHIN_S: Final = 600.0
SETTLED_S: Final = 2 * EVERY_S
AT_ONCE: Final = 5
POLL_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Held:
    """What `sessions` open pages cost while `refreshes` came: `cpu` seconds of the process, `sent` bytes to each page."""

    sessions: int
    refreshes: int
    cpu: float
    sent: float

    def each(self, idle: "Held") -> float:
        """CPU seconds of one refresh of one page: without what reading costs where nobody looks, `idle`."""
        return (self.cpu / self.refreshes - idle.cpu / idle.refreshes) / self.sessions

    @property
    def bytes_each(self) -> float:
        """Of one refresh of one page."""
        return self.sent / self.refreshes


class Crowd:
    """Pages of the dashboard that runs as `child` and answers at `address`, over `database`."""

    def __init__(self, child: Child, address: str, database: Database) -> None:
        self._child = child
        self._address = address
        self._database = database

    async def hold(self, visitors: list[Visitor], refreshes: int) -> Held:
        """So many refreshes, before each of which somebody pays; counted from between two of them to between two others."""
        await asyncio.sleep(SETTLED_S)  # what opening cost is over
        async with asyncio.timeout(WITHIN_S):
            while not EVERY_S / 3 < (await self._told())["snapshot_age_seconds"] < EVERY_S / 2:
                await asyncio.sleep(POLL_S)
        for one in visitors:
            one.forget()
        cpu = self._child.cpu
        for number in range(refreshes):
            await paid(self._database, number)
            await asyncio.sleep(EVERY_S)
        cpu = self._child.cpu - cpu
        seen = round(fmean(len(one.stamps) for one in visitors)) if visitors else refreshes
        return Held(len(visitors), max(seen, 1), cpu, fmean(one.sent for one in visitors) if visitors else 0)

    @asynccontextmanager
    async def of(self, count: int) -> AsyncIterator[list[Visitor]]:
        """So many pages open at once."""
        found: list[Visitor] = []
        try:
            while len(found) < count:
                some = (Visitor.opened(self._address) for _ in range(min(AT_ONCE, count - len(found))))
                found += await asyncio.gather(*some)
            yield found
        finally:
            for one in found:
                await one.close()

    async def empty(self) -> None:
        """Until the last closed page is forgotten. Raises TimeoutError."""
        async with asyncio.timeout(WITHIN_S):
            while (await self._told())["sessions"]:
                await asyncio.sleep(POLL_S)

    async def _told(self) -> dict[str, float]:
        async with httpx.AsyncClient(timeout=60) as http:
            told: dict[str, float] = (await http.get(f"{self._address}readyz")).json()
            return told

    async def passing(self, rounds: int, count: int) -> list[float]:
        """Megabytes resident after each round of `count` pages that were opened and closed."""
        found = []
        for _ in range(rounds):
            async with self.of(count):
                pass
            await self.empty()
            found.append(self._child.resident)
        return found
