"""Topics on the real broker: made once, verified ever after, and never changed behind anybody's back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.cli.topics import ensured
from deploy.clients import admin
from deploy.clients import database as connected
from deploy.committed import committed
from deploy.status import Lag, read_lag
from deploy.topics import TopicSettings, ensure
from deploy.whole import written_down
from schemas.errors import StopWorker
from schemas.runtime.settings import MongoSettings, read
from schemas.topics import BILLS, DEBTORS, REPLAY, SWEEPS, TOPICS, Topic

pytestmark = pytest.mark.integration


def named(prefix: str, topics: Sequence[Topic] = TOPICS) -> list[Topic]:
    return [replace(topic, name=f"{prefix}.{topic.name}") for topic in topics]


async def test_every_topic_is_created_and_the_second_time_only_verified(kafka: str, prefix: str) -> None:
    topics = named(prefix)
    assert set((await ensure(kafka, 1, topics=topics)).values()) == {"created"}
    assert set((await ensure(kafka, 1, topics=topics)).values()) == {"verified"}
    async with admin(kafka) as client:
        found = {one["topic"]: len(one["partitions"]) for one in await client.describe_topics()}
    assert {topic.name: found[topic.name] for topic in topics} == {topic.name: topic.partitions for topic in topics}


async def test_fewer_or_more_partitions_are_refused_and_nothing_is_created(kafka: str, prefix: str) -> None:
    (topic,) = named(prefix, [DEBTORS])
    await ensure(kafka, 1, topics=[topic])
    other = replace(topic, name=f"{prefix}.other")
    with pytest.raises(StopWorker, match=f"{topic.name} has 6 partitions, 5 are wanted: Kafka takes none away"):
        await ensure(kafka, 1, topics=[replace(topic, partitions=5), other])
    with pytest.raises(StopWorker, match=f"{topic.name} has 6 partitions, 7 are wanted: with more of them keys would move"):
        await ensure(kafka, 1, alter=True, topics=[replace(topic, partitions=7), other])
    async with admin(kafka) as client:
        assert other.name not in await client.list_topics()


async def test_a_setting_that_differs_is_named_and_altered_only_when_asked(kafka: str, prefix: str) -> None:
    (topic,) = named(prefix, [SWEEPS])
    await ensure(kafka, 1, topics=[topic])
    shorter = replace(topic, retention=timedelta(days=1))
    with pytest.raises(StopWorker, match=f"{topic.name} has retention.ms=7776000000, 86400000 is wanted"):
        await ensure(kafka, 1, topics=[shorter])
    assert await ensure(kafka, 1, alter=True, topics=[shorter]) == {topic.name: "altered"}
    assert await ensure(kafka, 1, topics=[shorter]) == {topic.name: "verified"}


async def test_a_topic_that_is_kept_for_longer_is_whole_only_as_far_as_it_was(
    kafka: str, prefix: str, mongo_uri: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONGO_URI", mongo_uri)
    monkeypatch.setenv("MONGO_DATABASE", database)
    settings = TopicSettings(kafka_bootstrap_servers=kafka)
    (topic,) = named(prefix, [BILLS])
    longer, longest = (replace(topic, replay=timedelta(days=days)) for days in (365, 730))
    begun = datetime.now(UTC) - timedelta(seconds=1)
    await ensure(kafka, 1, topics=[topic])
    async with connected(read(MongoSettings)) as store:
        for wanted in (topic, longer, longer, longest):
            await ensured(settings, [wanted], alter=True)
            known = await written_down(store)
            assert (known == {}) is (wanted is topic)
            assert not known or begun - REPLAY < known[topic.name] < datetime.now(UTC) - REPLAY
    assert await ensure(kafka, 1, topics=[longest]) == {topic.name: "verified"}


async def test_more_copies_than_brokers_name_the_variable(kafka: str, prefix: str) -> None:
    with pytest.raises(StopWorker, match="KAFKA_REPLICATION=30000"):
        await ensure(kafka, 30_000, topics=named(prefix, [SWEEPS]))


async def test_a_broker_that_is_not_there_is_named_by_its_variable() -> None:
    with pytest.raises(StopWorker, match=r"KAFKA_BOOTSTRAP_SERVERS=127\.0\.0\.1:1: no broker"):
        await ensure("127.0.0.1:1", 1)


async def test_lag_counts_what_a_group_has_not_committed(kafka: str, prefix: str) -> None:
    (topic,) = named(prefix, [SWEEPS])
    await ensure(kafka, 1, topics=[topic])
    async with AIOKafkaProducer(bootstrap_servers=kafka) as sender:
        for number in range(5):
            await sender.send_and_wait(topic.name, str(number).encode())
    async with AIOKafkaConsumer(
        topic.name, bootstrap_servers=kafka, group_id=f"{prefix}.g", enable_auto_commit=False
    ) as consumer:
        await consumer.commit({TopicPartition(topic.name, 0): 2})
    assert await read_lag(kafka, prefix) == [Lag(group=f"{prefix}.g", topic=topic.name, behind=3)]
    assert await read_lag(kafka, f"{prefix}.x") == []


async def test_a_group_that_has_committed_nothing_is_not_taken_for_one_that_is_being_loaded(kafka: str, prefix: str) -> None:
    """Of both aiokafka gives nothing. Before the topics are made, too."""
    async with admin(kafka) as client:
        assert await committed(client, [f"{prefix}.never"]) == {f"{prefix}.never": {}}
