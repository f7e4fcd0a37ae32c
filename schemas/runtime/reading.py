"""Reads what topics hold, of each partition in its order, up to what is there now."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from aiokafka import TopicPartition

from schemas.runtime.consumer import Consumer
from schemas.runtime.kafka import reader
from schemas.runtime.kafka_login import connection

AT_ONCE = 20_000


async def read_through(
    servers: str,
    tps: Collection[TopicPartition],
    note: Callable[[Any], None],
    since: datetime | Mapping[TopicPartition, int] | None = None,
) -> None:
    """`note` every committed record of these partitions, of each in its order; only what was written at `since` or later, or
    what stands at these offsets or behind.

    A poller calls it while holding the writers of what it looks for, else somebody may publish behind what was read. Raises
    KafkaError. A record is aiokafka's own.
    """
    ends = await ends_of(servers, tps)
    reading = reader(servers)
    await reading.start()
    try:
        reading.assign(tps)
        if since is None:
            await reading.seek_to_beginning(*tps)
        elif isinstance(since, Mapping):
            for tp in tps:
                reading.seek(tp, min(since[tp], ends[tp]))
        else:
            starts = await reading.offsets_for_times(dict.fromkeys(tps, round(since.timestamp() * 1000)))
            for tp in tps:
                reading.seek(tp, starts[tp].offset if starts.get(tp) else ends[tp])
        while any([await reading.position(tp) < ends[tp] for tp in tps]):
            for records in (await reading.getmany(timeout_ms=500, max_records=AT_ONCE)).values():
                for record in records:
                    note(record)
    finally:
        await reading.stop()


async def ends_of(servers: str, tps: Collection[TopicPartition]) -> dict[TopicPartition, int]:
    """Behind the last record of each. To a reader of what is committed a partition ends before the first transaction that is
    still open, whoever opened it: behind that may be records of ours.
    """
    looking = Consumer(**connection(servers), enable_auto_commit=False, isolation_level="read_uncommitted")
    await looking.start()
    try:
        found: dict[TopicPartition, int] = await looking.end_offsets(tps)
        return found
    finally:
        await looking.stop()
