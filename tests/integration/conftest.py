"""The project's own topics on the real broker, and a sender."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer, TopicPartition
from playwright.sync_api import Browser
from pymongo import MongoClient

from deploy.topics import ensure
from producers.erp.settings import PollerSettings
from schemas.codec import decode
from schemas.runtime.kafka import producer, reader
from schemas.sweeps import Sweep
from schemas.topics import SWEEPS
from schemas.views import INSTANCES
from tests.integration.dashboard_tab import chromium
from tests.integration.pipeline import SECRETS
from tests.integration.watching import Listed, Watch


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


@pytest.fixture
def listed(mongo_uri: str, database: str) -> Iterator[Listed]:
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        yield Listed(client[database][INSTANCES])


@pytest_asyncio.fixture
async def watch(servers: str) -> AsyncIterator[Watch]:
    consumer = reader(servers)
    await consumer.start()
    consumer.assign([TopicPartition(SWEEPS.name, 0)])
    await consumer.seek_to_end()
    found = Watch()

    async def read() -> None:
        async for record in consumer:
            with suppress(ValueError):  # another test's record
                found.events.append(decode(Sweep, record.value))

    reading = asyncio.create_task(read())
    yield found
    reading.cancel()
    await asyncio.wait([reading])
    await consumer.stop()


@pytest.fixture
def settings(env: Mapping[str, str]) -> PollerSettings:
    fields = {name.lower(): value for name, value in {**env, **SECRETS}.items()}
    return PollerSettings.model_validate(fields)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests of a file; without it they fail."""
    with chromium() as found:
        yield found
