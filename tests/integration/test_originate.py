"""`originate` as a process on the real broker and database, before a PABX that misbehaves: nobody rings twice."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from pymongo import MongoClient
from pymongo.database import Database
from ulid import ULID

from schemas.attempts import ATTEMPTS, LEDGER
from schemas.calls import Call, CallPlaced, CallRequest
from schemas.codec import decode, encode
from schemas.keys import debtor_key, partition_of
from schemas.pabx import PABX_HOLDS
from schemas.queue import Facts, QueueEntry, Verdict
from schemas.runtime.kafka import Message, publish
from schemas.topics import CALLS, PLACED, REQUESTS
from schemas.views import INSTANCES
from sinks.originate.healing import RESERVED_FOR
from tests.integration.fake_ari import Behaviour, FakeAri, fake_ari
from tests.integration.installed import ERP
from tests.integration.pipeline import Worker, contents, eventually, reset, running
from tests.integration.watching import Listed
from tests.strategies import instance

pytestmark = pytest.mark.integration

ALWAYS = {str(day): {"opens": "00:00", "closes": "23:59:59"} for day in range(7)}
"""In Bahia, of whose hours no law is known."""
BAD: dict[int, Behaviour] = {1: "late", 2: "cut", 3: "proxy", 4: "html404", 5: "booting", 6: "allocation"}
RANG = (1, 2, 3)
MAYBE = 4
REFUSED = (5, 6)


def phone(n: int) -> str:
    return f"719999{n:05d}"


@dataclass(frozen=True)
class Around:
    """The stage's surroundings. `name`: of the instance."""

    name: str
    pabx: FakeAri
    store: Database[dict[str, Any]]
    servers: str
    sender: AIOKafkaProducer
    stage: Callable[..., AbstractContextManager[Worker]]

    def configure(self, **fields: Any) -> None:  # noqa: ANN401 - any of the PABX's
        control = {"kind": "ari", "url": f"http://{self.pabx.address}/ari", "user": "collector"}
        told = {"control": control, "context": "cobranca", "armed": True, "calls_per_second": 20, "channels": 50, **fields}
        rules = {"windows": ALWAYS, "call_on_holidays": True}
        one = instance(name=self.name, state="BA", zone="America/Bahia", erp=ERP, pabx=told, rules=rules)
        Listed(self.store[INSTANCES]).put(one)

    def request(self, n: int) -> CallRequest:
        """For a debtor of his own, whose number ends with `n`."""
        now = datetime.now(UTC)
        number = f"+55{phone(n)}"
        facts = Facts(
            name="FULANA",
            known=True,
            active=True,
            person=f"{self.name}{n}".rjust(32, "0")[-32:],
            phones=(number,),
            uf="BA",
            due=(((now - timedelta(days=12)).date(), 9_990),),
        )
        entry = QueueEntry(
            instance=self.name,
            code=str(n),
            version=1,
            debtor_version=1,
            decided_at=now,
            facts=facts,
            verdict=Verdict(number=number),
        )
        return CallRequest(
            attempt=str(ULID()),
            instance=self.name,
            code=str(n),
            pabx=self.pabx.address,
            number=number,
            requested_at=now,
            lapses_at=now + timedelta(seconds=90),
            entry=entry,
        )

    async def ask(self, *requests: CallRequest) -> None:
        """And wait until each is told of."""
        await self.send(*requests)

        async def settled() -> bool:
            found = self.states()
            return all(found.get(one.attempt) in {"ringing", "refused", "ended"} for one in requests)

        await eventually(settled, f"the end of {[one.code for one in requests]}")

    async def send(self, *requests: CallRequest) -> None:
        for one in requests:
            partition = partition_of(one.pabx.encode(), REQUESTS.partitions)
            await publish(self.sender, REQUESTS.name, partition, [Message(one.key, encode(one), [])])

    async def warm(self) -> None:
        """The stage reads from the end on: it has its partitions once a request of ours comes through."""

        async def through() -> bool:
            await self.send(self.request(99_999))
            return bool(self.states())

        await eventually(through, "the first request")

    async def told(self) -> dict[str, list[CallPlaced]]:
        """What `call.placed.v1` says, by attempt."""
        found: dict[str, list[CallPlaced]] = {}
        for _, value in await contents(self.servers, PLACED, self.name):
            placed = decode(CallPlaced, value)
            found.setdefault(placed.attempt, []).append(placed)
        return found

    def states(self) -> dict[str, str]:
        return {one["_id"]: one["state"] for one in self.store[ATTEMPTS].find()}

    def rung(self) -> list[str]:
        """The attempt of each POST."""
        return [call["channelId"] for call in self.pabx.posts]


@pytest_asyncio.fixture
async def around(
    env: Mapping[str, str], servers: str, sender: AIOKafkaProducer, prefix: str, tmp_path: Path
) -> AsyncIterator[Around]:
    with MongoClient[dict[str, Any]](env["MONGO_URI"], tz_aware=True) as client:
        async with fake_ari() as pabx:

            def stage(**more: str) -> AbstractContextManager[Worker]:
                return running("originate", {**env, **more}, tmp_path, prefix)

            yield Around(prefix, pabx, client[env["MONGO_DATABASE"]], servers, sender, stage)


async def test_a_pabx_that_misbehaves_rings_nobody_twice(around: Around) -> None:
    """Late, cut, a proxy's 502 after it has placed the call; then a restart, in the order in which Asterisk does it."""
    around.configure()
    around.pabx.behaves = {phone(n): behaviour for n, behaviour in BAD.items()}
    asked: dict[int, CallRequest] = {}
    with around.stage():
        await around.warm()
        for n in BAD:
            one = asked[n] = around.request(n)  # only now: each lapses
            await around.send(one)
            await around.ask(one, around.request(100 + n))
        await around.pabx.down()
        unreached = around.request(8)
        await around.ask(unreached)
        await around.pabx.up()
        again = {n: around.request(n) for n in BAD}
        await around.ask(*again.values())
        await around.ask(around.request(9))

    assert sorted(around.rung()) == sorted(set(around.rung()))
    called = [call["endpoint"].partition("/")[2].partition("@")[0] for call in around.pabx.posts]
    assert {n: called.count(phone(n)) for n in (*BAD, 8, 9)} == {**dict.fromkeys((*RANG, MAYBE, 9), 1), 5: 2, 6: 2, 8: 0}
    told = await around.told()
    answers = {n: [said.answer for said in told[one.attempt]] for n, one in asked.items()}
    assert answers == {**{key: ["ringing"] for key in RANG}, MAYBE: ["unclear"], **{key: ["refused"] for key in REFUSED}}
    assert [said.answer for said in told[unreached.attempt]] == ["refused"]
    reasons = {n: [said.reason for said in told[one.attempt]] for n, one in again.items()}
    assert reasons == {**{key: ["limit_gap"] for key in (*RANG, MAYBE)}, **{key: [None] for key in REFUSED}}


async def test_a_killed_stage_tells_of_what_it_left_and_replays_ring_nobody(around: Around) -> None:
    around.configure()
    around.pabx.behaves[phone(1)] = "late"
    late, quick = around.request(1), around.request(2)
    with around.stage() as worker:
        await around.warm()
        await around.send(late)

        async def ringing() -> bool:
            return late.attempt in around.rung()

        await eventually(ringing, "the late call")
        await around.ask(quick)
        worker.kill()
        assert around.states()[late.attempt] == "reserved"
        # What nobody has touched for long enough is left: here as if the process had been away for longer
        away = {"$set": {"changed_at": datetime.now(UTC) - RESERVED_FOR * 2}}
        around.store[ATTEMPTS].update_one({"_id": late.attempt}, away)
        await eventually(lambda: reset(around.servers, "originate", [REQUESTS]), "the group's reset")
        worker.start()
        await around.ask(late)
        call = Call(instance=around.name, code="1", attempt=late.attempt, version=1, at=datetime.now(UTC), outcome="human")
        partition = partition_of(debtor_key(around.name, "1"), CALLS.partitions)
        await publish(around.sender, CALLS.name, partition, [Message(call.key, encode(call), [])])

        async def over() -> bool:
            return around.states()[late.attempt] == "ended"

        await eventually(over, "the outcome")

    assert sorted(around.rung()) == sorted(set(around.rung()))
    assert [said.answer for said in (await around.told())[late.attempt]] == ["ringing"]
    found = around.store[LEDGER].find_one({"_id": f"client:{around.name}:1"})
    assert found is not None
    assert [(mark["open"], mark["human"]) for mark in found["calls"]] == [(False, True)]


async def test_a_dry_run_asks_the_pabx_for_nothing(around: Around) -> None:
    around.configure(armed=False)
    asked = around.request(1)
    with around.stage():
        await around.warm()
        await around.ask(asked)

    assert around.pabx.asked == []
    (placed,) = (await around.told())[asked.attempt]
    assert (placed.dry_run, placed.answer) == (True, "ringing")
    assert all(one["_id"].startswith("dry:") for one in around.store[LEDGER].find())


async def test_a_user_who_may_not_write_holds_the_instance_until_he_may(around: Around) -> None:
    around.configure()
    around.pabx.read_only = True
    with around.stage():
        await around.warm()

        async def held() -> Any:  # noqa: ANN401 - a document
            return around.store[PABX_HOLDS].find_one({"_id": around.name})

        found = await eventually(held, "the hold")
        assert found["status"] == 403
        second = around.request(2)
        await around.ask(second)
        posts = len(around.pabx.posts)
        around.pabx.read_only = False

        async def mended() -> bool:
            return around.store[PABX_HOLDS].find_one({"_id": around.name}) is None

        await eventually(mended, "the mending")
        third = around.request(3)
        await around.ask(third)

    assert around.rung()[posts:] == [third.attempt]
    assert [said.reason for said in (await around.told())[second.attempt]] == ["pabx_refuses"]


async def test_a_stage_whose_clock_is_off_rings_nobody_and_lives(around: Around) -> None:
    around.configure()
    with around.stage(COLLECTOR_DEMO="1", COLLECTOR_CLOCK_SHIFT_SECONDS="20") as worker:

        async def dropped() -> bool:
            await around.send(around.request(1))
            return '"fate": "dropped"' in worker.log.read_text()

        await eventually(dropped, "a request that is dropped")

    assert '"event": "clock_off"' in worker.log.read_text()
    assert (around.pabx.posts, around.states()) == ([], {})
