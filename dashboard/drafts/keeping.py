"""A tab's drafts on their way into MongoDB: the newest of each, one write at a time, so that none overtakes another."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from dashboard.drafts.draft import Draft
from dashboard.drafts.kept import Drafts


class Keeping:
    """`drafts`: where; None where nothing is kept. Raises pymongo's errors; what was not written goes with the next."""

    def __init__(self, drafts: Drafts | None, clock: Callable[[], datetime]) -> None:
        self._drafts, self._clock = drafts, clock
        self._waiting: dict[str, Draft] = {}
        self._one_at_a_time = asyncio.Lock()

    def touched(self, draft: Draft) -> bool:
        """Remember it. Whether somebody has to call `write`: else what writes just now takes it along."""
        if self._drafts is None:
            return False
        self._waiting[draft.name] = draft
        return not self._one_at_a_time.locked()

    async def write(self) -> None:
        """All that was touched, until nothing is left."""
        async with self._one_at_a_time:
            while self._waiting and self._drafts:
                name = next(iter(self._waiting))
                draft = self._waiting[name]
                await self._drafts.keep(draft, self._clock())
                if self._waiting.get(name) is draft:
                    del self._waiting[name]

    async def drop(self, name: str) -> None:
        """After what is being written, so that no older draft comes back."""
        self._waiting.pop(name, None)
        async with self._one_at_a_time:
            self._waiting.pop(name, None)
            if self._drafts:
                await self._drafts.drop(name)
