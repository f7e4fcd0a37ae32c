"""A broker and a database with TLS and a login: all of ours passes, and what is wrong is one line without a secret."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient

from dashboard.facts import health
from deploy.status import StatusSettings, status
from deploy.topics import TopicSettings, differences, ensure
from producers.held.turns import Turns
from schemas.codec import encode
from schemas.errors import StopWorker
from schemas.keys import debtor_key, partition_of, row_key
from schemas.rows import ErpRow
from schemas.runtime.database_peer import Database
from schemas.runtime.kafka import Message
from schemas.runtime.kafka_login import tls
from schemas.runtime.knocking import knock
from schemas.runtime.peers import Broker
from schemas.runtime.settings import KafkaSettings, read
from schemas.runtime.transactions import Writer
from schemas.topics import ROW_TOPICS, TOPICS
from tests.certificates import Authority
from tests.integration.pipeline import SECRETS, eventually, row, running
from tests.integration.secured import DATABASE_PASSWORD, PASSWORD, USER, SecuredBroker, SecuredDatabase

pytestmark = pytest.mark.integration

STALE = ("KAFKA_SECURITY", "KAFKA_MECHANISM", "KAFKA_USER", "KAFKA_PASSWORD", "KAFKA_CA", "MONGO_URI")
REFUSED = {
    "login": ({"KAFKA_PASSWORD": "hunter3"}, "KAFKA_USER, KAFKA_PASSWORD: {0} does not take this login: "),
    "plain login": (
        {"KAFKA_PASSWORD": "hunter3", "KAFKA_MECHANISM": "PLAIN"},
        "KAFKA_USER, KAFKA_PASSWORD: {0} does not take this login: ",
    ),
    "mechanism": ({"KAFKA_MECHANISM": "SCRAM-SHA-256"}, "KAFKA_MECHANISM=SCRAM-SHA-256: {0} does not offer it: "),
    "authority": ({"KAFKA_CA_FILE": "{1}"}, "KAFKA_CA_FILE: the certificate of {0} is not to be trusted (unable to get"),
}


class Secured(NamedTuple):
    """`stranger`: a certificate that signed neither."""

    env: dict[str, str]
    mongo: SecuredDatabase
    stranger: Path

    @property
    def servers(self) -> str:
        return self.env["KAFKA_BOOTSTRAP_SERVERS"]


@pytest_asyncio.fixture
async def secured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Secured]:
    """Both servers; this process and what it starts are told of them, of secrets by file."""
    authority = Authority(tmp_path, "ours")
    broker, mongo = SecuredBroker(tmp_path, authority), SecuredDatabase(tmp_path, authority)
    password, uri = tmp_path / "password", tmp_path / "uri"
    password.write_text(f"{PASSWORD}\n")
    uri.write_text(mongo.uri)
    env = {
        **SECRETS,
        "KAFKA_BOOTSTRAP_SERVERS": broker.servers,
        "KAFKA_SECURITY": "SASL_SSL",
        "KAFKA_USER": USER,
        "KAFKA_PASSWORD_FILE": str(password),
        "KAFKA_CA_FILE": str(authority.file),
        "MONGO_URI_FILE": str(uri),
        "MONGO_DATABASE": "secured",
    }
    for name in STALE:
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    try:
        await asyncio.gather(broker.start(), mongo.start())
        yield Secured(env, mongo, Authority(tmp_path, "theirs").file)
    finally:
        await asyncio.gather(broker.stop(), mongo.stop())


async def put(servers: str, *rows: ErpRow) -> None:
    """As a poller publishes them, in one transaction."""
    parts: dict[tuple[str, int], list[Message]] = {}
    for one in rows:
        topic = ROW_TOPICS[one.kind]
        number = partition_of(debtor_key(one.instance, one.client), topic.partitions)
        message = Message(row_key(one.instance, one.client, one.kind, one.id), encode(one), [])
        parts.setdefault((topic.name, number), []).append(message)
    writer = Writer(servers, "erp-poller-secured")
    await writer.open()
    try:
        await writer.write(parts)
    finally:
        await writer.close()


async def last_words(stage: str, **env: str) -> tuple[int | None, str]:
    """Of a stage that ends by itself: its code and all that it said."""
    argv = [sys.executable, "-m", "deploy.stages", stage, "refused"]
    surroundings = {name: value for name, value in os.environ.items() if f"{name.removesuffix('_FILE')}" not in env}
    process = await asyncio.create_subprocess_exec(*argv, env={**surroundings, **env}, stdout=PIPE, stderr=STDOUT)
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_a_row_passes_every_client_of_ours_and_what_is_refused_is_one_line_without_a_secret(
    secured: Secured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer, Faust, the sink, the heartbeats and the command line; by SCRAM, the sink by PLAIN."""
    servers = secured.servers
    topics = read(TopicSettings).as_set(TOPICS)
    assert set((await ensure(servers, 1, topics=topics)).values()) == {"created"}
    by_plain = {**secured.env, "KAFKA_MECHANISM": "PLAIN", "LOG_LEVEL": "DEBUG"}
    with running("hydrate", secured.env, tmp_path) as hydrate, running("views", by_plain, tmp_path) as views:
        await put(servers, row("secured", "client", "7", "7"), row("secured", "bill", "7", "9"))
        assert await differences(servers, 1, topics) == []
        took, brokers = await eventually(lambda: health.ask(servers), "the broker")
        assert (took > 0, brokers) == (True, 1)
        asks = Database(secured.mongo.uri)
        assert (Broker(servers, tls())(60), asks(60)) == (True, True)
        asks.close()
        turns = Turns(servers, "secured")
        await turns.start()
        await turns.stop()
        async with AsyncMongoClient[dict[str, Any]](secured.mongo.uri) as client:
            await eventually(lambda: client["secured"]["debtors"].find_one({"_id": "secured:7"}), "the debtor's document")

            async def heard() -> bool:
                shown = await status(read(StatusSettings), "hydrate")
                return {one.stage for one in shown.stages if one.state == "alive"} >= {"hydrate", "views"}

            await eventually(heard, "both stages in `collector status`")
        logs = hydrate.log.read_text() + views.log.read_text()
    assert not [secret for secret in (PASSWORD, DATABASE_PASSWORD) if secret in logs]

    for env, expected in REFUSED.values():
        with monkeypatch.context() as patch:
            for name, value in env.items():
                patch.delenv(f"{name}_FILE", raising=False)
                patch.setenv(name, value.format(servers, secured.stranger))
            with pytest.raises(StopWorker) as stopped:
                await knock(read(KafkaSettings))
            assert str(stopped.value).startswith(expected.format(servers))
            with pytest.raises(StopWorker) as refused:
                await ensure(servers, 1)
            assert str(refused.value) == str(stopped.value)
            assert "\n" not in str(stopped.value)
            assert "hunter" not in str(stopped.value)
    ours = Path(secured.env["KAFKA_CA_FILE"])
    ended = await asyncio.gather(
        last_words("hydrate", KAFKA_PASSWORD="hunter3"),
        last_words("snapshots", MONGO_URI=secured.mongo.uri_of("hunter3", ours)),
        last_words("snapshots", MONGO_URI=secured.mongo.uri_of(DATABASE_PASSWORD, secured.stranger)),
    )
    expected_of = (
        REFUSED["login"][1].format(servers),
        "MONGO_URI: the database does not take this user and password: ",
        "MONGO_URI: the certificate is not to be trusted (self-signed certificate",
    )
    for (code, words), expected in zip(ended, expected_of, strict=True):
        assert code == 2
        assert words.splitlines()[-1].startswith(expected)
        assert "Traceback" not in words
        assert "hunter" not in words
