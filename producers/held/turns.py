"""The pollers of a stage as a consumer group: Kafka notices within 10 s that one is gone, and shares out its turns.

The partitions are turns only: nothing is read from them and nothing committed. Membership alone is no permission to write,
as a paused process keeps believing in it: that is what a `Writer` is for.
"""

import asyncio
from collections.abc import Collection, Iterable

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from producers.held.shares import mine
from schemas.errors import RetryLater
from schemas.runtime.assignment import RoundRobin
from schemas.runtime.consumer import Consumer
from schemas.runtime.kafka import HEARTBEAT_MS, SESSION_MS
from schemas.runtime.kafka_login import connection
from schemas.topics import CLIENTS, Topic


class Turns(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """A process as a member. `round` grows whenever turns are given out; until the first time it has none.

    A member has no name of its own (no static membership): two pollers of one name are two members, and one that ends says
    goodbye at once.
    """

    def __init__(self, servers: str, group: str, topic: Topic = CLIENTS) -> None:
        self.round = 0
        self.held: frozenset[int] = frozenset()
        """The turns of this process, as far as it knows."""
        self._group = group
        self._topic = topic.name
        self._changed = asyncio.Event()
        self._consumer = Consumer(
            **connection(servers),
            group_id=group,
            enable_auto_commit=False,
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            partition_assignment_strategy=(RoundRobin,),
        )

    async def start(self) -> None:
        """Join. Raises KafkaError."""
        self._consumer.subscribe([self._topic], listener=self)
        await self._consumer.start()

    async def stop(self) -> None:
        """Leave: the others take over at once."""
        await self._consumer.stop()

    def mine(self, names: Collection[str]) -> frozenset[str]:
        """Of all instances those whose turn this process holds, as far as it knows."""
        return mine(names, self.held)

    async def wait(self, seconds: float) -> None:
        """Until turns were given out anew, at most so long. Raises RetryLater where the group does not work."""
        try:
            # Nothing comes, but a member that never asks is taken for one that hangs; and this is where errors are told.
            await self._consumer.getmany(timeout_ms=0)
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            pass
        except KafkaError as exc:
            raise RetryLater(f"the group {self._group} does not work: {exc!r}") from exc
        self._changed.clear()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """What was served is served on: a rebalance that leaves it here must not be felt, and writers are fenced anyway."""

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Turns were given out."""
        self._consumer.pause(*assigned)
        self.held = frozenset(tp.partition for tp in assigned)
        self.round += 1
        self._changed.set()
