"""A replay takes the place of a view that has what no topic tells any more, as after Kafka had lost its data."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient

from deploy.replay.plan import Replay
from deploy.replay.promoting import promote
from deploy.replay.run import replay
from schemas.runtime.mongo import Database
from schemas.topics import BILLS
from schemas.views import CLOSED_BILLS, EPOCHS, Document
from sinks.views.epochs import GENERATION
from tests.integration.pipeline import put_rows, row
from tests.integration.test_replay import settings_of

pytestmark = pytest.mark.integration

NOW, BEFORE = 2, 1
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest_asyncio.fixture
async def store(mongo_uri: str, database: str) -> AsyncIterator[Database]:
    async with AsyncMongoClient[Document](mongo_uri, tz_aware=True) as client:
        yield client[database]


def bill(instance: str, code: str, generation: int, *, closed: bool = True) -> Document:
    names = {"_id": f"{instance}:7:{code}", "instance": instance, "code": "7", "bill": code}
    return {**names, "version": generation * GENERATION + 5, "closed_at": AT if closed else None, "how": "kept"}


async def test_ends_that_only_the_view_has_come_along_and_nothing_else_does(
    sender: AIOKafkaProducer, env: Mapping[str, str], store: Database, prefix: str
) -> None:
    await put_rows(sender, [row(prefix, "bill", "7", "11", status="R")])
    begun = {"view": CLOSED_BILLS, "epoch": "second", "generation": NOW, "next": 0, "until": None}
    await store[EPOCHS].insert_many({"_id": f"{CLOSED_BILLS}:{number}", **begun} for number in range(BILLS.partitions))
    shown = {
        "told again": bill(prefix, "11", BEFORE),
        "of before, an end": bill(prefix, "12", BEFORE),
        "of before, open": bill(prefix, "13", BEFORE, closed=False),
        "of before, erased": {"_id": f"{prefix}:7:14", "version": BEFORE * GENERATION, "erased": True},
        "told since, and no more": bill(prefix, "15", NOW),
    }
    await store[CLOSED_BILLS].insert_many(shown.values())

    for _ in range(2):  # what is repeated changes nothing
        await replay(settings_of(env), Replay("ends", CLOSED_BILLS))
    await promote(settings_of(env), "ends")

    found = {one["bill"]: one["how"] async for one in store[CLOSED_BILLS].find({"instance": prefix})}
    assert found == {"11": "paid", "12": "kept"}
    assert not await store[CLOSED_BILLS].count_documents({"erased": True})


async def test_a_part_has_only_what_is_told(
    sender: AIOKafkaProducer, env: Mapping[str, str], store: Database, prefix: str
) -> None:
    await put_rows(sender, [row(prefix, "bill", "7", "11", status="R")])
    await store[CLOSED_BILLS].insert_one(bill(prefix, "12", 0))

    await replay(settings_of(env), Replay("part", CLOSED_BILLS, prefix))

    assert [one["bill"] async for one in store[f"{CLOSED_BILLS}@part"].find()] == ["11"]
