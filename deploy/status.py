"""How far everything is: stages, lag by consumer group and topic, views being read anew, last sweeps, dead letters."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic import AwareDatetime

from deploy.clients import admin, database, reader
from deploy.committed import committed, groups
from deploy.roll import Present, roll
from deploy.stages import STAGES
from schemas.model import Model
from schemas.refills import UNDER_WAY, Refill, refills
from schemas.runtime.mongo import Database
from schemas.runtime.settings import KafkaSettings, MongoSettings
from schemas.runtime.transactions import MARKERS
from schemas.stages import Heartbeat
from schemas.views import DEAD_LETTERS, EPOCHS, LIVING, UNSETTLED
from schemas.views import STAGES as HEARTBEATS

Offsets = Mapping[TopicPartition, int]
COMPLETED = "completed"
LOOKS, LOOK_MS = 5, 200
CAME_TO = ("kept", "closed", "lost", "refused", "change", "notes", "suppressed", "as_of")
"""Of a sweep that an earlier version told nothing is known of these."""


class StatusSettings(KafkaSettings, MongoSettings):
    """Broker and database."""


class Lag(Model):
    """Records that a group has not committed yet; on a compacted topic some of them may be gone, so it is an upper bound."""

    group: str
    topic: str
    behind: int


class LastSweep(Model):
    """The newest sweep of one kind that ended so. `phase`: completed, failed or held; `at` in UTC; the rest: see `Sweep`."""

    instance: str
    kind: str
    phase: str
    at: AwareDatetime
    rows: int
    published: int
    error: str
    as_of: AwareDatetime | None = None
    kept: int = 0
    closed: int = 0
    lost: int = 0
    refused: int = 0
    change: int = 0
    notes: tuple[str, ...] = ()
    suppressed: int = 0


class DeadCount(Model):
    """Dead letters of one stage from one topic; `newest` in UTC."""

    stage: str
    topic: str
    letters: int
    newest: AwareDatetime


class Status(Model):
    """All of it at one moment."""

    stages: tuple[Present, ...] = ()
    lag: tuple[Lag, ...]
    refills: tuple[Refill, ...] = ()
    sweeps: tuple[LastSweep, ...]
    dead_letters: tuple[DeadCount, ...]


def lags(group: str, committed: Offsets, begins: Offsets, ends: Offsets) -> list[Lag]:
    """By topic. A partition without a commit (-1) lags from its beginning."""
    behind: dict[str, int] = defaultdict(int)
    for partition, offset in committed.items():
        end = ends.get(partition, offset)
        behind[partition.topic] += max(0, end - max(offset, begins.get(partition, 0)))
    return [Lag(group=group, topic=topic, behind=behind[topic]) for topic in sorted(behind)]


def standing(sweeps: Iterable[LastSweep]) -> list[LastSweep]:
    """Without what is over: a failure, or a sweep held back, that a complete one of the same kind followed."""
    ended = list(sweeps)
    completed = {(one.instance, one.kind): one.at for one in ended if one.phase == COMPLETED}
    return [one for one in ended if one.phase == COMPLETED or completed.get((one.instance, one.kind), one.at) <= one.at]


async def status(settings: StatusSettings, prefix: str = "") -> Status:
    """Groups whose name begins with `prefix`. Raises StopWorker."""
    async with database(settings) as views:
        return Status(
            stages=tuple(roll(await _heartbeats(views), STAGES, datetime.now(UTC))),
            lag=tuple(await read_lag(settings.kafka_bootstrap_servers, prefix)),
            refills=refills([one async for one in views[EPOCHS].find(UNDER_WAY)]),
            sweeps=tuple(standing(await _sweeps(views))),
            dead_letters=tuple(await _dead(views)),
        )


async def read_lag(servers: str, prefix: str = "", until: Offsets | None = None) -> list[Lag]:
    """Of every group whose name begins with `prefix`; topics that are gone are left out. Raises StopWorker.

    `until`: how far the partitions that it names need to be read, where what is written later does not count.
    """
    async with admin(servers) as client, reader(servers) as consumer:
        there = set(await client.list_topics())
        found = await committed(client, await groups(client, prefix))
        known = {group: {tp: at for tp, at in offsets.items() if tp.topic in there} for group, offsets in found.items()}
        partitions = {partition for offsets in known.values() for partition in offsets}
        begins = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
        ends |= {tp: min(at, ends[tp]) for tp, at in (until or {}).items() if tp in ends}
        read = {group: await _past_markers(consumer, offsets, ends) for group, offsets in known.items()}
    return [lag for group, offsets in read.items() for lag in lags(group, offsets, begins, ends)]


async def _past_markers(consumer: AIOKafkaConsumer, known: Offsets, ends: Offsets) -> dict[TopicPartition, int]:
    """The offsets, moved to the end where nothing but the markers of transactions stands behind them."""
    near = {tp: at for tp, at in known.items() if 0 <= at < ends.get(tp, at) <= at + MARKERS}
    if not near:
        return dict(known)
    consumer.assign(list(near))
    for tp, at in near.items():
        consumer.seek(tp, at)
    found = dict(known)
    for _ in range(LOOKS):
        got = await consumer.getmany(timeout_ms=LOOK_MS)
        near = {tp: at for tp, at in near.items() if tp not in got}
        passed = [tp for tp in near if await consumer.position(tp) >= ends[tp]]
        found |= {tp: ends[tp] for tp in passed}
        near = {tp: at for tp, at in near.items() if tp not in passed}
        if not near:
            break
    return found


async def _heartbeats(views: Database) -> list[Heartbeat]:
    return [Heartbeat.model_validate(one, extra="ignore") async for one in views[HEARTBEATS].find(LIVING)]


async def _sweeps(views: Database) -> list[LastSweep]:
    found = (
        views["sweeps"]
        .find({"phase": {"$in": ["completed", "failed", "held"]}})
        .sort([("instance", 1), ("kind", 1), ("phase", 1)])
    )
    return [
        LastSweep(
            instance=one["instance"],
            kind=one["kind"],
            phase=one["phase"],
            at=one["at"],
            rows=one.get("rows", 0),
            published=one.get("published", 0),
            error=one.get("error", ""),
            **{name: one[name] for name in CAME_TO if name in one},
        )
        async for one in found
    ]


async def _dead(views: Database) -> list[DeadCount]:
    topic = {"$arrayElemAt": [{"$split": ["$place", "["]}, 0]}
    grouped = {"_id": {"stage": "$stage", "topic": topic}, "letters": {"$sum": 1}, "newest": {"$max": "$at"}}
    counts = await views[DEAD_LETTERS].aggregate(
        [{"$match": UNSETTLED}, {"$group": grouped}, {"$sort": {"_id.stage": 1, "_id.topic": 1}}]
    )
    return [DeadCount(**one["_id"], letters=one["letters"], newest=one["newest"]) async for one in counts]
