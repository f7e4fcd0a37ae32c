"""Whoever reads a view while a replay takes its place gets the one or the other, whole, on a real MongoDB."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from schemas.runtime.mongo import QUERY_PLAN_KILLED, Database, aggregated, reread
from schemas.views import Document

pytestmark = pytest.mark.integration

VIEW = "calls"
DOCUMENTS = 5_000
SUMMED: list[Document] = [{"$unwind": "$legs"}, {"$group": {"_id": None, "legs": {"$sum": 1}}}]
WITHIN_MS = 60_000
WITHIN_S = 300.0
MET, PLACES = 3, 300
"""So many reads have to be in the way, within so many changes of place."""
BETWEEN = 2
"""Reads of each kind from one change of place to the next."""


async def bare(store: Database) -> list[Document]:
    return await (await store[VIEW].aggregate(SUMMED)).to_list()


async def test_a_read_that_loses_its_collection_is_made_anew(mongo_uri: str, database: str) -> None:
    """The control reads without asking again, and has to be in the way of several changes of place."""
    over = asyncio.Event()
    killed: list[int] = []
    sums: set[int] = set()
    found: set[int] = set()
    done: Counter[Callable[[Database], Awaitable[None]]] = Counter()

    async def control(store: Database) -> None:
        try:
            await bare(store)
        except OperationFailure as exc:
            killed.append(exc.code or 0)

    async def summed(store: Database) -> None:
        sums.add((await aggregated(store, VIEW, SUMMED, WITHIN_MS))[0]["legs"])

    async def listed(store: Database) -> None:
        found.add(len(await reread(lambda: store[VIEW].find(batch_size=500).to_list())))

    async def again(read: Callable[[Database], Awaitable[None]], store: Database) -> None:
        while not over.is_set():
            await read(store)
            done[read] += 1
            await asyncio.sleep(0)

    async with (
        AsyncMongoClient[dict[str, Any]](mongo_uri) as client,
        asyncio.timeout(WITHIN_S),
        asyncio.TaskGroup() as group,
    ):
        store = client[database]
        await store["made"].insert_many({"_id": number, "legs": [*range(20)]} for number in range(DOCUMENTS))
        await store["made"].aggregate([{"$out": VIEW}])
        reads = (summed, listed)
        for read in (control, *reads):
            group.create_task(again(read, store))
        places = 0
        while len(killed) < MET and places < PLACES:
            await store["made"].aggregate([{"$out": f"{VIEW}@again"}])
            before = Counter(done)
            await store[f"{VIEW}@again"].rename(VIEW, dropTarget=True)
            places += 1
            while min(done[read] - before[read] for read in reads) < BETWEEN:  # two promotions are never so near
                await asyncio.sleep(0.01)
        over.set()

    assert set(killed) == {QUERY_PLAN_KILLED}, f"{len(killed)} reads were in the way of {places} changes of place"
    assert (sums, found) == ({20 * DOCUMENTS}, {DOCUMENTS})
