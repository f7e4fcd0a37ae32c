"""Whose an attempt is: looked up in MongoDB in bulk, and remembered. What is not there is somebody else's call.

No record comes before its attempt: `originate` writes the attempt first, and rings then.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from pymongo.errors import PyMongoError

from schemas.attempts import ATTEMPTS
from schemas.errors import RetryLater
from schemas.runtime.mongo import Database

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

    async def owners(self, ids: Collection[str]) -> Mapping[str, Owner]:
        """Of those that are attempts of ours. Raises RetryLater."""
        unknown = sorted({one for one in ids if one not in self._owners})
        for start in range(0, len(unknown), ASKED_AT_ONCE):
            await self._ask(unknown[start : start + ASKED_AT_ONCE])
        found = {one: self._owners[one] for one in ids if one in self._owners}
        for one in found:
            self._owners.move_to_end(one)
        while len(self._owners) > max(REMEMBERED, len(found)):
            self._owners.popitem(last=False)
        return found

    async def _ask(self, ids: list[str]) -> None:
        try:
            async for one in self._stored.find({"_id": {"$in": ids}}, {"instance": 1, "code": 1}):
                if isinstance(one.get("instance"), str) and isinstance(one.get("code"), str):
                    self._owners[str(one["_id"])] = Owner(one["instance"], one["code"])
        except PyMongoError as exc:
            raise RetryLater(f"MongoDB does not tell whose the calls are: {type(exc).__name__}") from exc
