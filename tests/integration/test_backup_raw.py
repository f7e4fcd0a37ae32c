"""The raw topics of a real broker at work in a backup, and put back into another one that is empty: byte for byte."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer, TopicPartition
from cryptography.fernet import Fernet
from pydantic import SecretStr
from pymongo import MongoClient
from pymongo.database import Database

from deploy.backup.manifest import read_manifest
from deploy.backup.restore import restore
from deploy.backup.settings import BackupSettings
from deploy.backup.topics import RAW, Raw
from deploy.topics import ensure
from schemas.errors import StopWorker
from schemas.runtime.kafka import Message, producer, publish
from schemas.runtime.kafka_login import connection
from schemas.runtime.reading import read_through
from schemas.runtime.transactions import Writer
from schemas.topics import BILLS, CLIENTS, HEARTBEATS
from tests.integration.command import Collector
from tests.parts import local_kafka

pytestmark = pytest.mark.integration

KEYS = {name: Fernet.generate_key().decode() for name in ("COLLECTOR_SECRET_KEY", "COLLECTOR_BACKUP_KEY")}
PERSON = {"COLLECTOR_PERSON_KEY": "a person key, only for tests"}
NAME = "FULANA DE TESTE"
BEGAN = round((datetime.now(UTC) - timedelta(days=20)).timestamp() * 1000)
MANY = 2_500
Store = Database[dict[str, Any]]
Seen = tuple[bytes | None, bytes | None, tuple[tuple[str, bytes | None], ...], int]
"""Key, value, headers and time."""


@pytest_asyncio.fixture
async def empty_broker(tmp_path: Path) -> AsyncIterator[str]:
    """Another one, with no topics at all."""
    async with local_kafka(tmp_path / "empty") as servers:
        yield servers


@pytest.fixture
def stores(mongo_uri: str, database: str) -> Iterator[tuple[Store, Store, Store]]:
    """One that is in use, and two empty ones."""
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        yield client[database], client[f"{database}-new"], client[f"{database}-other"]
        for name in ("new", "other"):
            client.drop_database(f"{database}-{name}")


async def fill(servers: str, sender: AIOKafkaProducer, prefix: str) -> None:
    """Some of everything that a record can be, in each raw topic; many in one partition."""
    for topic in RAW:
        for number in (0, 4):
            key = f"{prefix}:{topic.name}".encode()
            odd = [
                Message(key, f"{NAME} \xff".encode("latin-1"), [("digest", b"\x00\xff"), ("digest", b"again"), ("é", b"")]),
                Message(key + b":gone", None, [("why", b"erased")]),
                Message(key + b":empty", b"", []),
                Message(key + b":nothing", b"x", [("none", None)]),  # type: ignore[list-item]  # the broker takes it
                Message(key, None, []),
            ]
            await publish(sender, topic.name, number, [one._replace(at=BEGAN - 977 * n) for n, one in enumerate(odd)])
    many = [Message(f"{prefix}:{n}".encode(), b"%d" % n * 300, [("n", b"%d" % n)], BEGAN + n) for n in range(MANY)]
    await publish(sender, BILLS.name, 2, many)
    cut = AIOKafkaProducer(**connection(servers), transactional_id=f"{prefix}-cut")
    await cut.start()
    try:
        await cut.begin_transaction()
        await cut.send_and_wait(CLIENTS.name, key=f"{prefix}:aborted".encode(), value=b"never", partition=0)
        await cut.abort_transaction()
    finally:
        await cut.stop()


@asynccontextmanager
async def writing_on(servers: str, prefix: str) -> AsyncIterator[None]:
    """A poller that goes on, a transaction after the other."""
    writer, enough = Writer(servers, f"{prefix}-late"), asyncio.Event()
    await writer.open()

    async def write() -> None:
        number = 0
        while not enough.is_set():
            late = {(BILLS.name, n): [Message(f"{prefix}:late:{number}".encode(), b"late", [])] for n in (2, 3)}
            await writer.write(late)
            number += 1

    task = asyncio.create_task(write())
    try:
        yield
    finally:
        enough.set()
        await task
        await writer.close()


async def told(servers: str, beat: bytes | None) -> None:
    """A heartbeat of `hydrate`, or its goodbye."""
    sending = producer(servers)
    await sending.start()
    try:
        await publish(sending, HEARTBEATS.name, 0, [Message(b"hydrate:0", beat, [])])
    finally:
        await sending.stop()


async def read(servers: str, prefix: str) -> dict[tuple[str, int], list[Seen]]:
    """What is committed in the raw topics, of this test."""
    found: dict[tuple[str, int], list[Seen]] = {(topic.name, n): [] for topic in RAW for n in range(topic.partitions)}

    def note(record: Any) -> None:  # noqa: ANN401 - aiokafka's own
        if record.key.startswith(f"{prefix}:".encode()):
            seen = record.key, record.value, tuple(record.headers), record.timestamp
            found[record.topic, record.partition].append(seen)

    await read_through(servers, [TopicPartition(*place) for place in found], note)
    return found


def early_and_late(
    found: dict[tuple[str, int], list[Seen]],
) -> tuple[dict[tuple[str, int], list[Seen]], dict[int, list[Seen]]]:
    late = {n: [one for one in found[BILLS.name, n] if b":late:" in (one[0] or b"")] for n in (2, 3)}
    return {place: [one for one in some if b":late:" not in (one[0] or b"")] for place, some in found.items()}, late


def settings(mongo_uri: str, database: str) -> BackupSettings:
    return BackupSettings(
        mongo_uri=mongo_uri,
        mongo_database=database,
        **{name.lower(): SecretStr(value) for name, value in {**KEYS, **PERSON}.items()},  # type: ignore[arg-type]  # by their names
    )


async def test_raw_topics_come_back_byte_for_byte_into_empty_ones_and_nowhere_else(
    servers: str,
    sender: AIOKafkaProducer,
    empty_broker: str,
    stores: tuple[Store, Store, Store],
    mongo_uri: str,
    prefix: str,
    tmp_path: Path,
) -> None:
    used, new, other = stores
    used["instances"].insert_one({"_id": "norte"})
    await fill(servers, sender, prefix)
    collector = Collector(tmp_path, {"MONGO_URI": mongo_uri, **KEYS, **PERSON, "KAFKA_BOOTSTRAP_SERVERS": servers})

    async with writing_on(servers, prefix):
        done = await asyncio.to_thread(collector, "backup", "kept", "--raw", MONGO_DATABASE=used.name)
    assert done.returncode == 0, done.stderr
    before, late_before = early_and_late(await read(servers, prefix))
    (folder,) = (tmp_path / "kept").iterdir()
    assert not [path for path in folder.rglob("*") if path.stat().st_mode & 0o077]
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    assert not [
        word
        for word in (NAME, prefix, *KEYS.values(), *PERSON.values())
        if word.encode() in content.replace(used.name.encode(), b"")
    ]
    manifest = read_manifest(folder)
    assert [one.topic for one in manifest.topics] == [topic.name for topic in RAW]
    assert sum(one.count for one in manifest.topics) >= sum(len(some) for some in before.values())

    await ensure(empty_broker, 1, topics=[HEARTBEATS])
    await told(empty_broker, b"{}")
    with pytest.raises(StopWorker, match=r"^hydrate can be heard at this broker: stop the stages"):
        await restore(settings(mongo_uri, new.name), folder, raw=Raw(empty_broker, 1))
    assert new.list_collection_names() == []
    await told(empty_broker, None)

    class Cut(Exception):
        """In the middle of the bills."""

    def cut(what: str, done: int, of: int) -> None:
        if what == BILLS.name and 0 < done < of:
            raise Cut

    with pytest.raises(Cut):
        await restore(settings(mongo_uri, new.name), folder, cut, Raw(empty_broker, 1))
    some = sum(len(found) for found in (await read(empty_broker, prefix)).values())
    assert 0 < some < sum(one.count for one in manifest.topics)

    again = {"KAFKA_BOOTSTRAP_SERVERS": empty_broker}
    found = await asyncio.to_thread(collector, "restore", str(folder), **again, MONGO_DATABASE=new.name)
    assert found.returncode == 0, found.stderr
    after, late_after = early_and_late(await read(empty_broker, prefix))
    assert after == before
    assert any(one[1] is None for some_of in after.values() for one in some_of)
    assert not [one for some_of in after.values() for one in some_of if one[1] == b"never"]
    assert late_after == {n: late_before[n][: len(late)] for n, late in late_after.items()}
    assert new["instances"].find_one({"_id": "norte"}) is not None

    refused = await asyncio.to_thread(collector, "restore", str(folder), **again, MONGO_DATABASE=other.name)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "erp.client.v1 is not empty" in refused.stderr
    assert other.list_collection_names() == []
    without = await asyncio.to_thread(collector, "restore", str(folder), "--no-raw", **again, MONGO_DATABASE=other.name)
    assert without.returncode == 0, without.stderr
    assert early_and_late(await read(empty_broker, prefix)) == (after, late_after)


async def test_a_damaged_file_and_a_topic_that_is_none_write_nothing(
    servers: str, sender: AIOKafkaProducer, stores: tuple[Store, Store, Store], mongo_uri: str, prefix: str, tmp_path: Path
) -> None:
    used, new, _ = stores
    await publish(sender, CLIENTS.name, 1, [Message(f"{prefix}:1".encode(), b"row", [], BEGAN)])
    collector = Collector(tmp_path, {"MONGO_URI": mongo_uri, **KEYS, **PERSON, "KAFKA_BOOTSTRAP_SERVERS": servers})
    done = await asyncio.to_thread(collector, "backup", "kept", "--raw", MONGO_DATABASE=used.name)
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "kept").iterdir()
    wanted, raw = settings(mongo_uri, new.name), Raw(servers, 1)

    path = folder / "erp.client.v1.records.sealed"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(StopWorker, match=r"erp.client.v1.records.sealed: not the file that its manifest tells of"):
        await restore(wanted, folder, raw=raw)
    path.write_bytes(whole)
    other = wanted.model_copy(update={"collector_backup_key": SecretStr(Fernet.generate_key().decode())})
    with pytest.raises(StopWorker, match=r"^COLLECTOR_BACKUP_KEY is not the key of this backup"):
        await restore(other, folder, raw=raw)
    with pytest.raises(StopWorker, match=r"erp.client.v1 with 6 partitions is no raw topic of this release"):
        await restore(wanted, folder, raw=Raw(servers, 1, topics=RAW[1:]))
    with pytest.raises(StopWorker, match=r"is not empty: raw topics go into empty ones only"):
        await restore(wanted, folder, raw=raw)
    told = (folder / "manifest.json").read_text()
    first = read_manifest(folder).topics[0].records
    changed = ",\n        ".join(str(count) for count in (*first[1:], first[0]))
    (folder / "manifest.json").write_text(told.replace(",\n        ".join(str(count) for count in first), changed, 1))
    if first != (*first[1:], first[0]):
        with pytest.raises(StopWorker, match=r"not the records that its manifest counts"):
            await restore(wanted, folder, raw=raw)
    assert new.list_collection_names() == []


async def test_without_a_broker_or_its_topics_nothing_is_backed_up(
    empty_broker: str, stores: tuple[Store, Store, Store], mongo_uri: str, tmp_path: Path
) -> None:
    collector = Collector(tmp_path, {"MONGO_URI": mongo_uri, **KEYS, **PERSON, "MONGO_DATABASE": stores[0].name})
    for servers, told in {
        empty_broker: "erp.client.v1 is not there: run `collector topics`",
        "127.0.0.1:1": "no broker",
    }.items():
        done = await asyncio.to_thread(collector, "backup", "kept", "--raw", KAFKA_BOOTSTRAP_SERVERS=servers)
        assert (done.returncode, done.stdout) == (2, "")
        assert told in done.stderr
    assert not (tmp_path / "kept").exists()
