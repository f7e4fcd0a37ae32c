"""One view: read, written in one transaction with how far it was read, then committed.

The transaction first moves `next` of each partition's document in `view_epochs` from where it was when this worker read. Who
is late, because he was paused or another has taken over, finds it elsewhere: his transaction writes nothing. So the order of
a partition is the order of its writes, whatever any clock says. While a piece is being written the next ones are read.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import stamina
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from pymongo import UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import BulkWriteError, PyMongoError

from schemas.errors import RetryLater
from schemas.runtime import mongo
from schemas.runtime.kafka import bury
from schemas.runtime.progress import Loop
from schemas.views import EPOCHS
from sinks.views.epochs import Share
from sinks.views.ghosts import lay
from sinks.views.pieces import Piece, pieces
from sinks.views.shares import Away, Shares
from sinks.views.writes import DUPLICATE_KEY, Batch, Record, Version, refused

POLL_MS = 500
RECORDS = 2_000
LOOK_S = 10.0
"""So often a view without records asks whether MongoDB still knows it."""
PATIENCE = timedelta(seconds=60)
TRANSIENT = "TransientTransactionError"
log = structlog.get_logger()

ToBatch = Callable[[Iterable[Record], Version, datetime], Batch]
Partition = Callable[[str], int]


@dataclass(slots=True, eq=False)
class Held:
    """A partition since it was taken. `read`: where the reader is."""

    share: Share
    read: int


@dataclass(frozen=True, slots=True)
class Read:
    """A piece and the partitions as they were held when it was read."""

    piece: Piece
    held: Mapping[TopicPartition, Held]


class Sink:
    """`partition` tells where a document's records are.

    `kept`: versions from here on stay, though a reading anew did not tell them.
    """

    def __init__(
        self, shares: Shares, sender: AIOKafkaProducer, make: ToBatch, partition: Partition, kept: int | None = None
    ) -> None:
        self._shares = shares
        self._reader: AIOKafkaConsumer = shares.reader
        self._sender = sender
        self._to: mongo.Collection = shares.database[shares.view]
        self._make = make
        self._partition = partition
        self._kept = kept
        self._held: dict[TopicPartition, Held] = {}
        self._had: set[TopicPartition] = set()
        self._cut: set[TopicPartition] = set()
        self._turn = 0
        self._looked = time.monotonic()
        self._growing = False  # most documents of the last piece were new

    def let_go(self, _: Collection[TopicPartition] = ()) -> None:
        """The group shares out anew, or a document was not as this worker left it: each partition is looked at again."""
        self._held.clear()
        self._turn += 1

    async def drain(self, loop: Loop) -> None:
        """Run until cancelled. Raises RetryLater when a peer was away for too long; nothing unwritten is committed."""
        async with self._shares.database.client.start_session() as session:
            coming = asyncio.create_task(self._read(session))
            try:
                while True:
                    found = await coming
                    coming = asyncio.create_task(self._read(session))
                    for one in found:
                        await self._through(session, one)
                    (loop.turned if found else loop.idle)(within=POLL_MS / 1000)
            finally:
                coming.cancel()
                await asyncio.wait([coming])

    # --- reading

    async def _read(self, session: AsyncClientSession) -> list[Read]:
        if fresh := self._reader.assignment() - self._held.keys():
            patient = stamina.AsyncRetryingCaller(attempts=None, timeout=PATIENCE)
            await patient(Away, self._take, session, fresh)
        held = dict(self._held)
        try:
            got = await self._reader.getmany(*held, timeout_ms=POLL_MS, max_records=RECORDS)
            found = {tp: records for tp, records in got.items() if self._is_ours(tp, held, records)}
            after = await self._moved(held)
        except IllegalStateError:  # the group shared out anew meanwhile
            self.let_go()
            return []
        return [Read(piece, held) for piece in pieces(found, after)]

    async def _take(self, session: AsyncClientSession, fresh: Collection[TopicPartition]) -> None:
        turn = self._turn
        try:
            taken = await self._shares.take(fresh, bytes(session.session_id["id"]), self._had, self._cut)
        except PyMongoError as exc:
            raise _away(exc) from exc
        except KafkaError as exc:
            raise Away(f"KAFKA_BOOTSTRAP_SERVERS: the broker does not answer ({type(exc).__name__})") from exc
        if turn == self._turn:
            self._held |= {tp: Held(share, share.next) for tp, share in taken.items()}
            self._had |= taken.keys()
            self._cut -= taken.keys()

    def _is_ours(self, tp: TopicPartition, held: Mapping[TopicPartition, Held], records: Sequence[Record]) -> bool:
        if tp not in held or self._held.get(tp) is not held[tp]:
            return False
        return self._goes_on(tp, held[tp], records[0].offset)

    def _goes_on(self, tp: TopicPartition, one: Held, at: int) -> bool:
        if at < one.read:  # out of range, the reader begins again: the topic was made anew
            self._cut.add(tp)
            self._held.pop(tp, None)
            return False
        return True

    async def _moved(self, held: Mapping[TopicPartition, Held]) -> dict[TopicPartition, int]:
        """Where the reader is, of partitions where it has moved or that are being read anew; now and then of all."""
        look = time.monotonic() - self._looked > LOOK_S
        found = {}
        for tp, one in held.items():
            if self._held.get(tp) is one:
                at = await self._reader.position(tp)
                if not self._goes_on(tp, one, at):
                    continue
                if look or at != one.read or (one.share.until is not None and at >= one.share.until):
                    found[tp] = one.read = at
        if look:
            self._looked = time.monotonic()
        return found

    # --- writing

    async def _through(self, session: AsyncClientSession, one: Read) -> None:
        after = {tp: at for tp, at in one.piece.after.items() if self._held.get(tp) is one.held[tp]}
        records = [record for record in one.piece.records if TopicPartition(record.topic, record.partition) in after]
        shares = {tp: one.held[tp].share for tp in after}
        by_partition = {tp.partition: share for tp, share in shares.items()}
        made = self._make(records, lambda record: by_partition[record.partition].version(record.offset), datetime.now(UTC))
        if made.letters:
            await bury(self._sender, made.letters)
        moves = [
            UpdateOne(
                {"_id": self._shares.name(tp), "epoch": share.epoch, "next": share.next}, {"$set": {"next": after[tp]}}
            )
            for tp, share in shares.items()
        ]
        patient = stamina.AsyncRetryingCaller(attempts=None, timeout=PATIENCE)
        if moves and not await patient(Away, self._written, session, moves, made):
            log.info("partition_lost", view=self._shares.view)
            self.let_go()
            return
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
                raise _away(exc) from exc
            raise RetryLater(f"MongoDB refuses {refused(exc.details.get('writeErrors', []))} of {self._to.name}") from exc
        except PyMongoError as exc:
            raise _away(exc) from exc
        return True

    async def _stored(self, session: AsyncClientSession, names: list[str]) -> set[str]:
        there = self._to.find({"_id": {"$in": names}}, {"_id": 1}, batch_size=len(names) + 1, session=session)
        return {one["_id"] async for one in there}

    async def _commit(self, offsets: Mapping[TopicPartition, tuple[int, str]]) -> None:
        try:
            if offsets:
                await self._reader.commit(dict(offsets))
        except (CommitFailedError, IllegalStateError):
            log.info("partition_lost", view=self._shares.view)  # its new owner goes on from what is written
            self.let_go()

    async def _whole(self, tp: TopicPartition, held: Held) -> None:
        """At the end of reading anew: what no record has told again goes."""
        share = held.share
        if share.until is None or share.next < share.until:
            return
        try:
            floor = share.floor if self._kept is None else self._kept
            gone = await lay(self._to, floor, lambda name: self._partition(name) == tp.partition)
            mine = {"_id": self._shares.name(tp), "epoch": share.epoch}
            await self._shares.database[EPOCHS].update_one(mine, {"$set": {"until": None}})
        except PyMongoError as exc:
            raise _away(exc) from exc
        held.share = replace(share, until=None)
        log.info("whole", view=self._shares.view, topic=tp.topic, partition=tp.partition, ghosts=gone)


def _away(exc: PyMongoError) -> Away:
    return Away(f"MONGO_URI: the database does not answer ({type(exc).__name__})")
