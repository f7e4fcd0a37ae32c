"""Who writes snapshots: one process of all, by a document in MongoDB, whose clock alone counts.

Each holder has a term of its own. What it writes is one transaction with a look at the document: who was paused, and whose
lease another has taken meanwhile, finds another term there and writes nothing.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bson.binary import UUID_SUBTYPE, Binary
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError, PyMongoError

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
        self._session = database.client.start_session()

    @property
    def _session_id(self) -> bytes:
        return bytes(self._session.session_id["id"])

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
        await self._unblock()
        mine = {"$eq": ["$run", self._run]}
        is_free = {"$lt": ["$until", "$$NOW"]}  # so is one that nobody ever held: nothing is less than any date
        changed = {
            "term": {"$cond": [mine, "$term", {"$add": ["$term", 1]}]},
            "run": self._run,
            "holder": self._holder,
            "until": {"$add": ["$$NOW", LASTS_MS]},
            "session": {"$literal": self._session_id},
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
        async with self._guarded(term):
            names = [row["_id"] for row in rows]
            there = self._database[SNAPSHOTS].find({"_id": {"$in": names}}, {"_id": 1}, session=self._session)
            known = {one["_id"] async for one in there}
            written = [{**row, "term": term} for row in rows if row["_id"] not in known]
            if written:
                await self._database[SNAPSHOTS].insert_many(written, session=self._session)
        return len(written)

    async def thin(self, term: int, names: Sequence[str]) -> None:
        """Delete these rows. Raises FencedError."""
        async with self._guarded(term):
            await self._database[SNAPSHOTS].delete_many({"_id": {"$in": list(names)}}, session=self._session)

    @asynccontextmanager
    async def _guarded(self, term: int) -> AsyncIterator[None]:
        """A transaction in which this process holds the lease, or which writes nothing."""
        mine = {"_id": SNAPSHOTS, "term": term, "run": self._run}
        try:
            async with await self._session.start_transaction():
                held = await self._database[LEASES].update_one(mine, {"$inc": {"writes": 1}}, session=self._session)
                if held.matched_count == 0:
                    raise FencedError(f"term {term} is over")
                yield
        except PyMongoError as exc:
            if exc.has_error_label("TransientTransactionError"):  # ended by who takes over, or by MongoDB
                raise FencedError(f"a transaction of term {term} was ended ({type(exc).__name__})") from exc
            raise

    async def _unblock(self) -> None:
        """Who was paused inside a transaction would hold the document for a minute more."""
        over = {"_id": SNAPSHOTS, "run": {"$ne": self._run}, "$expr": {"$lt": ["$until", "$$NOW"]}}
        found = await self._database[LEASES].find_one(over)
        if found is not None and found.get("session"):
            await self._database.client.admin.command({"killSessions": [{"id": Binary(found["session"], UUID_SUBTYPE)}]})
