"""Promises and the blocklist, as a clerk changes them on a page; `collector promise` and `collector block` write the same.

Stages read them within 5 seconds, pages at their next refresh. Each change is written down before it is made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pymongo.errors import PyMongoError

from schemas.audit import AUDIT, Action, Audited
from schemas.controls import BLOCKLIST, PROMISES, Block, BlockReason, Promise
from schemas.errors import RetryLater
from schemas.runtime.mongo import Database
from schemas.views import INSTANCES, Document

WRITTEN_MS = 5_000


@dataclass(frozen=True, slots=True)
class Clerk:
    """One reader. `by`: who the audit says it was. `may_act`: whether the role allows it.

    All methods raise PermissionError where it does not, LookupError where the instance is gone, and RetryLater where MongoDB
    or the audit cannot be written: nothing, or not all, was changed then, and the same may be asked again.
    """

    database: Database
    clock: Callable[[], datetime]
    by: str = "dashboard"
    may_act: bool = True

    async def promise(self, instance: str, code: str, until: date | None) -> None:
        """The debtor promised to pay `until` that local day; None takes every promise back."""
        if until is None:
            await self._noted("promise_taken_back", instance, code)
            await self._gone(PROMISES, {"instance": instance, "code": code})
            return
        made = Promise(instance=instance, code=code, until=until)
        await self._noted("promise", instance, code, until.isoformat())
        await self._put(PROMISES, made.document)

    async def block(self, instance: str, code: str, person: str, phones: Sequence[str], reason: BlockReason) -> None:
        """Never ring a person under any number; whoever has no document, under each of his `phones` (E.164)."""
        blocks = (
            [Block(instance=instance, person=person)] if person else [Block(instance=instance, phone=one) for one in phones]
        )
        for block in blocks:
            await self._noted("block", instance, code, f"{block.what}: {reason}")
            await self._put(BLOCKLIST, block.document)

    async def _noted(self, action: Action, instance: str, code: str, what: str = "") -> None:
        if not self.may_act:
            raise PermissionError(f"{self.by} may not change what is called")
        entry = Audited(at=self.clock(), by=self.by, action=action, instance=instance, code=code, what=what)
        try:
            if not await self.database[INSTANCES].count_documents({"_id": instance}, limit=1, maxTimeMS=WRITTEN_MS):
                raise LookupError(instance)
            await self.database[AUDIT].insert_one(entry.model_dump())
        except PyMongoError as exc:
            raise RetryLater(type(exc).__name__) from exc

    async def _put(self, collection: str, document: Document) -> None:
        try:
            await self.database[collection].replace_one({"_id": document["_id"]}, document, upsert=True)
        except PyMongoError as exc:
            raise RetryLater(type(exc).__name__) from exc

    async def _gone(self, collection: str, which: Document) -> None:
        try:
            await self.database[collection].delete_many(which)
        except PyMongoError as exc:
            raise RetryLater(type(exc).__name__) from exc
