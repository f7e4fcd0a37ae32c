"""The benchmark's view of Kafka: topics made anew, groups watched from outside, whole topics read. Blocking calls.

Topics that a program writes get the broker's clock on each record, so that the end of a run is the same moment for every
program: when the broker appended its last output.

Only what is committed counts, and a marker of a transaction takes an offset: a topic's end is where a reader of committed
records stands behind the last one.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from confluent_kafka import (
    Consumer,
    ConsumerGroupState,
    ConsumerGroupTopicPartitions,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

from schemas.errors import StopWorker
from schemas.records import PlainRecord
from schemas.runtime.kafka import COMMITTED
from schemas.runtime.transactions import MARKERS
from schemas.topics import Topic

READ_AT_ONCE = 10_000
ASK_S = 15.0
EMPTY_WITHIN_S = 30.0
LED_WITHIN_S = 30.0
POLL_S = 0.1
Part = tuple[str, int]
Spots = Mapping[Part, int]
"""An offset of each partition."""


class Whole(NamedTuple):
    """All records of some topics. `last`: seconds since 1970 when the broker appended the newest."""

    records: list[PlainRecord]
    last: float


class Kafka:
    """One broker."""

    def __init__(self, servers: str) -> None:
        self.servers = servers
        self._admin = _admin(servers)
        self._behind_last: dict[tuple[Part, int], int] = {}

    def renew(self, topics: Sequence[Topic]) -> None:
        """Each topic there and empty, its records stamped by the broker."""
        there = self._admin.list_topics(timeout=ASK_S).topics
        self.drop([topic.name for topic in topics if topic.name in there])
        config = {"message.timestamp.type": "LogAppendTime"}
        new = [NewTopic(topic.name, topic.partitions, 1, config={**topic.config, **config}) for topic in topics]
        for done in self._admin.create_topics(new).values():
            done.result(ASK_S)
        self._behind_last.clear()
        self._led(topics)

    def drop(self, names: Sequence[str]) -> None:
        """Away with them."""
        if names:
            for done in self._admin.delete_topics(list(names), operation_timeout=ASK_S).values():
                done.result(ASK_S)

    def _led(self, topics: Iterable[Topic]) -> None:
        """Wait until every partition answers and is empty. A client that asked too early never finds the new leaders."""
        deadline = time.monotonic() + LED_WITHIN_S
        while time.monotonic() < deadline:
            self._admin = _admin(self.servers)
            with suppress(KafkaException):
                if not any(self.ends(topics).values()):
                    return
            time.sleep(POLL_S)
        raise StopWorker(f"Kafka does not lead {', '.join(topic.name for topic in topics)} within {LED_WITHIN_S:.0f} s")

    def members(self, group: str) -> frozenset[str]:
        """The ids of a group's members; none while it is not there or shares its partitions out."""
        try:
            found = self._admin.describe_consumer_groups([group])[group].result(ASK_S)
        except KafkaException:
            return frozenset()
        if found.state is not ConsumerGroupState.STABLE:
            return frozenset()
        return frozenset(member.member_id for member in found.members)

    def lag(self, group: str, topics: Iterable[Topic]) -> int:
        """Records of `topics` that the group has not committed, and markers between them."""
        done = self._committed(group)
        lasts = self._lasts(self.ends(topics))
        return sum(max(0, last - done.get(part, 0)) for part, last in lasts.items())

    def _lasts(self, ends: Spots) -> Spots:
        """The offset behind the last record of each, where no marker is counted any more."""
        new = {part: end for part, end in ends.items() if end and (part, end) not in self._behind_last}
        if new:
            lasts = dict.fromkeys(new, 0)
            for record, _ in self._records({part: max(0, end - MARKERS) for part, end in new.items()}, new):
                lasts[record.topic, record.partition] = record.offset + 1
            self._behind_last |= {(part, end): lasts[part] for part, end in new.items()}
        return {part: self._behind_last.get((part, end), 0) for part, end in ends.items()}

    def _committed(self, group: str) -> dict[tuple[str, int], int]:
        # of a group that no coordinator knows yet, librdkafka 2.12 crashes now and then (confluent-kafka-javascript 374)
        if group not in {one.group_id for one in self._admin.list_consumer_groups().result(ASK_S).valid}:
            return {}
        asked = [ConsumerGroupTopicPartitions(group)]
        try:
            found = self._admin.list_consumer_group_offsets(asked)[group].result(ASK_S)
        except KafkaException:
            return {}  # its coordinator is not there yet
        return {(one.topic, one.partition): max(0, one.offset) for one in found.topic_partitions}

    def ends(self, topics: Iterable[Topic]) -> dict[Part, int]:
        """The offset behind the last committed record, or its marker, of every partition."""
        latest = OffsetSpec.latest()
        asked = {TopicPartition(topic.name, number): latest for topic in topics for number in range(topic.partitions)}
        answers = self._admin.list_offsets(asked, isolation_level=IsolationLevel.READ_COMMITTED)
        return {(part.topic, part.partition): answer.result(ASK_S).offset for part, answer in answers.items()}

    def forget(self, group: str) -> None:
        """The group starts anew. A static member that has ended stays in it until its session ends: wait for that."""
        deadline = time.monotonic() + EMPTY_WITHIN_S
        while group in {one.group_id for one in self._admin.list_consumer_groups().result(ASK_S).valid}:
            try:
                self._admin.delete_consumer_groups([group])[group].result(ASK_S)
            except KafkaException as exc:
                if time.monotonic() > deadline:
                    raise StopWorker(f"the consumer group {group} does not end: {exc}") from exc
                time.sleep(POLL_S)

    def read(self, topics: Sequence[Topic], since: Spots | None = None) -> Whole:
        """Every committed record, from the beginning or `since` an offset, partition by partition in order."""
        ends = self.ends(topics)
        starts = {part: (since or {}).get(part, 0) for part in ends}
        found = sorted(self._records(starts, ends), key=lambda one: (one[0].topic, one[0].partition, one[0].offset))
        return Whole([record for record, _ in found], max((at for _, at in found), default=0.0))

    def count(self, topics: Iterable[Topic]) -> int:
        """How many committed records there are: offsets count the markers of transactions too."""
        ends = self.ends(topics)
        return sum(1 for _ in self._records(dict.fromkeys(ends, 0), ends))

    def _records(self, starts: Spots, ends: Spots) -> Iterator[tuple[PlainRecord, float]]:
        left = {part for part, end in ends.items() if starts[part] < end}
        consumer = Consumer(
            {
                "bootstrap.servers": self.servers,
                "group.id": "bench.reader",
                "enable.auto.commit": False,
                "enable.partition.eof": True,  # tells that nothing but markers is left
                "isolation.level": COMMITTED,
            }
        )
        try:
            consumer.assign([TopicPartition(*part, starts[part]) for part in left])
            while left:
                for message in consumer.consume(READ_AT_ONCE, timeout=1):
                    part = (message.topic(), message.partition())
                    if error := message.error():
                        if error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 - its only name
                            raise KafkaException(error)
                        left.discard(part)
                        continue
                    if message.offset() < ends[part]:  # else written after the ends were asked for
                        record = PlainRecord(
                            *part, message.offset(), message.key(), message.value(), message.headers() or ()
                        )
                        yield record, message.timestamp()[1] / 1000
                    if message.offset() + 1 >= ends[part]:
                        left.discard(part)
        finally:
            consumer.close()


def _admin(servers: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": servers, "log_level": 0})  # what fails raises
