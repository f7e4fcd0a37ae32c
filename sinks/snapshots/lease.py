"""Who writes snapshots: one process of all, by a document in MongoDB, whose clock alone counts.

Each holder has a term of its own. What it writes is one transaction with a look at the document: who was paused, and whose
lease another has taken meanwhile, finds another term there and writes nothing.
"""

from collections.abc import Sequence
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from schemas.runtime.mongo import Database
from schemas.views import LEASES, SNAPSHOTS, Document

LASTS_MS = 30_000
"""Longer than any single query of the stage."""


class FencedError(Exception):
    """Another process holds the lease: what this one knows may be old, and is not written."""


class Lease:
    """`holder`: the worker's name, for people; `run`: of this process alone. Raises PyMongoError."""

    def __init__(self, database: Database, holder: str, run: str) -> None:
        self._database = database
        self._holder = holder
        self._run = run

    async def prepare(self) -> None:
        """The document is there."""
        try:
            await self._database[LEASES].insert_one({"_id": SNAPSHOTS, "term": 0, "writes": 0, "run": ""})
        except DuplicateKeyError:
            return

    async def take(self) -> int | None:
        """The term in which this process holds the lease, for `LASTS_MS` from now; None while another does.

        Taken again by who holds it, its term stays.
        """
        mine = {"$eq": ["$run", self._run]}
        is_free = {"$lt": ["$until", "$$NOW"]}  # so is one that nobody ever held: nothing is less than any date
        changed = {
            "term": {"$cond": [mine, "$term", {"$add": ["$term", 1]}]},
            "run": self._run,
            "holder": self._holder,
            "until": {"$add": ["$$NOW", LASTS_MS]},
        }
        found = await self._database[LEASES].find_one_and_update(
            {"_id": SNAPSHOTS, "$expr": {"$or": [mine, is_free]}},
            [{"$set": changed}],
            return_document=ReturnDocument.AFTER,
        )
        return None if found is None else int(found["term"])

    async def write(self, term: int, rows: Sequence[Document]) -> int:
        """Those of `rows` that are not there yet; how many. What is there is never written again. Raises FencedError."""
        written: list[Document] = []
        async with self._database.client.start_session() as session, await session.start_transaction():
            await self._guard(term, session)
            names = [row["_id"] for row in rows]
            there = self._database[SNAPSHOTS].find({"_id": {"$in": names}}, {"_id": 1}, session=session)
            known = {one["_id"] async for one in there}
            written = [{**row, "term": term} for row in rows if row["_id"] not in known]
            if written:
                await self._database[SNAPSHOTS].insert_many(written, session=session)
        return len(written)

    async def thin(self, term: int, names: Sequence[str]) -> None:
        """Delete these rows. Raises FencedError."""
        async with self._database.client.start_session() as session, await session.start_transaction():
            await self._guard(term, session)
            await self._database[SNAPSHOTS].delete_many({"_id": {"$in": list(names)}}, session=session)

    async def _guard(self, term: int, session: Any) -> None:  # noqa: ANN401 - pymongo's session
        held = await self._database[LEASES].update_one(
            {"_id": SNAPSHOTS, "term": term, "run": self._run}, {"$inc": {"writes": 1}}, session=session
        )
        if held.matched_count == 0:
            raise FencedError(f"term {term} is over")
