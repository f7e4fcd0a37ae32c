"""Where operators say that rows are really gone: `collector instance believe` writes it, a sweep uses it up."""

from typing import Protocol

import structlog
from pydantic import ValidationError
from pymongo.errors import PyMongoError

from schemas.beliefs import BELIEFS, Belief, belief_id
from schemas.rows import Kind
from schemas.runtime.mongo import Database

log = structlog.get_logger()


class Beliefs(Protocol):
    """What was said about kinds of instances."""

    async def about(self, instance: str, kind: Kind) -> Belief | None:
        """None where nobody has said anything, or where it cannot be read now."""
        ...

    async def used(self, belief: Belief) -> None:
        """It counts for one sweep only. What is said later stays."""
        ...


class Silence:
    """Nobody says anything."""

    async def about(self, instance: str, kind: Kind) -> Belief | None:
        """See `Beliefs`."""
        del instance, kind
        return None

    async def used(self, belief: Belief) -> None:
        """See `Beliefs`."""


NOBODY_SPEAKS = Silence()


class StoredBeliefs:
    """In MongoDB. While that is away nothing is believed."""

    def __init__(self, database: Database) -> None:
        self._stored = database[BELIEFS]

    async def about(self, instance: str, kind: Kind) -> Belief | None:
        """See `Beliefs`."""
        try:
            found = await self._stored.find_one({"_id": belief_id(instance, kind)}, {"_id": 0})
            return Belief.model_validate(found, extra="ignore") if found else None
        except (PyMongoError, ValidationError) as exc:
            log.warning("belief_unread", instance=instance, kind=kind, reason=type(exc).__name__)
            return None

    async def used(self, belief: Belief) -> None:
        """See `Beliefs`. One that stays behind lapses by itself."""
        try:
            await self._stored.delete_one({"_id": belief_id(belief.instance, belief.kind), "at": belief.at})
        except PyMongoError as exc:
            log.warning("belief_kept", instance=belief.instance, kind=belief.kind, reason=type(exc).__name__)
