"""The MongoDB client of a stage, and the small collections that several stages read: instances, promises, blocklist."""

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import date

from pydantic import ValidationError
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from schemas.controls import BLOCKLIST, PROMISES, Block, Controls, Promise
from schemas.erp.connections import CONNECTIONS
from schemas.errors import StopWorker
from schemas.instances import Instance, wrong_field
from schemas.runtime.settings import HINTS, MongoSettings
from schemas.views import INSTANCES, Document

Database = AsyncDatabase[Document]
Collection = AsyncCollection[Document]
SERVER_SELECTION_MS = 5_000


def connect(settings: MongoSettings) -> Database:
    """A lazy client: nothing is contacted before the first operation. Datetimes come back aware, in UTC.

    Raises StopWorker where `MONGO_URI` is none; its text, which holds the password, is never shown.
    """
    try:
        client: AsyncMongoClient[Document] = AsyncMongoClient(
            settings.mongo_uri, tz_aware=True, serverSelectionTimeoutMS=SERVER_SELECTION_MS
        )
    except (PyMongoError, ValueError) as exc:
        raise StopWorker(f"MONGO_URI is wrong ({type(exc).__name__}): set it to {HINTS['mongo_uri']}") from None
    return client[settings.mongo_database]


async def instances(database: Database) -> tuple[dict[str, Instance], dict[str, str]]:
    """The valid instances by name, and for each invalid one the field that is wrong."""
    found: dict[str, Instance] = {}
    wrong: dict[str, str] = {}
    async for document in database[INSTANCES].find():
        name = str(document.pop("_id"))
        try:
            found[name] = Instance.model_validate(document)
        except ValidationError as exc:
            wrong[name] = wrong_field(exc)
    return found, wrong


async def sealed_secrets(database: Database) -> AsyncIterator[tuple[str, str, str]]:
    """Each secret of each instance, invalid ones too: the instance's name, the field in `erp`, the ciphertext."""
    async for document in database[INSTANCES].find():
        erp = document["erp"] if isinstance(document.get("erp"), dict) else {}
        kind = CONNECTIONS.get(str(erp.get("kind")))
        for field in kind.secret_fields if kind else ():
            if isinstance(text := erp.get(field), str) and text:
                yield str(document["_id"]), field, text


async def controls(database: Database, today: date) -> dict[str, Controls]:
    """What people decided, by instance. Promises that ended before `today` minus a day in any zone are left out."""
    promises: dict[str, dict[str, date]] = defaultdict(dict)
    people: dict[str, set[str]] = defaultdict(set)
    phones: dict[str, set[str]] = defaultdict(set)
    since = date.fromordinal(today.toordinal() - 1).isoformat()
    async for document in database[PROMISES].find({"until": {"$gte": since}}, {"_id": 0}):
        promise = Promise.model_validate(document)
        promises[promise.instance][promise.code] = promise.until
    async for document in database[BLOCKLIST].find({}, {"_id": 0}):
        block = Block.model_validate(document)
        people[block.instance].add(block.person)
        phones[block.instance].add(block.phone)
    return {
        name: Controls(promises[name], frozenset(people[name] - {""}), frozenset(phones[name] - {""}))
        for name in promises.keys() | people.keys() | phones.keys()
    }
