"""What a comparison is made of: the raw rows, the calls, what people decided. Read, and nothing is written."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from deploy.clients import database, no_broker
from deploy.replay.wanted import Wanted
from deploy.whatif.play import Facts
from schemas.calls import Call
from schemas.codec import decode
from schemas.controls import in_force_since
from schemas.errors import RejectRecord, StopWorker
from schemas.instances import Instance
from schemas.runtime.mongo import Database, controls, instances
from schemas.runtime.reading import read_through
from schemas.runtime.settings import KafkaSettings, MongoSettings
from schemas.topics import BILLS, CALLS, CLIENTS, CONTRACTS, Topic
from schemas.what_if import NotCompared
from sinks.snapshots.past import Past

Whose = Callable[[Database, Collection[str]], Awaitable[Wanted]]
"""Of the records of these instances."""


class WhatIfSettings(KafkaSettings, MongoSettings):
    """Broker and database."""


async def chosen(settings: MongoSettings, name: str) -> dict[str, Instance]:
    """The instance `name`, or, where it is "", all that have a PABX. Raises StopWorker."""
    async with database(settings) as store:
        valid, wrong = await instances(store)
    if name and name not in valid:
        why = f"has a wrong {wrong[name]}" if name in wrong else "does not exist"
        raise NotCompared(f"the instance {name} {why}: see `collector instance list`", "no_instance")
    found = {name: valid[name]} if name else {key: one for key, one in valid.items() if one.pabx is not None}
    if not found:
        raise StopWorker("no instance has a PABX, so nobody is called: `collector pabx set --help`")
    return found


async def facts(settings: WhatIfSettings, some: Mapping[str, Instance], days: int, now: datetime, whose: Whose) -> Facts:
    """Of the last `days`, or as far back as anything was read. Raises StopWorker where there is nothing at all.

    `whose`: asked for the records that are read, of these instances.
    """
    async with database(settings) as store:
        wanted = await whose(store, some.keys())
    first = now - timedelta(days=days)
    pasts = [Past(name, first, now) for name in some]
    calls: dict[bytes, Call] = {}

    def row(record: Any) -> None:  # noqa: ANN401 - aiokafka ships no types
        for past in pasts if wanted(record.key) else ():
            past.take(record)

    def call(record: Any) -> None:  # noqa: ANN401 - the same
        if (record.key or b"").split(b":", 1)[0].decode(errors="replace") not in some or not wanted(record.key):
            return
        try:
            calls[record.key] = decode(Call, record.value)
        except RejectRecord:
            calls.pop(record.key, None)  # a tombstone, or what nobody can read

    servers = settings.kafka_bootstrap_servers
    try:
        await read_through(servers, _of(CLIENTS, CONTRACTS, BILLS), row)
        await read_through(servers, _of(CALLS), call)
    except KafkaError as exc:
        raise await no_broker(servers, exc) from exc
    begun = [past.begun for past in pasts if past.begun is not None]
    if not begun:
        raise NotCompared(f"nothing was read of {', '.join(some)} yet: run erp-poller first", "nothing_read")
    async with database(settings) as store:
        decided, _ = await controls(store, in_force_since(first.date()))
    return Facts(max(first, min(begun)), now, pasts, tuple(calls.values()), decided)


def _of(*topics: Topic) -> list[TopicPartition]:
    return [TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)]
