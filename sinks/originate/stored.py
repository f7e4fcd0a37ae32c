"""The ledger in MongoDB: every write is on disk of a majority before it counts, and changes one document.

No transactions: one that is killed in the middle locks its documents for a minute.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

import pymongo
import structlog
from pydantic import ValidationError
from pymongo import ReadPreference, WriteConcern
from pymongo.errors import DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern

from schemas.attempts import ATTEMPTS, ATTEMPTS_KEPT, LEDGER, Attempt, Marks
from schemas.errors import RetryLater
from schemas.runtime import mongo
from schemas.views import Document, Expiry
from sinks.originate.healing import LOOKED_BACK, is_left
from sinks.originate.memory import changes
from sinks.originate.steps import Begin, Find, LedgerStep, Move, Read, Replace
from sinks.views.indexes import expire

WITHIN_S = 5.0
LASTING = WriteConcern("majority", j=True)
AT_ONCE = 1_000
M = TypeVar("M", Attempt, Marks)
log = structlog.get_logger()


class UnreadableError(RetryLater):
    """A document is not what it should be: a newer version's, or somebody's hand. It waits until that is mended."""


class StoredLedger:
    """Collections `attempts` and `ledger`."""

    def __init__(self, database: mongo.Database) -> None:
        options: dict[str, Any] = {
            "write_concern": LASTING,
            "read_concern": ReadConcern("majority"),
            "read_preference": ReadPreference.PRIMARY,
        }
        self._attempts: mongo.Collection = database.get_collection(ATTEMPTS, **options)
        self._marks: mongo.Collection = database.get_collection(LEDGER, **options)

    async def prepare(self) -> None:
        """Indexes. Raises RetryLater."""
        try:
            await self._attempts.create_index([("state", 1), ("changed_at", 1)])
            await self._attempts.create_index([("instance", 1), ("code", 1), ("at", -1)])
            await expire(Expiry("changed_at", ATTEMPTS_KEPT), self._attempts)
            await expire(Expiry("expires_at", ATTEMPTS_KEPT * 0), self._marks)
        except PyMongoError as exc:
            raise away(exc) from exc

    async def do(self, step: LedgerStep) -> Any:  # noqa: ANN401 - what each step says of itself
        """See `Ledger`."""
        try:
            with pymongo.timeout(WITHIN_S):
                return await self._do(step)
        except PyMongoError as exc:
            raise away(exc) from exc

    async def _do(self, step: LedgerStep) -> Any:  # noqa: ANN401 - see `do`
        match step:
            case Begin(attempt=attempt):
                return await _inserted(self._attempts, _document("attempt", attempt))
            case Read(subjects=subjects):
                found = await self._marks.find({"_id": {"$in": list(subjects)}}).to_list()
                return {one["_id"]: _read(Marks, LEDGER, "subject", one) for one in found}
            case Replace(seen=seen, marks=marks):
                document = _document("subject", marks)
                if not seen:
                    return await _inserted(self._marks, document)
                done = await self._marks.replace_one({"_id": marks.subject, "n": seen}, document)
                return done.matched_count == 1
            case Move(attempt=identity, states=states):
                mine = {"_id": identity, "state": {"$in": list(states)}}
                return (await self._attempts.update_one(mine, {"$set": changes(step)})).matched_count == 1
            case Find(attempt=identity):
                one = await self._attempts.find_one({"_id": identity})
                return _attempt(one) if one else None

    async def left(self, now: datetime) -> Sequence[Attempt]:
        """See `Ledger`."""
        try:
            with pymongo.timeout(WITHIN_S):
                unfinished = {"state": {"$in": ["reserving", "reserved"]}}
                abandoned = {"state": "abandoned", "changed_at": {"$gt": now - LOOKED_BACK}}
                asked = self._attempts.find({"$or": [unfinished, abandoned]}).sort("changed_at", 1)
                documents = await asked.to_list()
        except PyMongoError as exc:
            raise away(exc) from exc
        found = []
        for one in documents:
            try:
                found.append(_attempt(one))
            except UnreadableError as exc:  # its neighbours are taken up all the same
                log.warning("attempt_unreadable", reason=str(exc))
        return [attempt for attempt in found if is_left(attempt, now)]


async def _inserted(to: mongo.Collection, document: Document) -> bool:
    try:
        await to.insert_one(document)
    except DuplicateKeyError:
        return False
    return True


def _document(identity: str, model: Attempt | Marks) -> Document:
    fields = model.model_dump()
    return {"_id": fields.pop(identity), **fields}


def _fields(identity: str, document: Document) -> Document:
    return {identity: document["_id"], **{name: value for name, value in document.items() if name != "_id"}}


def _attempt(document: Document) -> Attempt:
    return _read(Attempt, ATTEMPTS, "attempt", document)


def _read(model: type[M], collection: str, identity: str, document: Document) -> M:
    try:
        return model.model_validate(_fields(identity, document), extra="ignore")
    except ValidationError as exc:
        wrong = ".".join(str(part) for part in exc.errors(include_url=False, include_input=False)[0]["loc"])
        # no subject in the text: it may be a telephone's number
        named = f" {document['_id']}" if collection == ATTEMPTS else ""
        raise UnreadableError(f"{collection}{named}: the field {wrong} cannot be read") from None


def away(exc: PyMongoError) -> RetryLater:
    """What was asked for may have happened, or not."""
    return RetryLater(f"MONGO_URI: the database does not answer ({type(exc).__name__})")
