"""Documents that a partition read anew did not tell again: nobody's, and they go."""

from collections.abc import Callable, Mapping
from typing import Any

from schemas.runtime.mongo import Collection
from schemas.views import LIVING

AT_ONCE = 1_000


async def lay(to: Collection, floor: int, ours: Callable[[str], bool], only: Mapping[str, Any] = LIVING) -> int:
    """Delete what is of a version below `floor` and `ours` by its `_id`; how many. Graves stay until they expire.

    `only`: what else a document must be.
    """
    gone = 0
    names: list[str] = []
    async for one in to.find({"$and": [{"version": {"$lt": floor}}, LIVING, only]}, {"_id": 1}):
        if ours(str(one["_id"])):
            names.append(one["_id"])
        if len(names) == AT_ONCE:
            gone += await _delete(to, floor, names)
            names = []
    return gone + await _delete(to, floor, names) if names else gone


async def _delete(to: Collection, floor: int, names: list[str]) -> int:
    return (await to.delete_many({"_id": {"$in": names}, "version": {"$lt": floor}})).deleted_count
