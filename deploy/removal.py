"""A provider taken out: its rows and calls erased at their source, and everything that stages made of them gone by itself.

The order is what makes it safe to cut at any moment: a marker in `removals`, then the instance itself, so that pollers let
go; then the transactional id of its rows is taken over, which fences a poller that still sweeps; then tombstones. Every step
looks at what is there, so running it again goes on where it was cut. The marker goes last.

Calls that are going on end first: what becomes of one ends its marks in the ledger, and without that a person who is a
client of another instance too would count as being rung for days. The marks themselves stay, for a person's limits outlive
an instance.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.clients import database, reader
from deploy.instances import document_of
from deploy.lasting import note_outlived
from deploy.living import WATCHED, Living, Notes, portions
from producers.erp.lease import identity
from schemas.attempts import ATTEMPTS, AttemptState
from schemas.beliefs import BELIEFS
from schemas.controls import BLOCKLIST, PROMISES
from schemas.errors import RetryLater, StopWorker
from schemas.pabx import PABX_HOLDS
from schemas.runtime.arming import PABX_TESTS
from schemas.runtime.instance_store import REMOVALS
from schemas.runtime.mongo import Database
from schemas.runtime.settings import KafkaSettings, MongoSettings
from schemas.runtime.transactions import Writer
from schemas.suppression import SUPPRESSED
from schemas.topics import REQUESTS
from schemas.views import INSTANCES, LEASES, REPLAYS, SNAPSHOTS, VIEWS

AT_ONCE = 5_000
FETCH_MS, FETCH_RECORDS = 500, 20_000
LOOK_EVERY_S = 0.5
TRY_AGAIN_S = 2.0
OPEN: tuple[AttemptState, ...] = ("reserving", "reserved", "ringing")

OF_INSTANCES = [view.name for view in VIEWS if view.topic in WATCHED]
Query = Mapping[str, Any]


L = TypeVar("L", bound=Notes)
Tell = Callable[[Mapping[str, int]], None]
"""Hears what is left: living keys by topic, documents by view; nothing at the end."""


class RemoveSettings(KafkaSettings, MongoSettings):
    """Broker and database."""


async def remove(settings: RemoveSettings, name: str, tell: Tell, *, keep_blocklist: bool = False) -> dict[str, int]:
    """Ends when nothing is left of the instance; what else went, by collection. Raises StopWorker where there is none."""
    async with database(settings) as store, reader(settings.kafka_bootstrap_servers) as consumer:
        await _begin(store, name, keep_blocklist=keep_blocklist)
        watch = Watch(consumer, Living(name))
        await note_outlived(store, {"instance": name}, watch.living)
        await _emptied(settings.kafka_bootstrap_servers, store, watch, name, tell)
        return {ATTEMPTS: watch.attempts, **await _forget(store, name)}


async def _begin(store: Database, name: str, *, keep_blocklist: bool) -> None:
    """The marker first: from then on no instance of this name can be added."""
    if left := [str(one["_id"]) async for one in store[REPLAYS].find({}, {"_id": 1})]:
        raise StopWorker(f"replays hold its rows too: `collector replay --drop {left[0]}` first ({len(left)} in all)")
    if await store[REMOVALS].find_one({"_id": name}) is None:
        await document_of(store, name)
        marker = {"began": datetime.now(UTC), "keep_blocklist": keep_blocklist}
        await store[REMOVALS].update_one({"_id": name}, {"$setOnInsert": marker}, upsert=True)
    elif keep_blocklist:
        await store[REMOVALS].update_one({"_id": name}, {"$set": {"keep_blocklist": True}})
    await store[INSTANCES].delete_one({"_id": name})


class Watch(Generic[L]):
    """Reads every topic that may hold something of whoever leaves, once, and then what comes."""

    def __init__(self, consumer: AIOKafkaConsumer, living: L) -> None:
        self._consumer = consumer
        self._tps = [
            TopicPartition(topic.name, number) for topic in (*WATCHED, REQUESTS) for number in range(topic.partitions)
        ]
        self._consumer.assign(self._tps)
        self.living = living
        self.attempts = 0

    async def catch_up(self) -> None:
        """Until the end of now."""
        ends = await self._consumer.end_offsets(self._tps)
        while any([await self._consumer.position(tp) < end for tp, end in ends.items()]):
            for records in (await self._consumer.getmany(timeout_ms=FETCH_MS, max_records=FETCH_RECORDS)).values():
                for record in records:
                    self.living.note(record)


async def _emptied(servers: str, store: Database, watch: Watch[Living], name: str, tell: Tell) -> None:
    """Erase until nothing lives, twice in a row with a takeover between: nobody's write can come after that."""
    quiet = False
    while True:
        writer = Writer(servers, identity(name))
        try:
            await writer.open()
            again = await _followed(writer, store, watch, name, tell)
        except RetryLater:  # a poller took over that has not read yet that the instance is gone
            again = True
            await asyncio.sleep(TRY_AGAIN_S)
        finally:
            await writer.close()
        if quiet and not again:
            return
        quiet = not again


async def _followed(writer: Writer, store: Database, watch: Watch[Living], name: str, tell: Tell) -> bool:
    """Erase what lives, and wait until stages and views have followed; whether there was anything. Raises RetryLater."""
    found = False
    while True:
        await watch.catch_up()
        calling = await going_on(store, watch.living.lapses_at, {"instance": name})
        if not calling:  # first whose they were: what comes late is then nobody's, and is not published
            watch.attempts += (await store[ATTEMPTS].delete_many({"instance": name})).deleted_count
        if parts := watch.living.tombstones(calls=not calling):
            for portion in portions(parts, AT_ONCE):
                tell(watch.living.counts())
                await writer.write(portion)
            await watch.catch_up()
        left = calling | watch.living.counts() | await documents(store, OF_INSTANCES, {"instance": name})
        tell(left)
        if not left:
            return found
        found = True
        await asyncio.sleep(LOOK_EVERY_S)


async def going_on(store: Database, lapses_at: datetime | None, of: Query) -> dict[str, int]:
    """Calls that are rung or may still be: until they have an outcome, or are given up as lost."""
    found = {
        "requests to call": int(lapses_at is not None and datetime.now(UTC) < lapses_at),
        "calls going on": await store[ATTEMPTS].count_documents({**of, "state": {"$in": list(OPEN)}}),
    }
    return {what: count for what, count in found.items() if count}


async def documents(store: Database, views: Collection[str], of: Query) -> dict[str, int]:
    """By view; those without any are left out."""
    counts = {f"view {view}": await store[view].count_documents(of) for view in views}
    return {view: count for view, count in counts.items() if count}


async def _forget(store: Database, name: str) -> dict[str, int]:
    """The name is free then: a client of whoever takes it is somebody else. People who were erased stay so."""
    marker = await store[REMOVALS].find_one({"_id": name}) or {}
    gone = (PROMISES, BELIEFS) if marker.get("keep_blocklist") else (PROMISES, BLOCKLIST, BELIEFS)
    counts = {kept: (await store[kept].delete_many({"instance": name})).deleted_count for kept in gone}
    await store[SUPPRESSED].delete_many({"instance": name})
    for kept in (PABX_TESTS, PABX_HOLDS):
        await store[kept].delete_one({"_id": name})
    # behind whatever is being written under the lease: from then on nobody finds an instance to write of
    await store[LEASES].update_one({"_id": SNAPSHOTS}, {"$inc": {"writes": 1}})
    await store[SNAPSHOTS].delete_many({"instance": name})
    await store[REMOVALS].delete_one({"_id": name})
    return counts
