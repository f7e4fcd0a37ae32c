"""All ERPs at once, each misbehaving: every view equals its simulator's truth, and no secret or person left the poller."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event, Thread
from zoneinfo import ZoneInfo

import bson
import psutil
import pytest
from aiokafka import TopicPartition

from deploy.clients import reader
from deploy.demo.erps import ERPS, ZONE
from deploy.simulators.altarede.server import APP_KEY, TOKEN
from deploy.simulators.ixc.columns import MARK
from deploy.simulators.ixc.provider import Size, generate
from deploy.simulators.ixc.server import TOKEN as IXC_TOKEN
from deploy.simulators.rbx.server import KEY, KEY_V2
from schemas.runtime.mongo import connect
from schemas.runtime.settings import MongoSettings
from schemas.topics import TOPICS
from schemas.views import INSTANCES
from tests.e2e.conftest import END_S, Demo, demonstration

pytestmark = pytest.mark.e2e

WITHIN_S = 500
ALL = ("--erp", "all", "--faults")
CLIENTS, SEED = 200, 1
MOST_MEGABYTES = 300
MASKED = re.compile(rb"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-[0-9]{2}")


def test_a_large_provider_that_misbehaves_is_read_whole_in_bounded_memory(environment: dict[str, str]) -> None:
    """5,000 clients and 14,000 open bills, every tenth answer spoiled: nothing is lost, nothing is invented.

    `make bench` reads five times as many, and tells the memory of each stage.
    """
    large = ("--clients", "5000", "--open-bills", "2.74", "--faults", "--for", "5s")
    with demonstration(environment, *large) as demo:
        memory = Peak(demo)
        demo.line("dashboard: http")
        demo.line("equal the simulator's truth")
        assert demo.process.wait(END_S) == 0
        memory.stop()

    assert 50 < memory.megabytes < MOST_MEGABYTES, memory.megabytes


class Peak(Thread):
    """The most memory that the demonstration's poller held, by its own account, looked at while it runs."""

    def __init__(self, demo: Demo) -> None:
        super().__init__(daemon=True)
        self.megabytes = 0.0
        self._demo = psutil.Process(demo.process.pid)
        self._over = Event()
        self.start()

    def run(self) -> None:
        while not self._over.wait(0.5):
            with suppress(psutil.Error):
                for process in self._demo.children(recursive=True):
                    if "erp-poller" in process.cmdline():
                        self.megabytes = max(self.megabytes, process.memory_info().rss / 2**20)

    def stop(self) -> None:
        self._over.set()
        self.join()


def documents() -> set[bytes]:
    """CPF and CNPJ of every client of the simulated providers, as the ERP writes them and bare."""
    today = datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date()
    written = [row["cnpj_cpf"] for row in generate(Size(CLIENTS), SEED, today)["cliente"].each() if row["cnpj_cpf"]]
    return {text.encode() for one in written for text in (one, re.sub("[^0-9A-Z]", "", one))}


SECRETS = {MARK.encode(), *(secret.encode() for secret in (IXC_TOKEN, KEY, KEY_V2, TOKEN, APP_KEY))}


async def records(servers: str) -> AsyncIterator[tuple[str, bytes]]:
    """Every record of every topic, whole: key, value and headers."""
    async with reader(servers) as consumer:
        partitions = [TopicPartition(topic.name, number) for topic in TOPICS for number in range(topic.partitions)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        while any([await consumer.position(tp) < ends[tp] for tp in partitions]):
            for tp, found in (await consumer.getmany(timeout_ms=500)).items():
                for one in found:
                    headers = b" ".join(value or b"" for _, value in one.headers)
                    yield tp.topic, b" ".join((one.key or b"", one.value or b"", headers))


async def views(uri: str) -> AsyncIterator[tuple[str, bytes]]:
    """Every document of every collection."""
    database = connect(MongoSettings(mongo_uri=uri))
    try:
        for name in await database.list_collection_names():
            async for document in database[name].find():
                yield name, bson.encode(document)
    finally:
        await database.client.close()


async def test_every_view_equals_the_truth_of_its_erp_and_nothing_holds_a_secret_or_a_document(
    environment: dict[str, str],
) -> None:
    """HTML, 500s, cut bodies, dropped connections, late answers and shifting rows all the while.

    Meanwhile neither portal password nor token nor unmasked CPF or CNPJ is in any topic or view (`ARCHITECTURE.md`).
    """
    with demonstration(environment, *ALL, "--for", "15s") as demo:
        mongo = re.search(r"127\.0\.0\.1:\d+", demo.line("MongoDB is ready"))
        kafka = re.search(r"127\.0\.0\.1:\d+", demo.line("Kafka is ready"))
        demo.line("dashboard: http")
        assert mongo
        assert kafka
        people = documents()
        forbidden = re.compile(b"|".join(re.escape(word) for word in sorted(people | SECRETS)))
        seen: dict[str, int] = {}
        found: list[str] = []
        for source in (records(kafka[0]), views(f"mongodb://{mongo[0]}/?directConnection=true")):
            async for place, content in source:
                seen[place] = seen.get(place, 0) + 1
                if forbidden.search(content) or MASKED.search(content):
                    found.append(place)

        assert len(people) > CLIENTS
        assert {"erp.client.v1", "erp.bill.v1", "debtor.v1", "debtors", "queue", INSTANCES} <= seen.keys()
        assert seen["debtors"] >= len(ERPS) * CLIENTS * 0.9
        assert not found, sorted(set(found))

        await asyncio.to_thread(demo.line, "equal the simulator's truth")
        assert await asyncio.to_thread(demo.process.wait, WITHIN_S) == 0
