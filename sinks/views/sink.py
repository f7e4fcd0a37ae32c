"""One view: read, written in one transaction with how far it was read, then committed.

The transaction first moves `next` of each partition's document in `view_epochs` from where it was when this worker read. Who
is late, because he was paused or another has taken over, finds it elsewhere: his transaction writes nothing. So the order of
a partition is the order of its writes, whatever any clock says. While MongoDB writes a piece, the next one is read and made.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError
from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError, PyMongoError

from schemas.errors import RetryLater
from schemas.records import Timed
from schemas.runtime import mongo
from schemas.runtime.kafka import bury
from schemas.runtime.progress import Loop
from schemas.runtime.spans import SPANS
from schemas.views import EPOCHS, LIVING
from schemas.ways import passing
from sinks.views.epochs import Share
from sinks.views.ghosts import lay
from sinks.views.reading import PATIENT, POLL_MS, Held, Read, Reading, away
from sinks.views.shares import Shares
from sinks.views.writes import DUPLICATE_KEY, Batch, Version, refused

TRANSIENT = "TransientTransactionError"
AT_A_STRETCH = 10
"""Less than 1 ms of work: an exchange with MongoDB is a handful of turns of the loop, and each waits for a stretch."""
log = structlog.get_logger()

ToBatch = Callable[[Iterable[Timed], Version, datetime], Batch]
Partition = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Made:
    """A piece, and what all of it writes."""

    read: Read
    batch: Batch


class Sink:
    """`partition` tells where a document's records are.

    `ghosts`: what goes where a reading anew did not tell it; the rest stays.
    """

    def __init__(
        self,
        shares: Shares,
        sender: AIOKafkaProducer,
        make: ToBatch,
        partition: Partition,
        ghosts: Mapping[str, Any] = LIVING,
    ) -> None:
        self.reading = Reading(shares)
        self._shares = shares
        self._sender = sender
        self._to: mongo.Collection = shares.database[shares.view]
        self._make = make
        self._partition = partition
        self._ghosts = ghosts
        self._growing = False  # most documents of the last piece were new
        self._waiting: deque[Read] = deque()  # read, but not made

    async def drain(self, loop: Loop) -> None:
        """Run until cancelled. Raises RetryLater when a peer was away for too long; nothing unwritten is committed."""
        async with self._shares.database.client.start_session() as session:
            coming = asyncio.create_task(self._next(session))
            try:
                while True:
                    made = await coming
                    coming = asyncio.create_task(self._next(session))
                    if made is not None:
                        await self._through(session, made)
                    (loop.idle if made is None else loop.turned)(within=POLL_MS / 1000)
            finally:
                coming.cancel()
                await asyncio.wait([coming])

    async def _next(self, session: AsyncClientSession) -> Made | None:
        """The next piece; None where nothing came within half a second."""
        if not self._waiting:
            self._waiting.extend(await self.reading.read(session))
        if not self._waiting:
            return None
        one = self._waiting.popleft()
        return Made(one, await self._batch(one, one.piece.records))

    async def _batch(self, one: Read, records: Sequence[Timed]) -> Batch:
        """What `records` of the piece write. Between two stretches what MongoDB waits for can be sent."""
        whole = Batch({}, [])
        now = datetime.now(UTC)
        by_partition = {tp.partition: held.share for tp, held in one.held.items()}
        for start in range(0, len(records), AT_A_STRETCH):
            part = records[start : start + AT_A_STRETCH]
            whole.take(self._make(part, lambda record: by_partition[record.partition].version(record.offset), now))
            await asyncio.sleep(0)
        return whole

    async def _through(self, session: AsyncClientSession, made: Made) -> None:
        one, batch, began = made.read, made.batch, SPANS.now()
        after = {tp: at for tp, at in one.piece.after.items() if self.reading.holds(tp, one.held[tp])}
        ours = {tp.partition for tp in after}
        if len(after) < len(one.piece.after):
            batch = await self._batch(one, [record for record in one.piece.records if record.partition in ours])
        shares = {tp: one.held[tp].share for tp in after}
        if batch.letters:
            await bury(self._sender, batch.letters)
        moves = [
            UpdateOne(
                # a replay may have taken the view's place exactly where it was: it is taken anew then too
                {"_id": self._shares.name(tp), "epoch": share.epoch, "next": share.next, "again": {"$ne": True}},
                {"$set": {"next": after[tp]}},
            )
            for tp, share in shares.items()
        ]
        if moves and not await PATIENT(self._written, session, moves, batch):
            log.info("partition_lost", view=self._shares.view)
            self.reading.let_go()
            return
        ways = passing((record for record in one.piece.records if record.partition in ours), SPANS.one_in)
        SPANS.passed(ways, began, self._shares.view)
        for tp, at in after.items():
            one.held[tp].share = replace(shares[tp], next=at)
        await self._commit({tp: (at, shares[tp].mark) for tp, at in after.items()})
        for tp in after:
            await self._whole(tp, one.held[tp])

    async def _written(self, session: AsyncClientSession, moves: Sequence[UpdateOne], made: Batch) -> bool:
        """False where a partition is not where this worker left it. Raises RetryLater."""
        try:
            async with await session.start_transaction():
                moved = await self._shares.database[EPOCHS].bulk_write(moves, ordered=False, session=session)
                if moved.matched_count != len(moves):
                    await session.abort_transaction()
                    return False
                if made.newest:
                    held = await self._stored(session, list(made.newest)) if self._growing else None
                    done = await self._to.bulk_write(made.writes(held), ordered=False, session=session)
                    self._growing = 2 * (done.inserted_count + done.upserted_count) > len(made.newest)
        except BulkWriteError as exc:
            if exc.has_error_label(TRANSIENT) or any(one["code"] == DUPLICATE_KEY for one in exc.details["writeErrors"]):
                raise away(exc) from exc
            raise RetryLater(f"MongoDB refuses {refused(exc.details.get('writeErrors', []))} of {self._to.name}") from exc
        except PyMongoError as exc:
            raise away(exc) from exc
        return True

    async def _stored(self, session: AsyncClientSession, names: list[str]) -> set[str]:
        there = self._to.find({"_id": {"$in": names}}, {"_id": 1}, batch_size=len(names) + 1, session=session)
        return {one["_id"] async for one in there}

    async def _commit(self, offsets: Mapping[TopicPartition, tuple[int, str]]) -> None:
        try:
            if offsets:
                await self._shares.reader.commit(dict(offsets))
        except (CommitFailedError, IllegalStateError):
            log.info("partition_lost", view=self._shares.view)  # its new owner goes on from what is written
            self.reading.let_go()

    async def _whole(self, tp: TopicPartition, held: Held) -> None:
        """At the end of reading anew: what no record has told again goes."""
        share = held.share
        if share.until is None or share.next < share.until:
            return
        # A read under way ends where somebody drops the collection; what is laid once more is not there any more
        gone = await PATIENT(self._laid, tp, share)
        held.share = replace(share, until=None)
        log.info("whole", view=self._shares.view, topic=tp.topic, partition=tp.partition, ghosts=gone)

    async def _laid(self, tp: TopicPartition, share: Share) -> int:
        try:
            gone = await lay(self._to, share.floor, lambda name: self._partition(name) == tp.partition, self._ghosts)
            mine = {"_id": self._shares.name(tp), "epoch": share.epoch}
            await self._shares.database[EPOCHS].update_one(mine, {"$set": {"until": None}})
        except PyMongoError as exc:
            raise away(exc) from exc
        return gone
