"""The MongoDB client of a stage, and the small collections that several stages read: instances, promises, blocklist."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import TypeVar

from pydantic import ValidationError
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure, PyMongoError

from schemas.calling.gather import Unreadable, gathered
from schemas.controls import BLOCKLIST, PROMISES, AllControls
from schemas.errors import StopWorker
from schemas.instances import Instance, wrong_field
from schemas.runtime.settings import HINTS, MongoSettings
from schemas.secret_fields import at, secret_fields
from schemas.views import INSTANCES, Document

Database = AsyncDatabase[Document]
Collection = AsyncCollection[Document]
SERVER_SELECTION_MS = 5_000
READ_WHATEVER_IT_IS: Document = {
    "tz_aware": True,
    "datetime_conversion": "DATETIME_AUTO",
    "unicode_decode_error_handler": "replace",
}
"""An instant beyond the year 9999 or broken text in one document would else fail the reading of all."""
QUERY_PLAN_KILLED = 175
"""MongoDB's code where the collection goes while it is read, as that of a view does when a replay takes its place."""
T = TypeVar("T")
ISO_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def connect(settings: MongoSettings) -> Database:
    """A lazy client: nothing is contacted before the first operation. Datetimes come back aware, in UTC.

    Raises StopWorker where `MONGO_URI` is none; its text, which holds the password, is never shown.
    """
    try:
        client: AsyncMongoClient[Document] = AsyncMongoClient(
            settings.mongo_uri, serverSelectionTimeoutMS=SERVER_SELECTION_MS, **READ_WHATEVER_IT_IS
        )
    except OSError as exc:  # of a file that it names, such as tlsCAFile
        reason = f"{exc.filename}: {exc.strerror}" if exc.filename else "a file of its TLS holds no certificate in PEM"
        raise StopWorker(f"MONGO_URI names what cannot be read ({reason}): mend the path, or the file") from None
    except (PyMongoError, ValueError) as exc:
        raise StopWorker(f"MONGO_URI is wrong ({type(exc).__name__}): set it to {HINTS['mongo_uri']}") from None
    return client[settings.mongo_database]


async def require_transactions(database: Database) -> None:
    """Raises StopWorker where MongoDB has none."""
    hello = await database.client.admin.command("hello")
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise StopWorker("MONGO_URI: transactions need a replica set (one node is enough): start mongod with --replSet")


async def reread(read: Callable[[], Awaitable[T]]) -> T:
    """What `read` gives; it is asked once more where a replay took the place of what it was reading. Raises PyMongoError."""
    try:
        return await read()
    except OperationFailure as exc:
        if exc.code != QUERY_PLAN_KILLED:
            raise
    return await read()


async def aggregated(database: Database, view: str, pipeline: list[Document], within_ms: int) -> list[Document]:
    """What `pipeline` gives over `view`, whole. Raises PyMongoError."""

    async def ask() -> list[Document]:
        return await (await database[view].aggregate(pipeline, maxTimeMS=within_ms)).to_list()

    return await reread(ask)


async def instances(database: Database) -> tuple[dict[str, Instance], dict[str, str]]:
    """The valid instances by name, and for each invalid one the field that is wrong."""
    found: dict[str, Instance] = {}
    wrong: dict[str, str] = {}
    async for document in database[INSTANCES].find():
        name = str(document.pop("_id"))
        try:
            found[name] = Instance.model_validate(document, extra="ignore")  # a newer version may have added a field
        except ValidationError as exc:
            wrong[name] = wrong_field(exc)
    return found, wrong


async def sealed_secrets(database: Database) -> AsyncIterator[tuple[str, str, str]]:
    """Each secret of each instance, invalid ones too: the instance's name, the dotted field, the ciphertext."""
    async for document in database[INSTANCES].find():
        for field in secret_fields(document):
            if isinstance(text := at(document, field), str) and text:
                yield str(document["_id"]), field, text


async def controls(database: Database, since: date) -> tuple[AllControls, tuple[Unreadable, ...]]:
    """What people decided, and which documents of it cannot be read. Promises that ended before `since` are left out."""
    ended = {"$lt": since.isoformat(), "$regex": ISO_DAY, "$not": {"$type": "array"}}  # text alone: the rest is unreadable
    promises = await database[PROMISES].find({"$nor": [{"until": ended}]}).to_list()
    blocks = await database[BLOCKLIST].find().to_list()
    return gathered(promises, blocks)
