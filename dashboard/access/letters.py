"""One dead letter's bytes, its discarding and its retry: each is written down first, then done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import structlog
from pymongo.errors import PyMongoError

from dashboard.access.audit import noted
from dashboard.access.rules import may
from dashboard.access.who import User
from dashboard.facts.refresher import Clock
from schemas.errors import RetryLater, StopWorker
from schemas.letters import WHY_LETTERS, Answer, Discarded, may_retry
from schemas.runtime.mongo import Database
from schemas.users import Role
from schemas.views import DEAD_LETTERS, UNSETTLED

log = structlog.get_logger(stage="dashboard")

READS: Role = "operator"
RETRIES: Role = "operator"
DISCARDS: Role = "admin"
"""The least roles."""
QUERY_MS = 5_000
Discarding = Literal["done", "already", "gone"]
"""`already`: somebody has settled it before. `gone`: there is no such letter any more."""


class PutBack(Protocol):
    """Retries one letter, once, in the name of `by`. Raises StopWorker where Kafka or the database cannot be asked."""

    async def __call__(self, letter: str, by: str, *, again: bool) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Letter:
    """What the record held. None where it had no key, or no value. `cut`: when a retry began of which nobody knows more."""

    key: bytes | None
    value: bytes | None
    cut: datetime | None = None


@dataclass(frozen=True, slots=True)
class LetterDesk:
    """Letters are named by their `_id`. Raises RetryLater where MongoDB or the audit fails: then nothing is done.

    `put_back`: None where the dashboard runs by itself, without whoever may write to Kafka.
    """

    database: Database
    clock: Clock
    put_back: PutBack | None = None

    def may_retry(self, user: User) -> bool:
        """Whether a retry is offered."""
        return self.put_back is not None and may(user.role, RETRIES)

    async def retry(self, user: User, letter: str, *, again: bool = False) -> Answer:
        """Put it back. `again`: though an earlier retry was cut. Raises PermissionError for whom it is not offered.

        Where Kafka or the database cannot be asked it is `unreached`: whether anything was sent stands with the letter.
        """
        if self.put_back is None or not may(user.role, RETRIES):
            raise PermissionError(f"{user.role} may not retry dead letters")
        await noted(self.database, user, self.clock(), "letter_retried", "", letter)
        try:
            return await self.put_back(letter, f"user:{user.name}", again=again)
        except StopWorker as exc:
            log.warning("letter_not_retried", letter=letter, reason=str(exc))
            return Answer("unreached")

    async def read(self, user: User, letter: str) -> Letter | None:
        """Its bytes, a client's data; None where it is gone. Raises PermissionError for a viewer."""
        if not may(user.role, READS):
            raise PermissionError(f"{user.role} may not read dead letters")
        await noted(self.database, user, self.clock(), "reveal", "", letter, "dead_letter")
        try:
            found = await self.database[DEAD_LETTERS].find_one(
                {"_id": letter}, {"key": 1, "value": 1, "retried": 1}, max_time_ms=QUERY_MS
            )
        except PyMongoError as exc:
            raise RetryLater(type(exc).__name__) from exc
        if found is None:
            return None
        key, value = found.get("key"), found.get("value")
        begun = found.get("retried") or {}
        cut = None if begun.get("sent_at") else begun.get("at")
        return Letter(None if key is None else bytes(key), None if value is None else bytes(value), cut)

    async def discard(self, user: User, letter: str, why: str) -> Discarding:
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
            found = await letters.find_one({"_id": letter}, {"discarded": 1, "retried": 1}, max_time_ms=QUERY_MS)
            if found is None:
                return "gone"
            if may_retry(found, again=True) == "already":
                return "already"
            # the reason stays with the letter: it may name somebody, and the audit names nobody
            await noted(self.database, user, now, "letter_discarded", "", letter)
            changed = await letters.update_one({"_id": letter, **UNSETTLED}, {"$set": {"discarded": said.model_dump()}})
        except PyMongoError as exc:
            raise RetryLater(type(exc).__name__) from exc
        return "done" if changed.modified_count else "already"
