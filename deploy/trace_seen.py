"""Reads what `deploy.trace` tells: the one partition in which all records of a debtor are, and the views' documents."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from aiokafka import TopicPartition

from deploy.clients import database, reader
from deploy.trace import Key, Row, in_order, is_about, letter, shown, told
from deploy.trace_sweeps import Brought
from deploy.verify.source import records
from schemas.keys import partition_of
from schemas.runtime.settings import KafkaSettings, MongoSettings
from schemas.views import CLOSED_BILLS, DEAD_LETTERS

Step = Callable[[str, int, int], None]
"""Told (topic, records passed, records there are)."""


class TraceSettings(KafkaSettings, MongoSettings):
    """Broker and database."""


async def trace(settings: TraceSettings, key: Key, step: Step = lambda *_: None) -> list[Row]:
    """Everything about `key`, by its time. Reads only. Raises StopWorker."""
    brought = Brought()
    rows = [*await _of_topics(settings, key, brought, step), *await _of_views(settings, key, brought)]
    return in_order(rows)


async def _of_topics(settings: TraceSettings, key: Key, brought: Brought, step: Step) -> list[Row]:
    rows: list[Row] = []
    async with reader(settings.kafka_bootstrap_servers) as source:
        for topic in key.topics:
            tp = TopicPartition(topic.name, partition_of(key.debtor, topic.partitions))
            end = (await source.end_offsets([tp]))[tp]
            found: defaultdict[bytes, list[Any]] = defaultdict(list)
            async for some in records(source, tp, end):
                for record in some:
                    if key.has(record.key):
                        found[record.key].append(record)
                step(topic.name, await source.position(tp), end)
            for of_one in found.values():
                brought.take(topic, of_one)
                rows += told(topic, of_one, key, brought)
    return rows


async def _of_views(settings: TraceSettings, key: Key, brought: Brought) -> list[Row]:
    name = key.debtor.decode()
    async with database(settings) as store:
        rows = [shown(view, await store[view].find_one({"_id": name}), brought) for view in ("debtors", "queue")]
        if key.kind == "bill":
            rows.append(shown(CLOSED_BILLS, await store[CLOSED_BILLS].find_one({"_id": key.document}), brought))
        # Compared here: MongoDB orders bytes by their length first, and a poller's letter has no key at all
        found = store[DEAD_LETTERS].find({}, {"reason": 0}).sort("at", 1)
        rows += [letter(one) async for one in found if is_about(key, one)]
    return rows
