"""What verification reads: committed records in bulk, groups' offsets, fingerprints of views. All without a trace."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.verify.judge import Stored
from deploy.verify.prints import print_of
from schemas.errors import StopWorker
from schemas.runtime.mongo import Database
from schemas.views import EPOCHS, Document, View

AT_ONCE = 5_000
WAIT_MS = 1_000
STUCK_AFTER_S = 60.0
Committed = Mapping[str, Mapping[TopicPartition, int]]
"""Offsets by group."""


async def records(
    reader: AIOKafkaConsumer, tp: TopicPartition, end: int, stuck_after_s: float = STUCK_AFTER_S
) -> AsyncIterator[Sequence[Any]]:
    """One partition from its beginning until the position is at `end`: its last record may be a marker that nobody is given.

    Raises StopWorker where nothing comes for so many seconds.
    """
    if end == 0:
        return
    reader.assign([tp])
    await reader.seek_to_beginning(tp)
    came = time.monotonic()
    at = 0
    while (position := await reader.position(tp)) < end:
        if position > at:
            at, came = position, time.monotonic()
        elif time.monotonic() > came + stuck_after_s:
            raise StopWorker(f"{tp.topic}[{tp.partition}] gives nothing from offset {position} on: see `collector status`")
        found = await reader.getmany(tp, timeout_ms=WAIT_MS, max_records=AT_ONCE)
        yield found.get(tp, [])
        await asyncio.sleep(0)


async def stored(views: Database, view: View, instance: str, keys: Iterable[str] | None) -> dict[bytes, Stored]:
    """By `_id`: all of a view, or of one instance, or these alone. A grave, which tells of an erasure, is no document."""
    # ";" follows ":": the documents of this instance, no other
    wanted: dict[str, Any] = {"_id": {"$gte": f"{instance}:", "$lt": f"{instance};"}} if instance else {}
    if keys is not None:
        wanted = {"_id": {"$in": list(keys)}}
    living = views[view.name].find({**wanted, "erased": {"$ne": True}})
    return {str(one["_id"]).encode(): Stored(int(one["version"]), print_of(one)) async for one in living}


async def generations(views: Database, view: View) -> Mapping[int, int]:
    """By partition: of the documents that its last reading anew told, and all since."""
    shares = views[EPOCHS].find({"view": view.name})
    return {int(str(one["_id"]).rpartition(":")[2]): int(one["generation"]) async for one in shares}


async def documents(views: Database, view: View, identities: Iterable[bytes]) -> dict[bytes, Document]:
    """Whole, for those few that differ."""
    wanted = {"_id": {"$in": [one.decode() for one in identities]}}
    return {str(one["_id"]).encode(): one async for one in views[view.name].find(wanted)}
