"""What a sweep publishes while it reads on: it waits for the broker only where it must."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from collections.abc import Set as AbstractSet
from types import TracebackType
from typing import NamedTuple, Self

AT_MOST = 3
"""Pages that the broker may have not acknowledged yet: one being written, and two that go together after it."""


class ToldOf(NamedTuple):
    """How many changes were published, and how many rows came in by them."""

    published: int
    entered: int


class UnderWay:
    """The publications of one sweep, in their order; `told`: those that are committed since `all` was asked last.

    At its end all of them are committed, or raise. Whoever is told to stop interrupts them.
    """

    def __init__(self) -> None:
        self.told = ToldOf(0, 0)
        self._pages: deque[tuple[asyncio.Task[ToldOf], AbstractSet[str]]] = deque()

    async def add(self, codes: AbstractSet[str], publishing: Coroutine[None, None, ToldOf]) -> None:
        """One more page, of these rows. Waits, and raises, for the first where there are too many."""
        self._pages.append((asyncio.create_task(publishing), codes))
        while len(self._pages) > AT_MOST:
            await self._first()

    async def settle(self, codes: AbstractSet[str]) -> None:
        """Return when none of these rows is under way: what is known of them is what was published."""
        while any(not codes.isdisjoint(others) for _, others in self._pages):
            await self._first()

    async def all(self) -> ToldOf:
        """Return when nothing is under way, with what was told since this was asked last."""
        while self._pages:
            await self._first()
        told, self.told = self.told, ToldOf(0, 0)
        return told

    async def _first(self) -> None:
        publishing, _ = self._pages.popleft()
        told = await publishing
        self.told = ToldOf(self.told.published + told.published, self.told.entered + told.entered)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, _: type[BaseException] | None, exc: BaseException | None, __: TracebackType | None) -> None:
        try:
            while self._pages and not isinstance(exc, asyncio.CancelledError):
                await self._first()
        finally:
            left = [publishing for publishing, _ in self._pages]
            for publishing in left:
                publishing.cancel()
            await asyncio.gather(*left, return_exceptions=True)
