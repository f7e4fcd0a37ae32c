"""How MongoDB and Kafka are, asked directly: what may not be asked is not known, and never zero."""

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from bson import Timestamp
from pymongo.errors import OperationFailure

from schemas.runtime.kafka_login import connection
from schemas.runtime.mongo import Database
from schemas.stages import SILENT_AFTER, Heartbeat

KAFKA_S = 4.0
"""So long a broker may take to say who is there."""
QUERY_MS = 5_000
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """One node of a replica set. `state`: MongoDB's own word, such as PRIMARY."""

    name: str
    state: str
    well: bool


@dataclass(frozen=True, slots=True)
class Mongo:
    """`ping_ms`: there and back. Sizes in bytes. `oldest`: how far the oplog reaches back. None, "" or () is not known.

    `disk_used`, `disk_total`: of the disk that it writes to.
    """

    ping_ms: float
    version: str = ""
    replica_set: str = ""
    writable: bool = False
    members: tuple[Member, ...] = ()
    data: int | None = None
    indexes: int | None = None
    disk_used: int | None = None
    disk_total: int | None = None
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kafka:
    """What heartbeats tell, which come over Kafka, and what the bootstrap servers say.

    `told`: the dashboard knows bootstrap servers, so `reached` is an answer. `brokers`: how many these name. `heard_at`: the
    newest heartbeat. `without`: processes that are heard and say that Kafka does not answer them, as `stage:worker`.
    """

    heard_at: datetime | None
    without: tuple[str, ...] = ()
    told: bool = False
    reached: bool = False
    answer_ms: float | None = None
    brokers: int = 0
    servers: tuple[str, ...] = field(default=())


async def mongo(database: Database) -> Mongo:
    """Raises PyMongoError where it does not answer at all."""
    began = time.perf_counter()
    await database.command("ping")
    took = (time.perf_counter() - began) * 1000
    admin = database.client.admin
    hello = await _asked(admin, "hello")
    built = await _asked(admin, "buildInfo")
    status = await _asked(admin, "replSetGetStatus")
    stats = await _asked(database, "dbStats")
    return Mongo(
        took,
        str(built.get("version", "")),
        str(hello.get("setName", "")),
        bool(hello.get("isWritablePrimary")),
        members(status.get("members", ())),
        _whole(stats.get("dataSize")),
        _whole(stats.get("indexSize")),
        _whole(stats.get("fsUsedSize")),
        _whole(stats.get("fsTotalSize")),
        await _oldest(database),
    )


def members(found: Collection[Row]) -> tuple[Member, ...]:
    """Of `replSetGetStatus`. One is well that answers and is a primary, a secondary or an arbiter."""
    well = {"PRIMARY", "SECONDARY", "ARBITER"}
    return tuple(
        Member(str(one.get("name", "")), state := str(one.get("stateStr", "")), state in well and one.get("health") == 1)
        for one in found
    )


def kafka(beats: Collection[Heartbeat], now: datetime, servers: str, answer: tuple[float, int] | None) -> Kafka:
    """`answer`: of `ask`. `servers`: its bootstrap servers, "" where nobody was asked."""
    heard = [one for one in beats if now - one.at <= SILENT_AFTER]
    without = tuple(sorted(one.key.decode() for one in heard if "Kafka" in one.away))
    newest = max((one.at for one in beats), default=None)
    took, brokers = answer or (None, 0)
    named = tuple(one for one in servers.split(",") if one)
    return Kafka(newest, without, bool(named), answer is not None, took, brokers, named)


async def ask(servers: str) -> tuple[float, int] | None:
    """Milliseconds until one of the `servers` named the cluster's brokers, and how many; None where none of them does."""
    if not servers:
        return None
    client = AIOKafkaClient(**connection(servers), client_id="collector-dashboard", request_timeout_ms=int(KAFKA_S * 1000))
    began = time.perf_counter()
    try:
        async with asyncio.timeout(KAFKA_S):
            await client.bootstrap()
            return (time.perf_counter() - began) * 1000, len(client.cluster.brokers())
    except (KafkaError, TimeoutError, OSError):
        return None
    finally:
        await client.close()


async def _asked(database: Database, command: str) -> Row:
    try:
        return await database.command(command, maxTimeMS=QUERY_MS)
    except OperationFailure:  # not for this user, or no replica set
        return {}


async def _oldest(database: Database) -> datetime | None:
    oplog = database.client.local["oplog.rs"]
    try:
        first = await oplog.find_one({}, {"ts": 1}, sort=[("$natural", 1)], max_time_ms=QUERY_MS)
    except OperationFailure:
        return None
    at = (first or {}).get("ts")
    return at.as_datetime().astimezone(UTC) if isinstance(at, Timestamp) else None


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) else None
