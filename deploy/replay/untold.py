"""What has come to an end and only the live view still has: no topic tells it to a replay, which takes it along."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pymongo import UpdateOne

from deploy.replay.plan import REPLAYED, Replay, generation_of
from schemas.runtime.mongo import Database
from schemas.views import LIVING, Document
from sinks.views.epochs import GENERATION
from sinks.views.places import partition
from sinks.views.worker import GHOSTS

AT_ONCE = 1_000


async def carried(store: Database, plan: Replay) -> int:
    """How many documents came along. Only what the last reading anew of its partition did not tell, and did not take away.

    What was told since is the replay's to tell: where it does not, that is what it is for. Repeatable.
    """
    if plan.what not in GHOSTS or not plan.is_whole:
        return 0
    where = partial(partition, REPLAYED[plan.what])
    floors = [generation_of(plan, number) * GENERATION for number in range(plan.view.topic.partitions)]
    done = 0
    some: list[Document] = []
    async for one in store[plan.what].find(of_before(max(floors), GHOSTS[plan.what])):
        if one["version"] < floors[where(str(one["_id"]))]:
            some.append(one)
        if len(some) == AT_ONCE:
            done += await _put(store, plan, some)
            some = []
    return done + (await _put(store, plan, some) if some else 0)


def of_before(floor: int, ghosts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a `find`: of a version below `floor`, alive, and none of `ghosts`."""
    return {"$and": [{"version": {"$lt": floor}}, LIVING], "$nor": [ghosts]}


async def _put(store: Database, plan: Replay, documents: list[Document]) -> int:
    writes = [UpdateOne({"_id": one.pop("_id")}, {"$setOnInsert": one}, upsert=True) for one in documents]
    return (await store[plan.collection].bulk_write(writes, ordered=False)).upserted_count
