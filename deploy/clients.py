"""Short-lived clients of the command line: what cannot be reached is one line that names the variable."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from schemas.errors import StopWorker
from schemas.runtime import knocking
from schemas.runtime.consumer import Consumer
from schemas.runtime.database_login import refusal
from schemas.runtime.kafka import COMMITTED
from schemas.runtime.kafka_login import connection
from schemas.runtime.mongo import Database, connect
from schemas.runtime.settings import MongoSettings

ASK_MS = 15_000
FETCH_MS = 20
"""Whoever goes from partition to partition waits at the end of each until the last fetch has come back empty."""


class Unreached(StopWorker):
    """Kafka or MongoDB does not answer, or lets us not in."""


@asynccontextmanager
async def admin(servers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """Raises StopWorker for whatever goes wrong inside with Kafka."""
    async with _started(AIOKafkaAdminClient(**connection(servers), request_timeout_ms=ASK_MS), "close", servers) as client:
        yield client


@asynccontextmanager
async def reader(servers: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without a group: it sees committed records, and commits nothing. Raises StopWorker as `admin` does."""
    consumer = Consumer(
        **connection(servers),
        request_timeout_ms=ASK_MS,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level=COMMITTED,
        fetch_max_wait_ms=FETCH_MS,
    )
    async with _started(consumer, "stop", servers) as started:
        yield started


@asynccontextmanager
async def database(settings: MongoSettings) -> AsyncIterator[Database]:
    """Raises StopWorker for whatever goes wrong inside with MongoDB."""
    connected = connect(settings)
    try:
        yield connected
    except PyMongoError as exc:
        raise Unreached(
            refusal(exc)
            or f"MONGO_URI: no database answers as it should ({type(exc).__name__}): start it, or mend the variable"
        ) from exc
    finally:
        await connected.client.close()


@asynccontextmanager
async def _started(client, closing: str, servers: str):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - aiokafka ships no types
    try:
        await client.start()
        await asyncio.sleep(0)  # a consumer that stops before its own tasks began raises CancelledError
        yield client
    except (KafkaError, TimeoutError) as exc:
        raise await no_broker(servers, exc) from exc
    finally:
        await getattr(client, closing)()


async def no_broker(servers: str, exc: Exception) -> Unreached:
    """What to say of a client that failed: why the broker refuses us, where it does."""
    return Unreached(
        await knocking.refusal(servers)
        or f"KAFKA_BOOTSTRAP_SERVERS={servers}: no broker answers as it should ({type(exc).__name__}): "
        "start it, or mend the variable"
    )
