"""What a worker holds of one view, and the reading of it: who is not sure where a partition is takes it anew."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import stamina
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import PyMongoError

from schemas.records import Timed
from sinks.views.epochs import Share
from sinks.views.pieces import Piece, pieces
from sinks.views.shares import Away, Shares

POLL_MS = 500
RECORDS = 2_000
LOOK_S = 10.0
"""So often a view without records asks whether MongoDB still knows it."""
PATIENT = stamina.AsyncRetryingCaller(attempts=None, timeout=timedelta(seconds=60)).on(Away)
"""Calls once more while a peer is away; so long at most."""


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


class Reading:
    """The partitions of one view that this worker holds."""

    def __init__(self, shares: Shares) -> None:
        self._shares = shares
        self._reader: AIOKafkaConsumer = shares.reader
        self._held: dict[TopicPartition, Held] = {}
        self._had: set[TopicPartition] = set()
        self._cut: set[TopicPartition] = set()
        self._turn = 0
        self._looked = time.monotonic()

    def let_go(self, _: Collection[TopicPartition] = ()) -> None:
        """The group shares out anew, or a document was not as this worker left it: each partition is looked at again."""
        self._held.clear()
        self._turn += 1

    def holds(self, tp: TopicPartition, held: Held) -> bool:
        """Whether nothing has happened to the partition since."""
        return self._held.get(tp) is held

    async def read(self, session: AsyncClientSession) -> list[Read]:
        """What came within half a second. Raises RetryLater, Away where a peer was away for a minute."""
        if fresh := self._reader.assignment() - self._held.keys():
            await PATIENT(self._take, session, fresh)
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
            raise away(exc) from exc
        except KafkaError as exc:
            raise Away(f"KAFKA_BOOTSTRAP_SERVERS: the broker does not answer ({type(exc).__name__})") from exc
        if turn == self._turn:
            self._held |= {tp: Held(share, share.next) for tp, share in taken.items()}
            self._had |= taken.keys()
            self._cut -= taken.keys()

    def _is_ours(self, tp: TopicPartition, held: Mapping[TopicPartition, Held], records: Sequence[Timed]) -> bool:
        if tp not in held or not self.holds(tp, held[tp]):
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
            if self.holds(tp, one):
                at = await self._reader.position(tp)
                if not self._goes_on(tp, one, at):
                    continue
                if look or at != one.read or (one.share.until is not None and at >= one.share.until):
                    found[tp] = one.read = at
        if look:
            self._looked = time.monotonic()
        return found


def away(exc: PyMongoError) -> Away:
    """MongoDB is."""
    return Away(f"MONGO_URI: the database does not answer ({type(exc).__name__})")
