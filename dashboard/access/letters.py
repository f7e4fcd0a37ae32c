"""One dead letter's bytes, and its discarding: each is written down first, then done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pymongo.errors import PyMongoError

from dashboard.access.audit import noted
from dashboard.access.rules import may
from dashboard.access.who import User
from dashboard.facts.refresher import Clock
from schemas.errors import RetryLater
from schemas.model import Model
from schemas.runtime.mongo import Database
from schemas.users import Role
from schemas.views import DEAD_LETTERS, NOT_DISCARDED

READS: Role = "operator"
DISCARDS: Role = "admin"
"""The least roles."""
WHY_LETTERS = 200
QUERY_MS = 5_000
Done = Literal["done", "already", "gone"]
"""`already`: somebody has discarded it before. `gone`: there is no such letter any more."""


class Discarded(Model):
    """The field `discarded` of a dead letter."""

    at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What the record held. None where it had no key, or no value."""

    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class LetterDesk:
    """Letters are named by their `_id`. Raises RetryLater where MongoDB or the audit fails: then nothing is done."""

    database: Database
    clock: Clock

    async def read(self, user: User, letter: str) -> Letter | None:
        """Its bytes, a client's data; None where it is gone. Raises PermissionError for a viewer."""
        if not may(user.role, READS):
            raise PermissionError(f"{user.role} may not read dead letters")
        await noted(self.database, user, self.clock(), "reveal", "", letter, "dead_letter")
        try:
            found = await self.database[DEAD_LETTERS].find_one({"_id": letter}, {"key": 1, "value": 1}, max_time_ms=QUERY_MS)
        except PyMongoError as exc:
            raise RetryLater(type(exc).__name__) from exc
        if found is None:
            return None
        key, value = found.get("key"), found.get("value")
        return Letter(None if key is None else bytes(key), None if value is None else bytes(value))

    async def discard(self, user: User, letter: str, why: str) -> Done:
        """Count it no more, for the reason `why`. Raises PermissionError below an admin, ValueError without a reason."""
        if not may(user.role, DISCARDS):
            raise PermissionError(f"{user.role} may not discard dead letters")
        why = why.strip()[:WHY_LETTERS]
        if not why:
            raise ValueError("a letter is discarded for a reason")
        letters = self.database[DEAD_LETTERS]
        now = self.clock()
        said = Discarded(at=now, by=f"user:{user.name}", why=why)
        try:
            found = await letters.find_one({"_id": letter}, {"discarded": 1}, max_time_ms=QUERY_MS)
            if found is None or found.get("discarded"):
                return "already" if found else "gone"
            # the reason stays with the letter: it may name somebody, and the audit names nobody
            await noted(self.database, user, now, "letter_discarded", "", letter)
            changed = await letters.update_one({"_id": letter, **NOT_DISCARDED}, {"$set": {"discarded": said.model_dump()}})
        except PyMongoError as exc:
            raise RetryLater(type(exc).__name__) from exc
        return "done" if changed.modified_count else "already"
