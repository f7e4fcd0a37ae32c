"""Create every topic of `schemas.topics`, or verify it. What exists is changed only when asked, its partitions never."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code
from pydantic import Field, ValidationInfo, field_validator

from deploy.clients import admin
from schemas.errors import StopWorker
from schemas.runtime.settings import Base, KafkaSettings
from schemas.topics import KEYED_PARTITIONS, REPLAY, ROW_TOPICS, SWEEPS, SWEEPS_KEPT, TOPICS, Topic

Outcome = Literal["created", "verified", "altered"]
MOST_DAYS = 3_650
LEADERS_WITHIN = 30.0
POLL = 0.1


class ReplicationSettings(Base):
    """How the broker keeps topics. `KAFKA_REPLICATION`: copies of each partition, at most the number of brokers.

    `KAFKA_MIN_INSYNC`: so many copies must have a record before it counts; unset, the broker's own. `KEEP_ROWS_DAYS`: how
    far back every change of the ERP's rows is kept; fewer than what is told of the past relies on cannot be had.
    `KEEP_SWEEPS_DAYS`: the same of what became of each sweep.
    """

    kafka_replication: int = Field(default=1, ge=1, le=32_767)
    kafka_min_insync: int | None = Field(default=None, ge=1)
    keep_rows_days: int = Field(default=180, ge=REPLAY.days, le=MOST_DAYS)
    keep_sweeps_days: int = Field(default=90, ge=SWEEPS_KEPT.days, le=MOST_DAYS)

    @field_validator("kafka_min_insync")
    @classmethod
    def _within_the_copies(cls, told: int | None, info: ValidationInfo) -> int | None:
        if told is not None and told > info.data.get("kafka_replication", told):
            raise ValueError("more than KAFKA_REPLICATION, so nothing could be written")
        return told

    def as_set(self, topics: Iterable[Topic]) -> tuple[Topic, ...]:
        """The same topics, kept as these settings say."""
        return tuple(replace(self._kept(topic), in_sync=self.kafka_min_insync) for topic in topics)

    def _kept(self, topic: Topic) -> Topic:
        if topic in ROW_TOPICS.values():
            return replace(topic, replay=timedelta(days=self.keep_rows_days))
        return replace(topic, retention=timedelta(days=self.keep_sweeps_days)) if topic == SWEEPS else topic


class TopicSettings(KafkaSettings, ReplicationSettings):
    """The broker too."""


@dataclass(frozen=True, slots=True)
class Found:
    """A topic as the broker describes it. `replication` is the least of its partitions."""

    partitions: int
    replication: int
    config: Mapping[str, str]


def growth(wanted: int) -> str:
    """Why topics keyed on a debtor cannot have so many partitions, with the next step (record 0020)."""
    if wanted == KEYED_PARTITIONS:
        return f"--grow {wanted}: topics keyed on a debtor have {wanted} partitions already"
    if wanted < KEYED_PARTITIONS:
        return f"--grow {wanted}: topics keyed on a debtor have {KEYED_PARTITIONS} partitions, and Kafka takes none away"
    return (
        f"--grow {wanted}: topics keyed on a debtor stay at {KEYED_PARTITIONS} partitions. A key's partition is a "
        f"remainder: on {wanted} a debtor's records would stand in two and lose their order. {KEYED_PARTITIONS} workers of "
        "a stage are the most: give each a faster core, or move providers to a second installation "
        "(`collector instance export`, then `import` there)"
    )


def objections(topic: Topic, found: Found, replication: int) -> list[str]:
    """What cannot be mended from here, each with its next step."""
    said = []
    if found.partitions > topic.partitions:
        said.append(
            f"{topic.name} has {found.partitions} partitions, {topic.partitions} are wanted: Kafka takes none away; "
            "mend schemas/topics.py, or give the topic a new version"
        )
    if found.partitions < topic.partitions:
        said.append(
            f"{topic.name} has {found.partitions} partitions, {topic.partitions} are wanted: with more of them keys would "
            "move and debtors lose their order; mend schemas/topics.py, or give the topic a new version"
        )
    if found.replication < replication:
        said.append(
            f"{topic.name} has {found.replication} copies of a partition, KAFKA_REPLICATION is {replication}: "
            "reassign its partitions, or set the variable lower"
        )
    return said


def drift(topic: Topic, found: Found) -> dict[str, str]:
    """Settings of the topic that differ, as the broker has them."""
    return {name: found.config.get(name, "") for name, value in topic.config.items() if found.config.get(name) != value}


async def ensure(
    servers: str, replication: int, *, alter: bool = False, topics: Sequence[Topic] = TOPICS
) -> dict[str, Outcome]:
    """What became of each topic. Raises StopWorker, one line for each topic that differs, before anything is created."""
    async with admin(servers) as client:
        existing = await _describe(client, topics)
        differing = {topic: drift(topic, existing[topic.name]) for topic in topics if topic.name in existing}
        if said := _said(existing, differing, replication, alter=alter):
            raise StopWorker("\n".join(said))
        missing = [topic for topic in topics if topic.name not in existing]
        await _create(client, missing, replication)
        altered = [topic for topic, settings in differing.items() if settings]
        await _alter(client, altered)
        return {
            topic.name: "created" if topic in missing else "altered" if topic in altered else "verified" for topic in topics
        }


async def settings_of(servers: str, topics: Sequence[Topic] = TOPICS) -> dict[str, Mapping[str, str]]:
    """By topic, those that there are. Raises StopWorker."""
    async with admin(servers) as client:
        return {name: found.config for name, found in (await _describe(client, topics)).items()}


async def differences(servers: str, replication: int, topics: Sequence[Topic] = TOPICS) -> list[str]:
    """What `ensure` would refuse, and the topics that are not there; nothing is changed. Raises StopWorker."""
    async with admin(servers) as client:
        existing = await _describe(client, topics)
    differing = {topic: drift(topic, existing[topic.name]) for topic in topics if topic.name in existing}
    missing = [f"{topic.name} is not there: run `collector topics`" for topic in topics if topic.name not in existing]
    return missing + _said(existing, differing, replication, alter=False)


def _said(
    existing: Mapping[str, Found], differing: Mapping[Topic, Mapping[str, str]], replication: int, *, alter: bool
) -> list[str]:
    said = [line for topic in differing for line in objections(topic, existing[topic.name], replication)]
    if not alter:
        said += [_wish(topic, name, value) for topic, settings in differing.items() for name, value in settings.items()]
    return said


def _wish(topic: Topic, name: str, value: str) -> str:
    return (
        f"{topic.name} has {name}={value}, {topic.config[name]} is wanted: "
        "run `collector topics --alter`, or mend KEEP_ROWS_DAYS, KEEP_SWEEPS_DAYS, KAFKA_MIN_INSYNC or schemas/topics.py"
    )


async def _describe(client: AIOKafkaAdminClient, topics: Iterable[Topic]) -> dict[str, Found]:
    wanted = {topic.name for topic in topics}
    described = {one["topic"]: one["partitions"] for one in await client.describe_topics() if one["topic"] in wanted}
    if not described:
        return {}
    answers = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in described])
    config = {
        name: {entry[0]: entry[1] for entry in entries} for answer in answers for _, _, _, name, entries in answer.resources
    }
    return {
        name: Found(len(partitions), min(len(one["replicas"]) for one in partitions), config[name])
        for name, partitions in described.items()
    }


async def _create(client: AIOKafkaAdminClient, topics: Sequence[Topic], replication: int) -> None:
    if not topics:
        return
    new = [NewTopic(topic.name, topic.partitions, replication, topic_configs=topic.config) for topic in topics]
    answer = await client.create_topics(new)
    for name, code, *_ in answer.topic_errors:
        if code and for_code(code) is not TopicAlreadyExistsError:  # somebody else was faster: the same code, the same topic
            raise StopWorker(
                f"Kafka does not create {name} ({for_code(code).__name__}): see KAFKA_REPLICATION={replication} and its log"
            )
    await _led(client, {topic.name for topic in topics})


async def _led(client: AIOKafkaAdminClient, names: set[str]) -> None:
    """Wait until every partition has a leader: a consumer that comes earlier may see a topic without partitions."""
    async with asyncio.timeout(LEADERS_WITHIN):
        while True:
            described = [one for one in await client.describe_topics() if one["topic"] in names]
            if len(described) == len(names) and all(part["leader"] >= 0 for one in described for part in one["partitions"]):
                return
            await asyncio.sleep(POLL)


async def _alter(client: AIOKafkaAdminClient, topics: Sequence[Topic]) -> None:
    # Kafka takes the list as the whole truth: a setting that somebody added by hand goes back to the broker's default
    if not topics:
        return
    answers = await client.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, topic.name, topic.config) for topic in topics]
    )
    for answer in answers:
        for code, message, _, name in answer.resources:
            if code:
                raise StopWorker(
                    f"Kafka does not alter {name} ({for_code(code).__name__}: {message}): mend schemas/topics.py"
                )
