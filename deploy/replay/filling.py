"""A topic's records into the replay's collection, each piece in one transaction with how far it was read."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from pymongo import UpdateOne

from deploy.replay.plan import REPLAYED, Replay, generation_of
from deploy.replay.wanted import Wanted
from schemas.errors import StopWorker
from schemas.records import Timed
from schemas.runtime.mongo import Database
from schemas.views import GRAVES, REPLAYS, Document
from sinks.views.epochs import GENERATION
from sinks.views.ghosts import lay
from sinks.views.indexes import ensure_indexes
from sinks.views.pieces import Piece, pieces
from sinks.views.places import partition
from sinks.views.worker import EXPIRIES
from sinks.views.writes import batch

WAIT_MS = 500
RECORDS = 5_000
CHANGED = {"debtors": "changed_at", "queue": "decided_at"}
Step = Callable[[int], None]


class Filling:
    """One replay's collection."""

    def __init__(self, store: Database, source: AIOKafkaConsumer, plan: Replay, wanted: Wanted, step: Step) -> None:
        self._store = store
        self._source = source
        self._plan = plan
        self._wanted = wanted
        self._step = step
        self._view = plan.view
        self._to = store[plan.collection]

    async def prepare(self) -> None:
        """The collection with the indexes of the view."""
        live = REPLAYED[self._plan.what].topic
        await ensure_indexes(self._view, EXPIRIES.get(live.name, (GRAVES,)), self._to)

    async def fill(self, number: int, until: int) -> None:
        """Up to the offset `until`. Raises StopWorker where another process fills it too."""
        tp = TopicPartition(self._view.topic.name, number)
        at = self._plan.filled.get(str(number), 0)
        async for piece, read in self._pieces(tp, at, until):
            await self._write(number, at, piece, min(piece.after[tp], until))
            at = min(piece.after[tp], until)
            self._step(read)

    async def _pieces(self, tp: TopicPartition, start: int, until: int) -> AsyncIterator[tuple[Piece, int]]:
        """And how far each has come."""
        self._source.assign([tp])
        await self._source.seek_to_beginning(tp)
        at = await self._source.position(tp)
        if start > at:
            self._source.seek(tp, start)
            at = start
        while at < until:
            got: Sequence[Timed] = (await self._source.getmany(tp, timeout_ms=WAIT_MS, max_records=RECORDS)).get(tp, [])
            found = [record for record in got if record.offset < until and self._wanted(record.key)]
            for piece in pieces({tp: found}, {tp: await self._source.position(tp)}):
                yield piece, piece.after[tp] - at
                at = piece.after[tp]

    async def _write(self, number: int, before: int, piece: Piece, after: int) -> None:
        floor = generation_of(self._plan, number) * GENERATION
        made = batch(self._view, piece.records, lambda record: floor + record.offset, datetime.now(UTC))
        place = f"filled.{number}"
        seen: Document = (
            {"_id": self._plan.id, place: before} if before else {"_id": self._plan.id, place: {"$in": [None, 0]}}
        )
        move = UpdateOne(seen, {"$set": {place: after}, "$inc": {"letters": len(made.letters)}})

        async def write(session: Any) -> int:  # noqa: ANN401 - pymongo's own
            moved = await self._store[REPLAYS].bulk_write([move], session=session)
            if moved.matched_count and made.newest:
                await self._to.bulk_write(made.writes(), ordered=False, session=session)
            return moved.matched_count

        async with self._store.client.start_session() as session:
            if not await session.with_transaction(write):
                raise StopWorker(f"another process goes on with {self._plan.id}: this one ends")

    async def cut(self, number: int, since: int) -> None:
        """Without what has not changed since: `since` is the offset from which records count."""
        floor = generation_of(self._plan, number) * GENERATION + since
        await lay(self._to, floor, partial(self._is_in, number))

    async def cut_by_time(self) -> None:
        """The same of states, whose own topic is younger than what they tell."""
        await self._to.delete_many({CHANGED[self._plan.what]: {"$lt": self._plan.since}})

    def _is_in(self, number: int, name: str) -> bool:
        return partition(self._view, name) == number
