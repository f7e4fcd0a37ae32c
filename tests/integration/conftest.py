"""The project's own topics on the real broker, and a sender."""

from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from deploy.topics import ensure
from schemas.runtime.kafka import producer


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers(kafka: str) -> str:
    """The broker with every topic of `schemas.topics`."""
    await ensure(kafka, 1)
    return kafka


@pytest_asyncio.fixture
async def sender(servers: str) -> AsyncIterator[AIOKafkaProducer]:
    """As durable as the stages' own."""
    sending = producer(servers)
    await sending.start()
    yield sending
    await sending.stop()


@pytest.fixture
def env(servers: str, mongo_uri: str, database: str) -> Mapping[str, str]:
    """The environment of a stage."""
    return {"KAFKA_BOOTSTRAP_SERVERS": servers, "MONGO_URI": mongo_uri, "MONGO_DATABASE": database}
