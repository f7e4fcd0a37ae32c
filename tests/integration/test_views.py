"""The views sink on the real servers: late and repeated events change nothing, tombstones erase, kill -9 loses nothing."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest
from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient

from schemas.codec import encode
from schemas.debtor import Bill, Debtor
from schemas.keys import partition_of
from schemas.runtime.kafka import Message, publish
from schemas.topics import DEBTORS
from schemas.views import VIEWS
from tests.integration.pipeline import eventually, running

pytestmark = pytest.mark.integration


def debtor(instance: str, code: str, version: int) -> Debtor:
    now = datetime.now(UTC)
    bill = Bill(due_on=date(2026, 1, 5), open_cents=version, status="open", seen_at=now)
    return Debtor(instance=instance, code=code, version=version, changed_at=now, bills={"1": bill})


async def put(sender: AIOKafkaProducer, events: list[Debtor]) -> None:
    for event in events:
        partition = partition_of(event.key, DEBTORS.partitions)
        await publish(sender, DEBTORS.name, partition, [Message(event.key, encode(event), [])])


async def test_shuffled_repeated_and_interrupted_the_newest_version_stays(
    sender: AIOKafkaProducer, env: Mapping[str, str], mongo_uri: str, database: str, prefix: str, tmp_path: Path
) -> None:
    """Versions 1 to 20 of thirty debtors, twice, in any order, with a kill -9 in between."""
    rng = Random(5)
    events = [debtor(prefix, str(code), version) for code in range(30) for version in range(1, 21)] * 2
    rng.shuffle(events)
    with running("views", env, tmp_path) as sink:
        await put(sender, events[:600])
        sink.kill()
        sink.start()
        await put(sender, events[600:])
        async with AsyncMongoClient(mongo_uri) as client:
            view = client[database]["debtors"]

            async def all_newest() -> bool:
                found = [one["bills"][0]["open_cents"] async for one in view.find({"instance": prefix})]
                return found == [20] * 30

            await eventually(all_newest, "version 20 of each")
            gone = debtor(prefix, "0", 20).key
            await publish(sender, DEBTORS.name, partition_of(gone, DEBTORS.partitions), [Message(gone, None, [])])

            async def erased() -> bool:
                return await view.count_documents({"instance": prefix}) == 29

            await eventually(erased, "the tombstone's effect")
            for declared in VIEWS:
                there = (await client[database][declared.name].index_information()).values()
                assert set(declared.indexes) <= {tuple(index["key"]) for index in there}
