"""Takes partitions over: finds where each goes on, or begins a new epoch. The shell round `sinks.views.epochs`."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CommitFailedError, IllegalStateError
from bson import Binary
from pymongo.errors import DuplicateKeyError
from ulid import ULID

from schemas.errors import RetryLater
from schemas.runtime import mongo
from schemas.runtime.kafka_login import connection
from schemas.views import EPOCHS
from sinks.views.epochs import FIRST, Committed, Share, anew, resumed, why_anew

Offsets = dict[TopicPartition, int]
log = structlog.get_logger()


class Away(RetryLater):
    """A peer does not answer: worth a try in a moment."""


class Worker(NamedTuple):
    """Who takes a partition: the worker's name, and one run of its process."""

    name: str
    run: str


@dataclass(frozen=True, slots=True)
class Shares:
    """The partitions of one view. `prepare` makes its collection ready, as often as partitions are taken."""

    view: str
    servers: str
    group: str
    reader: AIOKafkaConsumer
    database: mongo.Database
    worker: Worker
    prepare: Callable[[], Awaitable[None]]

    async def take(
        self,
        wanted: Collection[TopicPartition],
        session: bytes,
        had: Collection[TopicPartition],
        cut: Collection[TopicPartition],
    ) -> dict[TopicPartition, Share]:
        """Those that are still ours, each with the reader at `share.next`.

        `had`: this process held them before. `cut`: their topic was seen to begin anew. Raises Away, or RetryLater where
        another process of the same name has taken them.
        """
        await self.prepare()
        committed = await self._committed(wanted)
        begins: Offsets = await self.reader.beginning_offsets(list(wanted))
        ends: Offsets = await self.reader.end_offsets(list(wanted))
        found = await asyncio.gather(*(self._stored(tp) for tp in wanted))
        stored = dict(zip(wanted, found, strict=True))
        if any(one and tp in had and self._is_doubled(one) for tp, one in stored.items()):
            raise RetryLater(f"another process runs as views {self.worker.name}: give each a --name of its own")
        cut_off = dict.fromkeys(cut, "the topic began anew")
        why = {tp: cut_off.get(tp) or why_anew(one, committed.get(tp), ends[tp]) for tp, one in stored.items()}
        highest = await self._highest() if any(why.values()) else 0
        shares = {}
        for tp, one in stored.items():
            if one is None or why[tp]:
                share = anew(str(ULID()), one, committed.get(tp), highest, begin=begins[tp], end=ends[tp])
            else:
                share = resumed(one, begins[tp])
            shares[tp] = replace(share, holder=self.worker.name, run=self.worker.run, session=session, again=False)
        moved = await asyncio.gather(*(self._moved(tp, stored[tp], share) for tp, share in shares.items()))
        taken = {tp: share for (tp, share), ours in zip(shares.items(), moved, strict=True) if ours}
        if not await self._placed(taken, [tp for tp in taken if why[tp] or (stored[tp] and stored[tp].again)]):
            return {}
        for tp in (tp for tp in taken if why[tp]):
            tell = log.info if why[tp] == FIRST else log.warning
            tell("read_anew", view=self.view, topic=tp.topic, partition=tp.partition, until=taken[tp].until, why=why[tp])
        return taken

    def _is_doubled(self, share: Share) -> bool:
        return share.holder == self.worker.name and share.run != self.worker.run

    def name(self, tp: TopicPartition) -> str:
        """The `_id` of the partition's document."""
        return f"{self.view}:{tp.partition}"

    async def _stored(self, tp: TopicPartition) -> Share | None:
        document = await self.database[EPOCHS].find_one({"_id": self.name(tp)})
        return Share.of(document) if document else None

    async def _moved(self, tp: TopicPartition, stored: Share | None, share: Share) -> bool:
        """Whether the document was still as `stored` says."""
        if stored is None:
            try:
                await self.database[EPOCHS].insert_one({"_id": self.name(tp), "view": self.view, **share.fields})
            except DuplicateKeyError:
                return False
            return True
        if stored.session and stored.session != share.session:
            # A killed or paused worker's open transaction would hold its documents for a minute more
            await self.database.client.admin.command({"killSessions": [{"id": Binary(stored.session, 4)}]})
        seen = {"_id": self.name(tp), "epoch": stored.epoch, "next": stored.next, "run": stored.run}
        return (await self.database[EPOCHS].update_one(seen, {"$set": share.fields})).matched_count == 1

    async def _placed(self, taken: Mapping[TopicPartition, Share], renewed: Collection[TopicPartition]) -> bool:
        """Whether the partitions are still assigned to this worker."""
        try:
            for tp, share in taken.items():
                self.reader.seek(tp, share.next)
            if renewed:
                await self.reader.commit({tp: (taken[tp].next, taken[tp].mark) for tp in renewed})
        except (CommitFailedError, IllegalStateError):
            return False
        return True

    async def _committed(self, wanted: Collection[TopicPartition]) -> Mapping[TopicPartition, Committed]:
        # the consumer itself tells the offset alone
        admin = AIOKafkaAdminClient(**connection(self.servers))
        try:
            await admin.start()
            found = await admin.list_consumer_group_offsets(self.group, partitions=list(wanted))
        finally:
            await admin.close()
        if any(tp not in found for tp in wanted):  # aiokafka passes over "I am still loading"; that is not "none"
            raise Away(f"KAFKA_BOOTSTRAP_SERVERS: the broker does not tell what {self.group} has committed")
        return {tp: Committed(one.offset, one.metadata) for tp, one in found.items() if one.offset >= 0}

    async def _highest(self) -> int:
        """The highest version that is stored. Looks at every document: only a new epoch asks."""
        found = await self.database[self.view].aggregate([{"$group": {"_id": None, "version": {"$max": "$version"}}}])
        return max([int(one["version"] or 0) async for one in found], default=0)
