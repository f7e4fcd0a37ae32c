"""Whose an attempt is: looked up in MongoDB in bulk, and remembered. What is not there is somebody else's call.

No record comes before its attempt: `originate` writes the attempt first, and rings then.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from pymongo.errors import PyMongoError

from schemas.attempts import ATTEMPTS
from schemas.errors import RetryLater
from schemas.runtime.mongo import Database
from schemas.suppression import ERASED

REMEMBERED = 50_000
ASKED_AT_ONCE = 1_000


class Owner(NamedTuple):
    """The debtor who was called."""

    instance: str
    code: str


class Attempts:
    """As many as were seen last are remembered; an attempt's debtor never changes."""

    def __init__(self, database: Database) -> None:
        self._stored = database[ATTEMPTS]
        self._owners: OrderedDict[str, Owner] = OrderedDict()
        self._kept: frozenset[str] | None = None

    async def owners(self, ids: Collection[str]) -> Mapping[str, Owner]:
        """Of those that are attempts of ours. Raises RetryLater."""
        unknown = sorted({one for one in ids if one not in self._owners})
        for start in range(0, len(unknown), ASKED_AT_ONCE):
            await self._ask(unknown[start : start + ASKED_AT_ONCE])
        found = {one: self._owners[one] for one in ids if one in self._owners}
        for one in found:
            self._owners.move_to_end(one)
        self._forget(found)
        while len(self._owners) > max(REMEMBERED, len(found)):
            self._owners.popitem(last=False)
        return found

    async def erased(self, ids: Collection[str]) -> frozenset[str]:
        """Of attempts that are remembered those whose debtor was erased since; they are forgotten. Raises RetryLater."""
        asked = {"_id": {"$in": sorted(ids)}, ERASED: True}
        try:
            found = frozenset([str(one["_id"]) async for one in self._stored.find(asked, {"_id": 1})])
        except PyMongoError as exc:
            raise _untold(exc) from exc
        for one in found:
            self._owners.pop(one, None)
        return found

    def keep(self, instances: Collection[str]) -> None:
        """From now on only their attempts are remembered: one of an instance that leaves is asked for until it is gone."""
        kept = frozenset(instances)
        if kept != self._kept:
            self._kept = kept
            self._forget(list(self._owners))

    def _forget(self, ids: Iterable[str]) -> None:
        for one in ids if self._kept is not None else ():
            if self._owners[one].instance not in (self._kept or ()):
                del self._owners[one]

    async def _ask(self, ids: list[str]) -> None:
        try:
            async for one in self._stored.find({"_id": {"$in": ids}, ERASED: {"$ne": True}}, {"instance": 1, "code": 1}):
                if isinstance(one.get("instance"), str) and isinstance(one.get("code"), str):
                    self._owners[str(one["_id"])] = Owner(one["instance"], one["code"])
        except PyMongoError as exc:
            raise _untold(exc) from exc


def _untold(exc: PyMongoError) -> RetryLater:
    return RetryLater(f"MongoDB does not tell whose the calls are: {type(exc).__name__}")
