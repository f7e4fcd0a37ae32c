"""Whom `dialer` asks for on the real broker: at the opening, the best first, nobody twice, and nobody on old debts."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from processors.dialer.desk import Desk
from processors.dialer.pace import LAPSES
from processors.dialer.requests import Asking
from processors.dialer.stage import NAME, SOURCES
from processors.dialer.worker import stage_at
from processors.keyed import worker as keyed
from processors.keyed.process import work
from processors.keyed.worker import Worker
from schemas.calls import Call, CallPlaced, CallRequest
from schemas.codec import decode, encode
from schemas.debtor import Bill, Client, Debtor
from schemas.instances import Instance
from schemas.keys import partition_of
from schemas.queue import QueueEntry
from schemas.runtime import kafka, mongo
from schemas.runtime.kafka import Message, publish
from schemas.runtime.settings import KafkaSettings, MongoSettings
from schemas.stages import Heartbeat
from schemas.topics import CALLS, DEAD, DEBTORS, PLACED, QUEUE, REQUESTS, Topic
from tests.integration.pipeline import contents, eventually, reset
from tests.strategies import instance

pytestmark = pytest.mark.integration

ADDRESS = "pabx.example:8088"
CODES = [str(n) for n in range(30)]
SPEED = 1 / 30
"""Calls a second: two requests a partition and minute."""


def here(name: str, speed: float = 1.0) -> Instance:
    control = {"kind": "ari", "url": f"http://{ADDRESS}/ari", "user": "collector"}
    pabx = {"control": control, "context": "cobranca", "armed": True, "calls_per_second": speed}
    return instance(name=name, pabx=pabx)


OPENING = datetime(2026, 1, 12, 9, tzinfo=here("norte").clock)
"""A Monday."""
DEEP_IN_THE_DAY = OPENING + timedelta(hours=2)


class Clock:
    """Stands still at `at` until it is told to go on as the real one does."""

    def __init__(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)
        self._since: datetime | None = None

    def go(self) -> None:
        self._since = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at if self._since is None else self.at + (datetime.now(UTC) - self._since)


def debtor(name: str, code: str, *, paid: bool = False) -> Debtor:
    """The higher the code, the older the debt."""
    seen = OPENING - timedelta(days=1)
    bill = Bill(due_on=OPENING.date() - timedelta(days=8 + int(code) % 20), open_cents=9_990, status="open", seen_at=seen)
    client = Client(name="FULANA", active=True, person=code.zfill(32), phones=(f"+55829999{code:0>5}",), seen_at=seen)
    bills = {} if paid else {code: bill}
    return Debtor(instance=name, code=code, version=1, changed_at=seen, client=client, bills=bills)


async def put(sender: AIOKafkaProducer, topic: Topic, event: Debtor | CallPlaced | Call) -> None:
    home = partition_of(f"{event.instance}:{event.code}".encode(), topic.partitions)
    await publish(sender, topic.name, home, [Message(event.key, encode(event), [])])


async def fresh(database: mongo.Database, name: str, at: datetime, age: timedelta = timedelta(0)) -> None:
    """As `views` shows a poll and a `hydrate` that waits for nothing."""
    beat = Heartbeat(stage="hydrate", worker="0", at=at + timedelta(hours=1), since=at, lag=0, progress=at)
    await database["sweeps"].insert_one({"_id": f"{name}:bill:completed", "instance": name, "at": at - age})
    document = {"_id": "hydrate:0", **beat.model_dump(mode="json"), "at": beat.at}
    await database["stages"].replace_one({"_id": document["_id"]}, document, upsert=True)


@asynccontextmanager
async def dialer(
    servers: str, clock: Clock, desk: Desk, asking: Asking, name: str, *, runs: bool = False
) -> AsyncIterator[Worker]:
    """The stage in this process at the time of `clock`, with its partitions restored; `runs`: it asks by itself."""
    begun: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()

    async def beside(worker: Worker) -> None:
        worker.watch = asking.changed
        begun.set_result(worker)
        if runs:
            await asking.run(worker)

    await desk.look()
    real, keyed.now = keyed.now, clock
    settings = KafkaSettings(kafka_bootstrap_servers=servers, worker_name=name)
    task = asyncio.create_task(work(stage_at(desk), settings, beside))
    await asyncio.wait({task, begun}, return_when=asyncio.FIRST_COMPLETED)
    worker = begun.result()

    async def ready() -> bool:
        return worker.ready

    try:
        await eventually(ready, "the partitions")
        yield worker
    finally:
        task.cancel()
        await asyncio.wait({task})
        keyed.now = real


async def requests(servers: str, name: str) -> list[CallRequest]:
    return [decode(CallRequest, value) for _, value in await contents(servers, REQUESTS, name)]


async def entries(servers: str, name: str) -> dict[str, QueueEntry]:
    newest = dict(await contents(servers, QUEUE, name))
    return {one.code: one for one in (decode(QueueEntry, value) for value in newest.values() if value is not None)}


async def asked(worker: Worker, asking: Asking, servers: str, name: str, more_than: int) -> list[CallRequest]:
    """Rounds until there are more requests than so many."""

    async def look() -> list[CallRequest]:
        await asking.round(worker)
        found = await requests(servers, name)
        return found if len(found) > more_than else []

    found: list[CallRequest] = await eventually(look, f"more than {more_than} requests")
    return found


@asynccontextmanager
async def waiting(sender: AIOKafkaProducer, mongo_uri: str, database: str, one: Instance) -> AsyncIterator[mongo.Database]:
    """An instance and its debtors, all of whom owe."""
    to = mongo.connect(MongoSettings(mongo_uri=mongo_uri, mongo_database=database))
    await to["instances"].insert_one({"_id": one.name, **one.model_dump(mode="json")})
    for code in CODES:
        await put(sender, DEBTORS, debtor(one.name, code))
    try:
        yield to
    finally:
        await to.client.close()


async def test_at_the_opening_the_best_are_asked_for(
    servers: str, sender: AIOKafkaProducer, mongo_uri: str, database: str, prefix: str
) -> None:
    """Not before, not a minute later, no more than the PABX places, the oldest debts of each partition, once each."""
    clock = Clock(OPENING - timedelta(seconds=5))
    async with waiting(sender, mongo_uri, database, here(prefix, SPEED)) as to:
        await fresh(to, prefix, clock())
        asking = Asking(desk := Desk(to, clock), clock)
        async with dialer(servers, clock, desk, asking, prefix, runs=True):

            async def queued() -> bool:
                return len(await entries(servers, prefix)) == len(CODES)

            async def come() -> bool:
                return len(await requests(servers, prefix)) > 0

            await eventually(queued, "an entry of each debtor")
            assert not await come()
            clock.go()
            await eventually(come, "a request")
            # at one moment: other partitions may ask meanwhile
            places = [(key, value) for key, value in await contents(servers, REQUESTS, prefix) if value is not None]
            found = [decode(CallRequest, value) for _, value in places]

    first = min(one.requested_at for one in found)
    assert OPENING <= first < OPENING + timedelta(seconds=20)
    parts = Counter(partition_of(one.key, QUEUE.partitions) for one in found)
    assert set(parts.values()) <= {1, 2}
    for part in parts:
        mine = [code for code in CODES if partition_of(f"{prefix}:{code}".encode(), QUEUE.partitions) == part]
        best = sorted(mine, key=lambda code: (-(int(code) % 20), f"{prefix}:{code}"))[: parts[part]]
        assert [one.code for one in found if partition_of(one.key, QUEUE.partitions) == part] == best
    assert len({one.attempt for one in found}) == len({one.code for one in found}) == len(found)
    for (key, _), one in zip(places, found, strict=True):
        assert key == one.key == one.entry.key
        assert (one.pabx, one.number) == (ADDRESS, f"+55829999{one.code:0>5}")
        assert one.lapses_at - one.requested_at == LAPSES
    assert await in_partition(servers, prefix) == {partition_of(ADDRESS.encode(), REQUESTS.partitions)}


async def in_partition(servers: str, name: str) -> set[int]:
    """Where the requests of an instance are."""
    reader = kafka.reader(servers)
    await reader.start()
    try:
        tps = [TopicPartition(REQUESTS.name, n) for n in range(REQUESTS.partitions)]
        reader.assign(tps)
        await reader.seek_to_beginning(*tps)
        ends = await reader.end_offsets(tps)
        found: set[int] = set()
        while any([await reader.position(tp) < ends[tp] for tp in tps]):
            for tp, records in (await reader.getmany(timeout_ms=200)).items():
                found |= {tp.partition for one in records if (one.key or b"").startswith(f"{name}:".encode())}
        return found
    finally:
        await reader.stop()


async def test_nobody_is_asked_for_on_old_debts_or_over_a_pabx_that_refuses(
    servers: str, sender: AIOKafkaProducer, mongo_uri: str, database: str, prefix: str
) -> None:
    """Nothing known, then a sweep of long ago, then a PABX that refuses: until it is mended there is no request."""
    clock = Clock(DEEP_IN_THE_DAY)
    async with waiting(sender, mongo_uri, database, here(prefix)) as to:
        asking = Asking(desk := Desk(to, clock), clock)
        async with dialer(servers, clock, desk, asking, prefix) as worker:

            async def queued() -> bool:
                return len(await entries(servers, prefix)) == len(CODES)

            async def none_asked() -> bool:
                await desk.look()
                for _ in range(3):
                    await asking.round(worker)
                return not await requests(servers, prefix)

            await eventually(queued, "an entry of each debtor")
            assert await none_asked()
            await fresh(to, prefix, clock(), timedelta(hours=2, seconds=1))
            assert await none_asked()
            await to["sweeps"].update_many({}, {"$set": {"at": clock()}})
            await to["pabx_holds"].insert_one({"_id": prefix, "reason": "401", "at": clock()})
            assert await none_asked()
            await to["pabx_holds"].delete_many({})
            await desk.look()
            found = await asked(worker, asking, servers, prefix, len(CODES) - 1)

    assert {one.code for one in found} == set(CODES)


def placed(request: CallRequest, **fields: object) -> CallPlaced:
    at = request.requested_at
    base = {name: getattr(request, name) for name in ("attempt", "instance", "code", "number")}
    return CallPlaced.model_validate({**base, "at": at, "answer": "ringing", **fields})


async def test_whoever_rings_has_paid_or_was_refused_is_not_asked_for_again_whatever_is_read_again(
    servers: str, sender: AIOKafkaProducer, mongo_uri: str, database: str, prefix: str
) -> None:
    """Also by another dialer, after its group was reset and all topics came once more."""
    clock = Clock(DEEP_IN_THE_DAY)
    async with waiting(sender, mongo_uri, database, here(prefix)) as to:
        await fresh(to, prefix, clock())
        asking = Asking(desk := Desk(to, clock), clock)
        async with dialer(servers, clock, desk, asking, prefix) as worker:
            found = {one.code: one for one in await asked(worker, asking, servers, prefix, len(CODES) - 1)}
            rings, unclear, refused, paid = CODES[:4]
            await put(sender, PLACED, placed(found[rings]))
            await put(sender, PLACED, placed(found[unclear], answer="unclear"))
            until = clock() + timedelta(hours=3)
            await put(sender, PLACED, placed(found[refused], answer="refused", reason="limit_gap", until=until))
            await put(sender, DEBTORS, debtor(prefix, paid, paid=True))
            stray = Call(instance=prefix, code=rings, attempt=found[rings].attempt, version=1, at=clock())
            await publish(sender, CALLS.name, 0, [Message(f"{prefix}:{rings}:bill:1".encode(), encode(stray), [])])

            async def known() -> bool:
                now = await entries(servers, prefix)
                return (
                    paid not in now
                    and all(now[code].verdict.holds == ("call_open", "limit_hour", "limit_gap") for code in (rings, unclear))
                    and now[refused].verdict.ends == {"limit_gap": until}
                )

            await eventually(known, "what became of the requests")
            before = len(await requests(servers, prefix))
            clock.at += LAPSES + timedelta(seconds=1)
            await asked(worker, asking, servers, prefix, before + len(CODES) - 5)
            written = len(await contents(servers, QUEUE, prefix))
            letters = [key for key, _ in await contents(servers, DEAD, prefix)]
        await eventually(lambda: reset(servers, NAME, SOURCES), "the reset, once the group's member is forgotten")
        for code in CODES:
            if code != paid:
                await put(sender, DEBTORS, debtor(prefix, code))
        asking = Asking(desk := Desk(to, clock), clock)
        async with dialer(servers, clock, desk, asking, prefix) as worker:
            again = await asked(worker, asking, servers, prefix, before + 2 * (len(CODES) - 4) - 1)
            for _ in range(3):
                await asking.round(worker)
            assert len(await requests(servers, prefix)) == len(again)
            assert len(await contents(servers, QUEUE, prefix)) == written

    times = Counter(one.code for one in again)
    assert {code: times[code] for code in (rings, unclear, refused, paid)} == dict.fromkeys(CODES[:4], 1)
    assert {times[code] for code in CODES[4:]} == {3}  # lapsed, then forgotten with the process: the ledger refuses one
    assert letters == [f"{prefix}:{rings}:bill:1".encode()]
