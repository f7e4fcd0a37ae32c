"""How an instance is written, by whomever: a new one unless its name is taken, a changed one unless it changed meanwhile."""

from typing import Literal

from pymongo.errors import DuplicateKeyError

from schemas.runtime.mongo import Database
from schemas.views import INSTANCES, Document

REMOVALS = "removals"
"""One document for each instance whose removal has begun and has not ended."""
Refused = Literal["taken", "removing"]


async def insert(database: Database, document: Document) -> Refused | None:
    """Write a new instance; why it was not written. Raises pymongo's errors."""
    key = {"_id": document["_id"]}
    if await database[REMOVALS].find_one(key):
        return "removing"
    try:
        await database[INSTANCES].insert_one(document)
    except DuplicateKeyError:
        return "taken"
    if await database[REMOVALS].find_one(key):  # a removal that began meanwhile has not seen ours
        await database[INSTANCES].delete_one(document)
        return "removing"
    return None


async def replace(database: Database, before: Document, after: Document) -> bool:
    """Write `after` if the instance still is `before`, to its last field. Whether it was. Raises pymongo's errors."""
    done = await database[INSTANCES].replace_one(before, after)
    return bool(done.matched_count)
