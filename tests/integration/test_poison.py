"""A record that no stage can read, on every topic: it ends in the dead letters with its bytes, and the stage goes on."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient

from deploy.status import StatusSettings, status
from schemas.runtime.kafka import Message, publish
from schemas.topics import REQUESTS, TOPICS, Topic
from tests.integration.pipeline import eventually, put_rows, row, running

pytestmark = pytest.mark.integration

NOT_JSON = b"\xff\x00 not JSON"
KEYS = {
    "erp": b":1:bill:1",
    "debtor": b":1",
    "queue": b":1",
    "stage": b":1",
    "dead": b"",
    "call": b":1:call:A",
    "pbx": b":1:cdr:A:D",
}


def poison(topic: Topic, prefix: str) -> list[Message]:
    """Bytes that are no JSON, JSON that is no such event, a key that is none."""
    named = prefix.encode() + KEYS[topic.name.split(".")[0]]
    unkeyed = Message(None, prefix.encode() + b" without a key", [])
    return [
        *([] if topic.replay else [unkeyed]),  # Kafka itself refuses it on a compacted topic
        Message(named, NOT_JSON, []),
        Message(named, b'{"instance":"' + prefix.encode() + b'","unknown":1}', []),
        Message(prefix.encode() + b"-no-key", b"{}", []),
    ]


async def test_every_topic(
    servers: str,
    sender: AIOKafkaProducer,
    env: Mapping[str, str],
    mongo_uri: str,
    database: str,
    prefix: str,
    tmp_path: Path,
) -> None:
    """Four unreadable records a topic: each is found again, by its bytes, once for each stage that met it."""
    with ExitStack() as stages:
        for stage in ("hydrate", "dialer", "classify", "originate", "views"):
            stages.enter_context(running(stage, env, tmp_path))
        for topic in TOPICS:
            await publish(sender, topic.name, 0, poison(topic, prefix))
        await put_rows(sender, [row(prefix, "client", "good", "good"), row(prefix, "bill", "good", "g1")])
        async with AsyncMongoClient(mongo_uri) as client:
            views = client[database]

            async def good() -> bool:
                """The record behind the poison went all the way."""
                found = await views["queue"].find_one({"_id": f"{prefix}:good"})
                return found is not None

            await eventually(good, "the good record")
            for topic in TOPICS:

                async def buried(topic: Topic = topic) -> bool:
                    if (
                        topic is REQUESTS
                    ):  # originate reads it from the end on, which is where it was when its group was joined
                        await publish(sender, topic.name, 0, poison(topic, prefix))
                    place = {"$regex": f"^{topic.name}\\["}
                    letters = [one async for one in views["dead_letters"].find({"place": place})]
                    ours = {bytes(one["value"]) for one in letters if one["value"] is not None}  # not only of this test
                    return {message.value for message in poison(topic, prefix)} <= ours

                await eventually(buried, f"the dead letters of {topic.name}")
            letters = [one async for one in views["dead_letters"].find({})]
        assert all(one["reason"] and one["field"] and one["stage"] for one in letters)
        assert not any("not JSON" in one["reason"] for one in letters)
        shown = await status(StatusSettings(kafka_bootstrap_servers=servers, mongo_uri=mongo_uri, mongo_database=database))
        assert {topic.name for topic in TOPICS} <= {one.topic for one in shown.dead_letters}
