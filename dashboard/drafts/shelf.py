"""The drafts of a reader as one tab has them, and how they come from MongoDB and go back."""

from collections.abc import Callable, Mapping
from typing import Any

from dashboard.drafts.desk import Desk
from dashboard.drafts.draft import Draft, of_new, of_stored, typed
from dashboard.drafts.keeping import Keeping


class Shelf:
    """`drafts`: by the instance's name, "" of a new one. All methods that wait raise RetryLater or pymongo's errors."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._keeping = Keeping(desk.drafts, desk.clock)
        self.drafts: dict[str, Draft] = {}

    def touched(self, draft: Draft) -> bool:
        """Remember it. Whether somebody has to call `write`."""
        return self._keeping.touched(draft)

    async def write(self) -> None:
        """Keep all that was touched."""
        await self._keeping.write()

    async def stored(self, name: str) -> Draft | None:
        """What is stored, as a draft that nobody has touched."""
        found = await self._desk.stored(name)
        return of_stored(found) if found else None

    async def opened(self, name: str, shown: Callable[[], Draft | None]) -> Draft | None:
        """The draft of an instance, or what is stored of it; of "" only one that was left open.

        `shown`: the one whose form is open, asked once MongoDB has answered; it stays as it is.
        """
        if self._desk.drafts is not None:
            kept, mine = await self._desk.drafts.all(), shown()
            self.drafts = {**kept, **{of: draft for of, draft in self.drafts.items() if draft is mine}}
        draft = self.drafts.get(name)
        if draft is None and name:
            draft = await self.stored(name)
        return draft if draft and (name or draft.is_open) else None

    async def bring(self, found: Mapping[str, Any]) -> None:
        """Instances of a file, each as a draft that is yet to be compared and saved."""
        for name, fields in found.items():
            base = await self.stored(name)
            draft = typed(base, of_new(name, fields).text, self._desk.seal) if base else of_new(name, fields)
            self.drafts[name] = draft
            self._keeping.touched(draft)
        await self._keeping.write()

    async def drop(self, name: str) -> None:
        """No longer kept."""
        await self._keeping.drop(name)
