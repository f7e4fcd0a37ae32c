"""`collector erase` on servers of its own: a person goes from two providers, stays away, and their neighbours do not notice.

Its own, as the bytes in their files are looked at, and Kafka is told to compact at once.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from cryptography.fernet import Fernet
from pydantic import SecretStr
from pymongo import AsyncMongoClient
from ulid import ULID

from deploy.clients import admin
from deploy.erasing.finding import EraseSettings, Found, find, person
from deploy.erasing.run import erase
from deploy.erasing.verify import verify
from deploy.local.stack import local_stack
from deploy.topics import ensure
from schemas.attempts import ATTEMPTS
from schemas.audit import AUDIT
from schemas.calls import CallPlaced
from schemas.codec import encode
from schemas.controls import BLOCKLIST, PROMISES
from schemas.dead import DeadLetter, Why
from schemas.erp.ixc import BILLS as BILL_TABLE
from schemas.evidence import Evidence
from schemas.keys import debtor_key, partition_of
from schemas.records import Timed
from schemas.runtime.kafka import Message, producer, publish
from schemas.runtime.reading import read_through
from schemas.runtime.secrets import person_hash
from schemas.runtime.transactions import letters_part
from schemas.suppression import SUPPRESSED
from schemas.topics import DEAD, EVIDENCE, PLACED, TOPICS, Topic
from schemas.views import DEAD_LETTERS, INSTANCES, Gone
from sinks.views.letters import dead_letters
from tests.integration.command import Collector
from tests.integration.pipeline import SECRETS, Worker, eventually
from tests.integration.simulated import Served, served

pytestmark = pytest.mark.integration

DOCUMENT, WRITTEN, NAME = "52998224725", "529.982.247-25", "QJXWVPLANTEDKZQY"
KEY = SecretStr(SECRETS["COLLECTOR_SECRET_KEY"])
FAST = {"client": 1, "contract": 1, "bill": 1, "reference": 60}
STAGES = ("hydrate", "dialer", "classify", "views")
BOTH = ("norte", "sul")
SHOWN = ("debtors", "queue", "closed_bills", "calls", "evidence")
COMPACTED = tuple(topic for topic in TOPICS if topic.replay is not None)
CLEANER = {"log.cleaner.backoff.ms": "200"}


@dataclass(frozen=True, slots=True)
class Fleeting(Topic):
    """The same topic, but compacted as soon as anything more comes."""

    @property
    def config(self) -> dict[str, str]:
        """See `Topic`."""
        at_once = {"min.compaction.lag.ms": "0", "max.compaction.lag.ms": "1", "min.cleanable.dirty.ratio": "0.0"}
        gone = {"segment.ms": "1", "delete.retention.ms": "0", "file.delete.delay.ms": "0", "cleanup.policy": "compact"}
        return {"max.message.bytes": "2097152", **at_once, **gone}


def fleeting(topic: Topic) -> Fleeting:
    fields = {
        name: getattr(topic, name) for name in ("name", "model", "key", "partitions", "producers", "consumers", "replay")
    }
    return Fleeting(**fields)


class Home:
    """One installation, and the provider that both of its instances read."""

    def __init__(self, servers: str, store: Any, env: Mapping[str, str], folder: Path, erp: Served) -> None:  # noqa: ANN401 - of pymongo
        self.servers, self.store, self.env, self.folder, self.erp = servers, store, env, folder, erp
        self.settings = EraseSettings.model_validate({name.lower(): value for name, value in {**env, **SECRETS}.items()})
        self.code = self._plant()
        self.hash = person_hash(DOCUMENT, self.settings.collector_person_key)

    def _plant(self) -> str:
        """A client with bills that are due gets the name and the document; which that is."""
        tables = self.erp.simulator.provider
        owing = [row["id_cliente"] for row in tables["fn_areceber"].each() if BILL_TABLE.member(row)]
        code = max(set(owing), key=owing.count)
        tables["cliente"].rows[int(code)] |= {"razao": NAME, "cnpj_cpf": WRITTEN}
        return str(code)

    async def add(self, name: str) -> None:
        document = self.erp.instance(name, KEY, every=FAST).model_dump(mode="json")
        await self.store[INSTANCES].insert_one({"_id": name, **document})

    async def whole(self) -> bool:
        """Everybody with bills is in both queues, and every client known."""
        tables = self.erp.simulator.provider
        owing = {row["id_cliente"] for row in tables["fn_areceber"].each() if BILL_TABLE.member(row)}
        counts = [await self.store["queue"].count_documents({"instance": name}) for name in BOTH]
        clients = [await self.store["debtors"].count_documents({"instance": name}) for name in BOTH]
        return counts == [len(owing)] * 2 and clients == [len(tables["cliente"].rows)] * 2

    async def swept(self, since: datetime) -> bool:
        """Both instances' clients, contracts and bills completely, since then, past the person."""
        done = {"phase": "completed", "at": {"$gt": since}, "suppressed": {"$gte": 1}}
        found = await self.store["sweeps"].find(done).to_list()
        return {(one["instance"], one["kind"]) for one in found} >= {
            (name, kind) for name in BOTH for kind in ("client", "bill")
        }

    async def decide(self) -> None:
        """A call that was placed and heard, a promise, a dead letter, a wish not to be called; of a neighbour nothing."""
        sending = producer(self.servers)
        await sending.start()
        now = datetime.now(UTC)
        for name in BOTH:
            base = {"instance": name, "code": self.code, "attempt": str(ULID())}
            call = CallPlaced(**base, person=self.hash, number="+5582999990001", at=now, answer="ringing")
            heard = Evidence(**base, witness="ari", piece="event", fields={"type": "Hangup", "cause": "17"}, seen_at=now)
            home = partition_of(debtor_key(name, self.code), PLACED.partitions)
            await publish(sending, PLACED.name, home, [Message(call.key, encode(call), [])])
            await publish(sending, EVIDENCE.name, home, [Message(heard.key, encode(heard), [])])
            await self.store[ATTEMPTS].insert_one({"_id": base["attempt"], **base, "state": "ended", "person": self.hash})
            await self.store[PROMISES].insert_one({"_id": f"{name}:{self.code}", **base, "until": "2030-01-01"})
            await self.store[BLOCKLIST].insert_one({"instance": name, "person": self.hash, "phone": ""})
            for code in (self.code, "77777"):
                value = b'{"id_cliente":"%s","razao":"%s"}' % (code.encode(), NAME.encode())
                why = Why(stage="erp-poller", place=f"ixc/fn_areceber[{name}]@9", field="row", reason="no date")
                letter = DeadLetter(None, value if code == self.code else b"{}", why)
                await publish(sending, DEAD.name, 0, letters_part([letter])[DEAD.name, 0])
        await sending.stop()

    async def neighbours(self) -> dict[str, Any]:
        """All that is not the person's: the last value of each key by topic, and documents by view."""
        found: dict[str, Any] = {}
        theirs = {debtor_key(name, self.code) for name in BOTH}

        def note(record: Any) -> None:  # noqa: ANN401 - aiokafka ships no types
            if b":".join((record.key or b"").split(b":")[:2]) not in theirs:
                found[f"{record.topic} {record.key!r}"] = record.value

        tps = [TopicPartition(topic.name, number) for topic in COMPACTED for number in range(topic.partitions)]
        await read_through(self.servers, tps, note)
        for view in SHOWN:
            kept = self.store[view].find({"instance": {"$in": BOTH}, "code": {"$ne": self.code}}).sort("_id")
            found[view] = await kept.to_list()
        return found

    def command(self, *arguments: str, typed: str) -> subprocess.Popen[str]:
        argv = [sys.executable, "-m", "deploy.cli.main", "erase", *arguments]
        pipe = subprocess.PIPE
        env = {**self.env, **SECRETS, "COLUMNS": "200"}
        process = subprocess.Popen(argv, env=env, cwd=self.folder, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        assert process.stdin is not None
        process.stdin.write(typed)
        process.stdin.close()
        process.stdin = None
        return process

    async def brought_back(self) -> str:
        """The name of another database: empty, until a backup of this one, made at work, was put into it."""
        key = {"COLLECTOR_BACKUP_KEY": Fernet.generate_key().decode()}
        collector = Collector(self.folder, {**self.env, **SECRETS, **key})
        done = await asyncio.to_thread(collector, "backup", "kept")
        assert done.returncode == 0, done.stderr
        (backup,) = (self.folder / "kept").iterdir()
        done = await asyncio.to_thread(collector, "restore", str(backup), MONGO_DATABASE="brought_back")
        assert done.returncode == 0, done.stderr
        return "brought_back"

    async def calls(self) -> bool:
        """Whether both calls are shown, with what was heard."""
        counts = [await self.store[view].count_documents({"code": self.code}) for view in ("calls", "evidence")]
        return counts == [len(BOTH)] * 2

    async def letters(self) -> bool:
        """Whether all of them are shown: the person's and the neighbour's."""
        return bool(await self.store[DEAD_LETTERS].count_documents({}) == 2 * len(BOTH))

    async def letters_anew(self) -> list[bytes]:
        """What would be shown of them if their topic were read from its beginning."""
        told: list[Timed] = []
        await read_through(self.servers, [TopicPartition(DEAD.name, 0)], told.append)
        newest = dead_letters(told, lambda record: record.offset, datetime.now(UTC)).newest.values()
        return [one["value"] for one in newest if not isinstance(one, Gone)]

    async def found(self) -> Found:
        return await find(self.settings, person(WRITTEN, self.settings))


@contextmanager
def at_work(stage: str, home: Home, name: str = "0", end: Signals = SIGKILL, **env: str) -> Iterator[None]:
    """A stage that lives for the block, and is killed then: its farewell takes seconds, and only a next one needs it."""
    worker = Worker(stage, {**home.env, **env}, home.folder, name)
    try:
        yield
        assert worker.process.poll() is None, worker.log.read_text()[-4000:]
    finally:
        worker.kill(end)


def holding(data: Path, *signs: bytes) -> set[tuple[str, int]]:
    """Topics and partitions in whose files one of these is found."""
    found = set()
    for folder, _, names in os.walk(data):  # which passes over a folder that goes meanwhile
        for name in names:
            with suppress(FileNotFoundError):  # a segment that went meanwhile
                content = (Path(folder) / name).read_bytes() if name.endswith(".log") else b""
                if any(sign in content for sign in signs):
                    topic, _, number = Path(folder).name.rpartition("-")
                    found.add((topic, int(number)))
    return found


async def compacted(home: Home, data: Path, *signs: bytes) -> bool:
    """Whether neither files nor readers find them; where they do, a record more closes what was written before.

    Dead letters are in no compacted topic: their bytes stay for their time.
    """
    rows = (await verify(home.settings, person(DOCUMENT, home.settings))).rows()
    topics = {name.removeprefix("topic ") for name in (str(one["where"]) for one in rows) if name.startswith("topic ")}
    homes = {partition_of(debtor_key(name, home.code), PLACED.partitions) for name in BOTH}
    left = holding(data, *signs) | {(topic, number) for topic in topics for number in homes}
    left = {(topic, number) for topic, number in left if topic != DEAD.name}
    if left:
        sending = producer(home.servers)
        await sending.start()
        for topic, number in left:
            await publish(sending, topic, number, [Message(b"nobody", b"{}", [])])
        await sending.stop()
    return not left


async def cut(home: Home, count: int) -> str:
    """An erasure, killed as soon as it has begun; what it has said."""
    process = home.command(typed=f"{WRITTEN}\n{count}\n")
    assert process.stderr is not None
    said = ""
    while "left:" not in said:
        line = await asyncio.to_thread(process.stderr.readline)
        assert line, f"it ended before: {said}"
        said += line
    process.send_signal(SIGKILL)
    out, err = await asyncio.to_thread(process.communicate)
    return said + err + out


@pytest.mark.timeout(600)
async def test_they_are_gone_from_two_providers_stay_away_and_nobody_else_notices(tmp_path: Path) -> None:
    """Cut by kill -9 and run again; the next sweeps bring nothing back, also after a restore; at last no file of Kafka has
    their bytes.
    """
    async with AsyncExitStack() as closing:
        stack = await closing.enter_async_context(local_stack(tmp_path, print, {}))
        await ensure(stack.kafka_bootstrap, 1)
        env = {**stack.environment, "MONGO_DATABASE": "collector"}
        client = await closing.enter_async_context(AsyncMongoClient[dict[str, Any]](stack.mongo_uri, tz_aware=True))
        erp = closing.enter_context(served("ixc", clients=12))
        home = Home(stack.kafka_bootstrap, client["collector"], env, tmp_path, erp)
        for name in BOTH:
            await home.add(name)
        with ExitStack() as stages:
            for stage in STAGES:
                stages.enter_context(at_work(stage, home))
            before = await erased(home)
            again = datetime.now(UTC)
            with at_work("erp-poller", home, "1", SIGTERM):  # the first one rests, as it was pushed out
                other = await home.brought_back()
                await eventually(lambda: home.swept(again), "sweeps of both after it")
                looked = home.command("--verify", typed=f"{DOCUMENT}\n")
                out, err = await asyncio.to_thread(looked.communicate)
                assert looked.returncode == 0, out + err
                assert DOCUMENT not in out + err
            assert await home.neighbours() == before
            await obeyed(home, other)
            assert await home.neighbours() == before
        await forgotten(home, tmp_path)


async def erased(home: Home) -> dict[str, Any]:
    """With a poller that sweeps all the time; what the neighbours had before it."""
    with at_work("erp-poller", home):
        await eventually(home.whole, "the first sync")
        await home.decide()
        await eventually(home.calls, "the calls in their view")
        await eventually(home.letters, "the dead letters in theirs")
        before = await home.neighbours()
        found = await home.found()
        assert (found.clients, found.is_suppressed) == ({name: [home.code] for name in BOTH}, False)
        assert (len(found.letters), found.promises, found.attempts, found.blocks) == (2, 2, 2, 2)
        assert [one for one in (await verify(home.settings, found.person)).rows() if one["alive"]]

        said = await cut(home, found.count)
        assert DOCUMENT not in said
        assert WRITTEN not in said
        left = await home.found()
        assert left.is_suppressed
        await erase(home.settings, left, lambda _: None)
        gone = await home.found()
        assert (gone.count, gone.attempts, gone.blocks) == (0, 2, 2)
        assert await home.store[DEAD_LETTERS].count_documents({}) == 2
        assert await home.letters_anew() == [b"{}"] * 2
        noted = await home.store[AUDIT].find({"action": "person_erased"}).to_list()
        assert [one["code"] for one in noted] == [home.hash] * 2
        assert await home.store[SUPPRESSED].count_documents({"person": home.hash}) == 1 + len(BOTH)
    return before


async def obeyed(home: Home, other: str) -> None:
    """By a poller that knows of the erasure from a backup alone: the list is in it, and its sweeps bring nothing back."""
    lists = [await store[SUPPRESSED].find().sort("_id").to_list() for store in (home.store, home.store.client[other])]
    assert lists[0] == lists[1] != []
    again = datetime.now(UTC)
    with at_work("erp-poller", home, "2", MONGO_DATABASE=other):
        await eventually(lambda: home.swept(again), "sweeps of both that obey the list of the backup")
    settings = home.settings.model_copy(update={"mongo_database": other})
    assert not [one for one in (await verify(settings, person(DOCUMENT, settings))).rows() if one["alive"]]


async def forgotten(home: Home, folder: Path) -> None:
    """No byte of them in Kafka's files after compaction, and nothing for `--verify` but what a rule keeps."""
    data, signs = folder / "kafka" / "data", (NAME.encode(), home.hash.encode())
    assert {topic for topic, _ in holding(data, *signs)} >= {"erp.client.v1", "debtor.v1", "queue.v1", "call.placed.v1"}
    async with admin(home.servers) as client:
        await client.alter_configs([ConfigResource(ConfigResourceType.BROKER, "1", CLEANER)])
    await ensure(home.servers, 1, alter=True, topics=[fleeting(topic) for topic in COMPACTED])
    await eventually(lambda: compacted(home, data, *signs), "compaction")

    rows = (await verify(home.settings, person(DOCUMENT, home.settings))).rows()
    by_rule = {"attempts", "audit", "blocklist", "suppressed", *SHOWN}
    where = {str(one["where"]): one["alive"] for one in rows}
    assert not any(where.values())
    assert {name for name in where if name.startswith("collection")} == {f"collection {name}" for name in by_rule}
    assert [name for name in where if not name.startswith("collection")] == [f"topic {DEAD.name}"]  # for its 365 days
