"""`python -m deploy.bench.rivals.bare_hydrate SERVERS GROUP OUTPUT`: hydrate's own fold in a bare confluent-kafka loop.

Durable (acks=all, output before commit), but at least once: without transactions and without a fence, and its states are a
dict that nothing restores after a crash.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from confluent_kafka import Consumer, Message, Producer

from processors.hydrate.stage import HYDRATE
from schemas.errors import RetryLater
from schemas.records import PlainRecord
from schemas.runtime.kafka import COMMITTED

BATCH = 30_000
"""Found by trying: fewer cost more decoding and encoding of states, more bring nothing."""
WAIT_S = 0.1


def work(servers: str, group: str, output: str) -> None:
    """Never returns."""
    consumer = Consumer(
        {
            "bootstrap.servers": servers,
            "group.id": group,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": COMMITTED,
        }
    )
    producer = Producer(
        {
            "bootstrap.servers": servers,
            "acks": "all",
            "enable.idempotence": True,
            "compression.type": "lz4",
            "linger.ms": 5,
            "partitioner": "murmur2_random",
        }
    )
    consumer.subscribe([topic.name for topic in HYDRATE.sources])
    states: dict[bytes, bytes | None] = {}
    while True:
        if messages := consumer.consume(BATCH, timeout=WAIT_S):
            for key, state in folded(states, map(raw, messages)):
                producer.produce(output, key=key, value=state)
            if producer.flush():
                raise RetryLater("the broker did not take everything")
            consumer.commit(asynchronous=False)


def raw(message: Message) -> PlainRecord:
    """As the fold reads it."""
    if message.error():
        raise RetryLater(str(message.error()))
    return PlainRecord(message.topic(), message.partition(), message.offset(), message.key(), message.value())


def folded(states: dict[bytes, bytes | None], records: Iterable[PlainRecord]) -> Iterator[tuple[bytes, bytes | None]]:
    """The states that the records changed, one a key."""
    by_key: defaultdict[bytes, list[PlainRecord]] = defaultdict(list)
    for record in records:
        by_key[HYDRATE.key_of(record)].append(record)
    now = datetime.now(UTC)
    for key, found in by_key.items():
        changed, state, _ = HYDRATE.fold(key, states.get(key), found, now)
        if changed:
            states[key] = state
            yield key, state


if __name__ == "__main__":
    work(*sys.argv[1:])
