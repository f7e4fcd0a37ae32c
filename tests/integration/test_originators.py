"""Two originators on the real broker over four PABXs: killed, paused, and without their database, they ring nobody twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from signal import SIGCONT, SIGSTOP
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from pymongo import MongoClient
from pymongo.database import Database as Stored

from deploy.local.mongo import Database
from deploy.local.ports import free
from schemas.attempts import ATTEMPTS
from schemas.keys import partition_of
from schemas.topics import REQUESTS
from sinks.originate.healing import RESERVING_FOR
from tests.integration.fake_ari import FakeAri, fake_ari
from tests.integration.pipeline import Worker, eventually, running
from tests.integration.test_originate import Around

pytestmark = pytest.mark.integration

Store = Stored[dict[str, Any]]

EACH = 2
"""PABXs that fall to each of the two, as partitions are dealt in turn."""
PACE_S = 0.1
RANG = '"fate": "ringing"'
LEFT = '"event": "attempt_left"'


async def dealt(closing: AsyncExitStack) -> list[FakeAri]:
    """PABXs at ports whose partitions are those of both originators."""
    found: dict[int, list[FakeAri]] = {0: [], 1: []}
    while min(map(len, found.values())) < EACH:
        pabx = await closing.enter_async_context(fake_ari())
        found[partition_of(pabx.address.encode(), REQUESTS.partitions) % 2].append(pabx)
    return [*found[0][:EACH], *found[1][:EACH]]


class Flow:
    """Requests for one debtor after another, each by two instances at once: they share the number, and so its limits."""

    def __init__(self, ways: list[Around]) -> None:
        self.ways = ways
        self._chance = Random(4)
        self._debtors = count(1)

    async def run(self) -> None:
        while True:
            await self.next()
            await asyncio.sleep(PACE_S)

    async def next(self) -> None:
        n = next(self._debtors)
        for way in self._chance.sample(self.ways, 2):
            await way.send(way.request(n))
        for way in self.ways:
            way.pabx.living.clear()  # whoever is rung hangs up at once

    async def rings(self, when: str, *workers: Worker) -> None:
        """Until each PABX has placed one more call. `workers`: who is started again where he ended himself."""
        before = [len(way.pabx.posts) for way in self.ways]

        async def more() -> bool:
            revived(*workers)
            return all(len(way.pabx.posts) > had for way, had in zip(self.ways, before, strict=True))

        await eventually(more, f"a call over each PABX {when}")

    @asynccontextmanager
    async def going(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def revived(*workers: Worker) -> None:
    """As a supervisor does: whoever was pushed out of the group, or lost its database, ends with a code."""
    for worker in workers:
        if worker.process.poll() is not None:
            worker.start()


def over(worker: Worker) -> None:
    if worker.process.poll() is None:
        worker.kill()


async def placed_by(worker: Worker, when: str) -> None:
    """Until this originator has placed one more."""
    since = len(worker.log.read_text())

    async def look() -> bool:
        revived(worker)
        return RANG in worker.log.read_text()[since:]

    await eventually(look, f"a call by {worker.log.stem} {when}")


async def left_behind(*workers: Worker) -> None:
    """Until an attempt is broken off."""
    since = [len(worker.log.read_text()) for worker in workers]

    async def look() -> bool:
        return any(LEFT in worker.log.read_text()[had:] for worker, had in zip(workers, since, strict=True))

    await eventually(look, "an attempt that is left behind as the database is gone")


async def settled(store: Store) -> None:
    """Until nobody reserves any more. It need not take a minute: whoever still goes on is overtaken, and rings nobody."""
    unfinished = {"state": {"$in": ["reserving", "reserved"]}}
    store[ATTEMPTS].update_many(unfinished, {"$set": {"changed_at": datetime.now(UTC) - RESERVING_FOR * 2}})

    async def look() -> bool:
        return store[ATTEMPTS].count_documents(unfinished) == 0

    await eventually(look, "the end of every attempt")


async def judge(ways: list[Around]) -> None:
    """By the PABXs' own logs: no id and no number twice, and every call is an attempt that may ring, and was told of."""
    posts = [call for way in ways for call in way.pabx.posts]
    rung = [call["channelId"] for call in posts]
    numbers = [call["endpoint"] for call in posts]
    states = {name: state for name, state in ways[0].states().items() if name in set(rung)}
    told = {name: said for way in ways for name, said in (await way.told()).items()}

    assert sorted(rung) == sorted(set(rung))
    assert sorted(numbers) == sorted(set(numbers))
    assert (states.keys(), set(states.values())) == (set(rung), {"ringing"})
    assert {said.answer for name in rung for said in told[name]} <= {"ringing", "unclear"}


async def test_killed_paused_and_without_their_database_they_ring_nobody_twice(
    servers: str, sender: AIOKafkaProducer, prefix: str, tmp_path: Path
) -> None:
    mongod = Database(tmp_path / "mongo", free(1)[0], tmp_path / "mongo.log", lambda _: None)
    env = {"KAFKA_BOOTSTRAP_SERVERS": servers, "MONGO_URI": mongod.uri, "MONGO_DATABASE": prefix}
    async with AsyncExitStack() as closing:
        closing.push_async_callback(mongod.stop)
        await mongod.start()
        store = closing.enter_context(MongoClient[dict[str, Any]](mongod.uri, tz_aware=True))[prefix]
        ways = [Around(f"{prefix}{n}", pabx, store, servers, sender, running) for n, pabx in enumerate(await dealt(closing))]
        for way in ways:
            way.configure()
        one, two = (Worker("originate", env, tmp_path, f"{prefix}-{name}") for name in ("one", "two"))
        closing.callback(over, one)
        closing.callback(over, two)
        flow = Flow(ways)
        async with flow.going():
            await flow.rings("at the beginning")
            await asyncio.gather(placed_by(one, "at the beginning"), placed_by(two, "at the beginning"))

            one.kill()
            await flow.rings("while one of them is gone")
            one.start()
            await placed_by(one, "after it was started again")

            two.process.send_signal(SIGSTOP)
            await flow.rings("while the other stands still")
            two.process.send_signal(SIGCONT)
            await placed_by(two, "after it went on")

            await mongod.kill()
            await left_behind(one, two)
            await mongod.start()
            await flow.rings("after the database came back", one, two)
        revived(one, two)
        await ways[0].ask(ways[0].request(90_000))
        await settled(store)
        await judge(ways)
