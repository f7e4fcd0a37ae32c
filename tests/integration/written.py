"""Raw rows, states, queue and views as the stages write them, with headers and places, but without the stages."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError
from pymongo.asynchronous.database import AsyncDatabase

from processors.hydrate.stage import HYDRATE
from schemas.calling.facts import facts_of
from schemas.codec import decode, encode
from schemas.debtor import Debtor
from schemas.keys import debtor_key, partition_of
from schemas.queue import QueueEntry, Verdict
from schemas.rows import ErpRow
from schemas.runtime.kafka import Message, reader
from schemas.runtime.transactions import Place, Writer
from schemas.topics import KEYED_PARTITIONS, Topic
from schemas.views import VIEWS, Document, View
from tests.integration.pipeline import eventually
from tests.unit.records import Given, of_row

GENERATION = 3 * 2**40
NOW = datetime.now(UTC)


async def ends(servers: str, *topics: Topic) -> dict[int, dict[str, int]]:
    """The next offset by partition and topic."""
    source = reader(servers)
    await source.start()
    try:
        tps = [TopicPartition(topic.name, number) for topic in topics for number in range(KEYED_PARTITIONS)]
        found: defaultdict[int, dict[str, int]] = defaultdict(dict)
        for tp, end in (await source.end_offsets(tps)).items():
            found[tp.partition][tp.topic] = end
        return found
    finally:
        await source.stop()


def states(rows: Iterable[ErpRow]) -> dict[bytes, Debtor]:
    """What `hydrate` makes of them."""
    by_key: defaultdict[bytes, list[Given]] = defaultdict(list)
    for row in rows:
        by_key[debtor_key(row.instance, row.client)].append(of_row(row))
    folded = {key: HYDRATE.fold(key, None, found, NOW).state for key, found in by_key.items()}
    return {key: decode(Debtor, state) for key, state in folded.items()}


def queue(debtors: Mapping[bytes, Debtor]) -> dict[bytes, QueueEntry]:
    """What the dialer makes of those, verdicts aside."""
    return {
        key: QueueEntry(
            instance=one.instance,
            code=one.code,
            version=1,
            debtor_version=one.version,
            decided_at=NOW,
            facts=facts_of(one),
            verdict=Verdict(),
        )
        for key, one in debtors.items()
        if one.bills
    }


async def write(
    servers: str, topic: Topic, found: Mapping[bytes, Debtor | QueueEntry], read: Mapping[int, Mapping[str, int]]
) -> None:
    """In one transaction, each record with what its partition had read."""
    parts: defaultdict[Place, list[Message]] = defaultdict(list)
    for key, one in found.items():
        number = partition_of(key, KEYED_PARTITIONS)
        parts[topic.name, number].append(Message(key, encode(one), [("read", orjson.dumps(read[number]))]))
    writer = Writer(servers, f"test-{topic.name}")
    try:
        await writer.open()
        await writer.write(parts)
    finally:
        await writer.close()


async def sink(servers: str, database: AsyncDatabase[Document], view: View, instance: str) -> None:
    """One view as its sink leaves it: each document at its record's place, and everything committed."""
    group = AIOKafkaConsumer(bootstrap_servers=servers, group_id=f"views.{view.name}", enable_auto_commit=False)
    source = reader(servers)
    await asyncio.gather(group.start(), source.start())
    try:
        for number in range(KEYED_PARTITIONS):
            tp = TopicPartition(view.topic.name, number)
            source.assign([tp])
            end = (await source.end_offsets([tp]))[tp]
            await source.seek_to_beginning(tp)
            while await source.position(tp) < end:
                for record in (await source.getmany(timeout_ms=200)).get(tp, []):
                    if record.key.startswith(f"{instance}:".encode()) and view.topic.model is not None:
                        document = view.document(decode(view.topic.model, record.value))
                        placed = {**document, "version": GENERATION + record.offset}
                        await database[view.name].replace_one({"_id": document["_id"]}, placed, upsert=True)
            group.assign([tp])
            await eventually(partial(_committed, group, tp, end), f"the commit of views.{view.name}")
    finally:
        await asyncio.gather(group.stop(), source.stop())


async def _committed(group: AIOKafkaConsumer, tp: TopicPartition, end: int) -> bool:
    """False while the broker waits for a member that has just ended: one with a name does not say goodbye."""
    try:
        await group.commit({tp: end})
    except CommitFailedError:
        return False
    return True


def view_of(topic: Topic) -> View:
    """Its only one."""
    return next(view for view in VIEWS if view.topic == topic)
