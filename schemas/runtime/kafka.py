"""Kafka clients of the stages: durable, idempotent, and with our partition by debtor."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

from schemas.dead import DeadLetter
from schemas.errors import RetryLater
from schemas.runtime.assignment import RoundRobin
from schemas.runtime.consumer import Consumer
from schemas.runtime.kafka_login import connection
from schemas.runtime.membership import Member
from schemas.topics import DEAD, Topic

SESSION_MS = 10_000
HEARTBEAT_MS = 3_000
MAX_BATCH_BYTES = 512 * 1024
MAX_REQUEST_BYTES = 4 * 1024 * 1024  # a dead letter is its record and the reason


COMMITTED = "read_committed"
"""Every reader must say so: aiokafka's default shows the records of aborted transactions too."""
FETCH_BYTES = 1024 * 1024
"""aiokafka's own."""
AT_THE_END_MS = 20
"""So long the broker holds a reader's fetch at the end of a topic. aiokafka asks for 500 ms, and a broker answers what came
over a connection one after the other: whatever a reader asks once it has read a topic to its end waits for that."""


class Message(NamedTuple):
    """One record to publish. `at`: in milliseconds since 1970; None for now."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]
    at: int | None = None


DURABLE: Mapping[str, Any] = {
    "acks": "all",
    "enable_idempotence": True,
    "compression_type": "lz4",
    "linger_ms": 5,
    "max_batch_size": MAX_BATCH_BYTES,
    "max_request_size": MAX_REQUEST_BYTES,
}
"""Of every producer: acknowledged by all replicas, without duplicates on retry, compressed."""


def producer(servers: str) -> AIOKafkaProducer:
    """For what is written without a fence, such as a sink's dead letters; states and rows have a `Writer`."""
    return AIOKafkaProducer(**connection(servers), **DURABLE)


def reader(servers: str, group: str | None = None, *, fetch_bytes: int = FETCH_BYTES) -> AIOKafkaConsumer:
    """No member of a group: whoever takes it assigns partitions and seeks. It sees committed records only.

    `group`: whose offsets it can tell. `fetch_bytes`: so many of each partition at once, and a whole batch in any case.
    """
    return Consumer(
        **connection(servers),
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level=COMMITTED,
        fetch_max_wait_ms=AT_THE_END_MS,
        max_partition_fetch_bytes=fetch_bytes,
    )


def consumer(
    servers: str, group: str, name: str, *topics: Topic, begins: Literal["earliest", "latest"] = "earliest"
) -> AIOKafkaConsumer:
    """Sees committed records only, commits only when told to.

    `name` is this member's own: a worker that comes back under it takes over at once, and one that is pushed out so ends.
    `begins`: where it reads what nobody of the group has committed.
    """
    return Member(
        *(topic.name for topic in topics),
        **connection(servers),
        group_id=group,
        group_instance_id=f"{group}-{name}",
        enable_auto_commit=False,
        auto_offset_reset=begins,
        isolation_level=COMMITTED,
        partition_assignment_strategy=(RoundRobin,),
        session_timeout_ms=SESSION_MS,
        heartbeat_interval_ms=HEARTBEAT_MS,
    )


async def publish(sender: AIOKafkaProducer, topic: str, partition: int, messages: Iterable[Message]) -> list[int]:
    """Send all to one partition in order, in as few batches as fit, and return when the broker has them on disk.

    Gives their offsets, in the same order; -1 where the broker had a batch already, and does not tell where.

    Several times faster than a `send` a record (`deploy/local/STACK.md`, "Faust"). Raises RetryLater.
    """
    pending, counts = [], []
    batch = sender.create_batch()
    for message in messages:
        if batch.append(key=message.key, value=message.value, timestamp=message.at, headers=message.headers) is None:
            counts.append(batch.record_count())
            pending.append(await _send(sender, batch, topic, partition))
            batch = sender.create_batch()
            batch.append(key=message.key, value=message.value, timestamp=message.at, headers=message.headers)
    if batch.record_count():
        counts.append(batch.record_count())
        pending.append(await _send(sender, batch, topic, partition))
    offsets: list[int] = []
    try:
        for acknowledged, count in zip(pending, counts, strict=True):
            first = (await acknowledged).offset
            offsets += range(first, first + count) if first >= 0 else [-1] * count
    except KafkaError as exc:
        raise RetryLater(f"the broker did not take {topic}[{partition}]: {type(exc).__name__}") from exc
    return offsets


async def _send(sender: AIOKafkaProducer, batch, topic: str, partition: int):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - aiokafka ships no types
    batch.close()
    try:
        acknowledged = await sender.send_batch(batch, topic, partition=partition)
    except KafkaError as exc:
        raise RetryLater(f"the broker did not take {topic}[{partition}]: {type(exc).__name__}") from exc
    acknowledged.add_done_callback(lambda one: one.cancelled() or one.exception())  # of several that fail one is awaited
    return acknowledged


async def bury(sender: AIOKafkaProducer, letters: Iterable[DeadLetter]) -> None:
    """Publish dead letters and wait for the broker. Raises RetryLater."""
    await publish(sender, DEAD.name, 0, [Message(letter.key, letter.value, letter.headers()) for letter in letters])
