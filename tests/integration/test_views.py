"""The views sink on the real servers: whoever is killed, paused or emptied, the last record of each key is what is shown."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from signal import SIGCONT, SIGSTOP, SIGTERM
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from pymongo import AsyncMongoClient

from deploy.clients import reader
from schemas.codec import encode
from schemas.dead import DeadLetter, Why
from schemas.debtor import Bill, Debtor
from schemas.keys import debtor_key, partition_of, row_key
from schemas.rows import ErpRow
from schemas.runtime.kafka import Message, publish
from schemas.runtime.mongo import Database
from schemas.sweeps import Sweep
from schemas.topics import DEAD, DEBTORS, REFERENCES, SWEEPS
from schemas.views import CLOSED_BILLS, EPOCHS, GRAVES, VIEWS, View
from sinks.views.indexes import ensure_indexes
from tests.integration.pipeline import Worker, eventually, running

pytestmark = pytest.mark.integration

Shown = dict[str, int]


def debtor(instance: str, code: str, cents: int) -> Debtor:
    """`cents` tell one state from another; `version` is no help: it is a fact of the event."""
    now = datetime.now(UTC)
    bill = Bill(due_on=date(2026, 1, 5), open_cents=cents, status="open", seen_at=now)
    return Debtor(instance=instance, code=code, version=7, changed_at=now, bills={"1": bill})


async def put(sender: AIOKafkaProducer, events: Sequence[Debtor], *, erased: bool = False) -> None:
    parts: dict[int, list[Message]] = {}
    for event in events:
        message = Message(event.key, None if erased else encode(event), [])
        parts.setdefault(partition_of(event.key, DEBTORS.partitions), []).append(message)
    for partition, messages in parts.items():
        await publish(sender, DEBTORS.name, partition, messages)


@pytest_asyncio.fixture
async def store(mongo_uri: str, database: str) -> AsyncIterator[Database]:
    async with AsyncMongoClient[dict[str, Any]](mongo_uri) as client:
        yield client[database]


async def shown(store: Database, instance: str) -> Shown:
    found = store["debtors"].find({"instance": instance})
    return {one["code"]: one["bills"][0]["open_cents"] async for one in found}


async def shows(store: Database, instance: str, wanted: Shown) -> None:
    async def look() -> bool:
        return await shown(store, instance) == wanted

    try:
        await eventually(look, "the documents")
    except AssertionError as exc:
        found = await shown(store, instance)
        wrong = {code: found.get(code) for code, cents in wanted.items() if found.get(code) != cents}
        exc.add_note(
            f"{len(found)} of {len(wanted)} documents; wrong {list(wrong.items())[:5]}; {found.keys() - wanted.keys()}"
        )
        raise


async def whole(store: Database) -> None:
    """Every partition of `debtors` has been read to the end that it had."""

    async def look() -> bool:
        return await store[EPOCHS].count_documents({"view": "debtors", "until": None}) == DEBTORS.partitions

    await eventually(look, "the end of reading anew")


async def committed(servers: str, group: str = "views.debtors") -> bool:
    """Whether the group has committed the end of every partition."""
    client = AIOKafkaAdminClient(bootstrap_servers=servers)
    await client.start()
    try:
        offsets = await client.list_consumer_group_offsets(group)
    finally:
        await client.close()
    async with reader(servers) as consumer:
        ends = await consumer.end_offsets([TopicPartition(DEBTORS.name, number) for number in range(DEBTORS.partitions)])
    return all(tp in offsets and offsets[tp].offset >= end for tp, end in ends.items())


async def settled(servers: str, store: Database) -> None:
    await whole(store)

    async def look() -> bool:
        return await committed(servers)

    await eventually(look, "the group's last commit")


async def test_interrupted_the_last_record_of_each_debtor_stays(
    sender: AIOKafkaProducer, env: Mapping[str, str], store: Database, prefix: str, tmp_path: Path
) -> None:
    """Forty states of thirty debtors in any order, with a kill -9 in between: no clock and no version decides."""
    rng = Random(5)
    events = [debtor(prefix, str(code), cents) for code in range(30) for cents in range(1, 41)]
    rng.shuffle(events)
    last = {event.code: event.bills["1"].open_cents for event in events}
    with running("views", env, tmp_path) as sink:
        await put(sender, events[:600])
        sink.kill()
        sink.start()
        await put(sender, events[600:])
        await shows(store, prefix, last)
        await put(sender, [debtor(prefix, "0", 1)], erased=True)
        await shows(store, prefix, {code: cents for code, cents in last.items() if code != "0"})
        (grave,) = [one async for one in store["debtors"].find({"erased": True, "_id": f"{prefix}:0"})]
        assert grave.keys() == {"_id", "erased", "at", "version"}
        for declared in VIEWS:
            await eventually(partial(prepared, store, declared), f"the indexes of {declared.name}")
            there = (await store[declared.name].index_information()).values()
            assert set(declared.indexes) <= {tuple(index["key"]) for index in there}
            kept = timedelta(days={"stages": 1, "calls": 180, "evidence": 180}.get(declared.name, 30)).total_seconds()
            assert any(index.get("expireAfterSeconds") == kept for index in there)


async def prepared(store: Database, view: View) -> bool:
    """Its loop has begun: they do so one after the other."""
    there = (await store[view.name].index_information()).values()
    return len(there) > len(view.indexes) + 1  # MongoDB's own, the declared ones, and one that lets documents expire


async def test_a_lost_database_is_filled_again(
    servers: str, sender: AIOKafkaProducer, env: Mapping[str, str], store: Database, prefix: str, tmp_path: Path
) -> None:
    """MongoDB's volume is gone and Kafka's is kept: everything comes back, without a word from anybody; and it is said."""
    wanted = {str(code): 1 for code in range(300)}
    with running("views", env, tmp_path) as sink:
        await put(sender, [debtor(prefix, code, 1) for code in wanted])
        await shows(store, prefix, wanted)
        await settled(servers, store)
        sink.kill(SIGTERM)
        await store.client.drop_database(store.name)
        sink.start()
        await put(sender, [debtor(prefix, "one more", 2)])
        await shows(store, prefix, {**wanted, "one more": 2})
        assert "MongoDB has lost this view" in sink.log.read_text()
        await settled(servers, store)
        # and while it runs
        await store.client.drop_database(store.name)
        await shows(store, prefix, {**wanted, "one more": 2})
        assert len(await store["debtors"].index_information()) == 3


async def test_a_lost_group_leaves_the_same_documents_and_no_ghosts(
    servers: str, sender: AIOKafkaProducer, env: Mapping[str, str], store: Database, prefix: str, tmp_path: Path
) -> None:
    """The group's offsets are deleted: all is read again; what no record tells goes, what was erased stays so.

    A bill that is closed stays: it is no ERP's any more.
    """
    wanted = {str(code): 2 for code in range(100)}
    with running("views", env, tmp_path) as sink:
        await put(sender, [debtor(prefix, code, cents) for cents in (1, 2) for code in [*wanted, "gone"]])
        await put(sender, [debtor(prefix, "gone", 3)], erased=True)
        await shows(store, prefix, wanted)
        await settled(servers, store)
        sink.kill(SIGTERM)
        ghost = await store["debtors"].find_one({"_id": f"{prefix}:1"}) or {}
        await store["debtors"].insert_one({**ghost, "_id": f"{prefix}:ghost", "code": "ghost"})
        closed = {"instance": prefix, "code": "1", "version": 1, "closed_at": datetime.now(UTC)}
        bills = store[CLOSED_BILLS]
        await bills.insert_many(
            [{**closed, "_id": f"{prefix}:1:closed"}, {**closed, "_id": f"{prefix}:1:open", "closed_at": None}]
        )
        for group in ("views.debtors", f"views.{CLOSED_BILLS}"):
            await forgotten(servers, group)
        sink.start()
        await settled(servers, store)
        assert await shown(store, prefix) == wanted

        async def left() -> bool:
            return [one["_id"] async for one in bills.find({"instance": prefix})] == [f"{prefix}:1:closed"]

        await eventually(left, "the closed bill alone")
        assert "Kafka has lost the group's offsets" in sink.log.read_text()


async def forgotten(servers: str, group: str) -> None:
    """The group's offsets are deleted, as soon as Kafka has noticed that its member is gone."""
    client = AdminClient({"bootstrap.servers": servers})
    said = ""

    async def look() -> bool:
        nonlocal said
        try:
            await asyncio.to_thread(client.delete_consumer_groups([group])[group].result)
        except KafkaException as exc:
            said = str(exc)
            return False
        return True

    try:
        await eventually(look, "the group's end")
    except AssertionError as exc:
        exc.add_note(said)
        raise


async def test_a_worker_that_wakes_late_writes_nothing(
    sender: AIOKafkaProducer, env: Mapping[str, str], store: Database, prefix: str, tmp_path: Path
) -> None:
    """Paused while it writes; another takes over, everybody changes, some are erased; then the sleeper wakes."""
    codes = [str(code) for code in range(6_000)]
    with running("views", env, tmp_path, "sleeper") as sleeper:
        await put(sender, [debtor(prefix, "first", 0)])
        await shows(store, prefix, {"first": 0})
        await put(sender, [debtor(prefix, code, 1) for code in codes])

        async def begun() -> bool:
            return await store["debtors"].count_documents({"instance": prefix}) > 1

        await eventually(begun, "the first documents")
        sleeper.process.send_signal(SIGSTOP)
        try:
            await put(sender, [debtor(prefix, code, 2) for code in codes])
            await put(sender, [debtor(prefix, code, 3) for code in codes[:1_000]], erased=True)
            wanted = {"first": 0, **dict.fromkeys(codes[1_000:], 2)}
            with running("views", env, tmp_path, "successor") as successor:
                await shows(store, prefix, wanted)
                sleeper.process.send_signal(SIGCONT)
                await awake(sleeper, successor)
                await put(sender, [debtor(prefix, "last", 4)])
                await shows(store, prefix, {**wanted, "last": 4})
        finally:
            sleeper.process.send_signal(SIGCONT)


async def awake(sleeper: Worker, successor: Worker) -> None:
    """The sleeper has said that it lost its partitions, so nothing of before its sleep is still to come."""

    async def look() -> bool:
        assert successor.process.poll() is None
        return "partition_lost" in sleeper.log.read_text()

    await eventually(look, "that the sleeper noticed")


async def test_a_clock_that_was_set_back_a_wrong_partition_and_a_letter_told_twice(
    sender: AIOKafkaProducer, env: Mapping[str, str], store: Database, prefix: str, tmp_path: Path
) -> None:
    """The later record wins in references and sweeps; what no key leads to is a letter; the same letter is one document."""
    now = datetime.now(UTC)
    city = ErpRow(
        instance=prefix, erp="ixc", kind="reference", id="7", client="cidade", row={"n": "old"}, seen_at=now, sweep="1"
    )
    cities = [city, city.model_copy(update={"seen_at": now - timedelta(hours=3), "row": {"n": "new"}})]
    key = row_key(prefix, "cidade", "reference", "7")
    sweep = Sweep(instance=prefix, erp="ixc", kind="bill", sweep="old", phase="completed", at=now)
    sweeps = [sweep, sweep.model_copy(update={"at": now - timedelta(hours=3), "sweep": "new"})]
    lost = debtor(prefix, "lost", 1)
    right = partition_of(lost.key, DEBTORS.partitions)
    why = Why(stage="hydrate", place=f"erp.bill.v1[0]@{2**40}", field="row", reason=prefix)
    letter = Message(b"k", prefix.encode(), DeadLetter(b"k", prefix.encode(), why).headers())
    messages = [Message(key, encode(one), []) for one in cities]
    await publish(sender, REFERENCES.name, partition_of(debtor_key(prefix, "cidade"), REFERENCES.partitions), messages)
    await publish(sender, SWEEPS.name, 0, [Message(f"{prefix}:bill".encode(), encode(one), []) for one in sweeps])
    await publish(sender, DEBTORS.name, (right + 1) % DEBTORS.partitions, [Message(lost.key, encode(lost), [])])
    for _ in range(2):
        await publish(sender, DEAD.name, 0, [letter])
    with running("views", env, tmp_path):

        async def last() -> bool:
            one = await store["references"].find_one({"instance": prefix}) or {}
            other = await store["sweeps"].find_one({"instance": prefix}) or {}
            return one.get("row") == {"n": "new"} and other.get("sweep") == "new"

        await eventually(last, "the later record of each")

        async def buried() -> bool:
            return await store["dead_letters"].find_one({"key": lost.key, "field": "key", "stage": "views"}) is not None

        await eventually(buried, "the letter of the wrong partition")
        assert await shown(store, prefix) == {}
        assert await store["dead_letters"].count_documents({"reason": prefix}) == 1
        again = (await store["dead_letters"].index_information()).values()
        assert any(index.get("expireAfterSeconds") == 365 * 86_400 for index in again)


async def test_indexes_of_an_older_collector_are_mended(store: Database) -> None:
    """Another expiry, a plain index in its place, or one too many: the stage starts, and the declared ones are there."""
    (debtors, *_) = VIEWS
    for before in ({"expireAfterSeconds": 5}, {}, {"expireAfterSeconds": 5, "name": "mine"}):
        await store["debtors"].drop()
        await store["debtors"].create_index([("at", 1)], **before)
        await store["debtors"].create_index([("code", 1)])
        for _ in range(2):
            await ensure_indexes(debtors, (GRAVES,), store["debtors"])
        found = await store["debtors"].index_information()
        (expiring,) = [index for index in found.values() if index["key"] == [("at", 1)]]
        assert expiring["expireAfterSeconds"] == 30 * 86_400
        assert expiring["partialFilterExpression"] == {"erased": True}
        assert {index["key"][0][0] for index in found.values()} >= {"code", "instance"}


async def test_of_two_workers_of_one_name_the_elder_ends(env: Mapping[str, str], store: Database, tmp_path: Path) -> None:
    """With one line and 75, instead of taking the partitions from each other for ever."""
    with running("views", env, tmp_path) as elder:
        await whole(store)
        (tmp_path / "younger").mkdir()
        with running("views", env, tmp_path / "younger"):

            async def ended() -> bool:
                return elder.process.poll() is not None

            await eventually(ended, "the elder's end")
            assert elder.process.returncode == 75
            assert elder.log.read_text().splitlines()[-1].startswith("another process ")
        elder.start()
