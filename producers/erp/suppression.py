"""Where it stands who was erased: `collector erase` writes it, every sweep reads it first and obeys it."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from pydantic import SecretStr
from pymongo.errors import PyMongoError

from producers.erp.suppressed import NOBODY, Suppressed
from schemas.errors import RetryLater
from schemas.runtime.mongo import Database
from schemas.runtime.secrets import person_hash
from schemas.suppression import SUPPRESSED, client_text
from schemas.suppression import Suppressed as Entry

CLIENTS_KEPT = 100_000


class Suppression(Protocol):
    """Who was erased, for one instance at a time."""

    async def of(self, instance: str) -> Suppressed:
        """As it is now. Raises RetryLater."""
        ...

    async def add(self, instance: str, code: str, person: str) -> None:
        """A client turned out to be a person who was erased. Raises RetryLater."""
        ...


class Nobody:
    """Nobody was erased."""

    async def of(self, instance: str) -> Suppressed:
        """See `Suppression`."""
        del instance
        return NOBODY

    async def add(self, instance: str, code: str, person: str) -> None:
        """See `Suppression`."""


NOBODY_ERASED = Nobody()


class StoredSuppression:
    """In MongoDB. `key`: under which documents are hashed, and clients with them."""

    def __init__(self, database: Database, key: SecretStr, clock: Callable[[], datetime]) -> None:
        self._stored = database[SUPPRESSED]
        self._clock = clock

        @lru_cache(CLIENTS_KEPT)
        def hashed(instance: str, code: str) -> str:
            return person_hash(client_text(instance, code), key)

        self._hashed = hashed

    async def of(self, instance: str) -> Suppressed:
        """See `Suppression`."""
        try:
            hashes = frozenset([str(one["_id"]) async for one in self._stored.find({}, {"_id": 1})])
        except PyMongoError as exc:
            raise _away(exc) from exc
        return Suppressed(hashes, lambda code: self._hashed(instance, code)) if hashes else NOBODY

    async def add(self, instance: str, code: str, person: str) -> None:
        """See `Suppression`."""
        entry = Entry(
            hash=self._hashed(instance, code), what="client", person=person, instance=instance, since=self._clock()
        ).document
        try:
            await self._stored.replace_one({"_id": entry["_id"]}, entry, upsert=True)
        except PyMongoError as exc:
            raise _away(exc) from exc


def _away(exc: PyMongoError) -> RetryLater:
    return RetryLater(f"MONGO_URI: the database does not tell who was erased ({type(exc).__name__})")
