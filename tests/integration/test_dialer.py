"""`dialer` on the real broker and database: what it publishes, and that time alone publishes nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from bson.datetime_ms import DatetimeMS
from pymongo import AsyncMongoClient
from ulid import ULID

from processors.dialer.desk import Desk
from processors.dialer.stage import again
from processors.dialer.worker import stage_at
from processors.keyed import worker as keyed
from processors.keyed.process import work
from processors.keyed.worker import Worker
from schemas.calling.calendar import gate
from schemas.calling.place import place
from schemas.calls import Call
from schemas.codec import decode, encode
from schemas.debtor import Bill, Client, Debtor
from schemas.instances import Instance
from schemas.keys import partition_of
from schemas.queue import QueueEntry
from schemas.runtime import mongo
from schemas.runtime.kafka import Message, publish
from schemas.runtime.settings import KafkaSettings, MongoSettings
from schemas.topics import CALLS, DEBTORS, QUEUE
from tests.integration.pipeline import contents, eventually, running
from tests.strategies import instance

pytestmark = pytest.mark.integration

EVE = date(2026, 9, 6)
"""A Sunday; the Monday after is a holiday in every state, the Tuesday an ordinary day."""
CODES = [str(n) for n in range(40)]
CALLED, LIMIT = 5, 7


def debtor(name: str, code: str, version: int) -> Debtor:
    """Due between ten days before EVE and three after: on one of these days it is early, then late enough."""
    due_on = EVE + timedelta(days=int(code) % 14 - 10)
    bill = Bill(due_on=due_on, open_cents=9_990, status="open", seen_at=datetime.now(UTC))
    client = Client(
        name="FULANA", active=True, person=code.zfill(32), phones=(f"+55829999{code:0>5}",), seen_at=bill.seen_at
    )
    return Debtor(instance=name, code=code, version=version, changed_at=bill.seen_at, client=client, bills={code: bill})


async def put(sender: AIOKafkaProducer, name: str, version: int) -> None:
    for code in CODES:
        one = debtor(name, code, version)
        await publish(sender, DEBTORS.name, partition_of(one.key, DEBTORS.partitions), [Message(one.key, encode(one), [])])


async def put_calls(sender: AIOKafkaProducer, name: str, at: datetime) -> None:
    """Seven of each of the first debtors within an hour: limits and a delay that end while days pass."""
    for code in CODES[:CALLED]:
        for n in range(LIMIT):
            when = at + timedelta(minutes=n)
            one = Call(
                instance=name,
                code=code,
                attempt=str(ULID.from_datetime(when)),
                version=1,
                at=when,
                answer="ringing",
                number=f"+55829999{code:0>5}",
                outcome="busy",
            )
            home = partition_of(f"{name}:{code}".encode(), CALLS.partitions)
            await publish(sender, CALLS.name, home, [Message(one.key, encode(one), [])])


class Clock:
    """Moved by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@asynccontextmanager
async def dialer(servers: str, clock: Clock, desk: Desk, name: str) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """The stage in this process at the time of `clock`; what it gives looks at the world and decides on everybody again."""
    begun: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()

    async def beside(worker: Worker) -> None:
        begun.set_result(worker)

    await desk.look()
    real, keyed.now = keyed.now, clock
    settings = KafkaSettings(kafka_bootstrap_servers=servers, worker_name=name)
    task = asyncio.create_task(work(stage_at(desk), settings, beside))
    await asyncio.wait({task, begun}, return_when=asyncio.FIRST_COMPLETED)

    async def look_again() -> int:
        worker = begun.result()
        await eventually(lambda: _taken_over(worker), "the partitions")
        await desk.look()
        return await worker.revisit(partial(again, desk.world))

    try:
        yield look_again
    finally:
        task.cancel()
        await asyncio.wait({task})
        keyed.now = real


async def _taken_over(worker: Worker) -> bool:
    return worker.ready


def moments(here: Instance) -> list[datetime]:
    """Two days and a holiday: around each midnight, each edge of the window, and noon; a week later."""
    edges = [time(0), time(8, 59, 59), time(9), time(12), time(18, 59, 59), time(19), time(23, 59, 59)]
    days = [EVE + timedelta(days=n) for n in range(3)]
    return [datetime.combine(day, edge, here.clock) for day in days for edge in edges]


async def test_a_quiet_day_publishes_nothing_and_a_promise_once(
    servers: str, sender: AIOKafkaProducer, mongo_uri: str, database: str, prefix: str
) -> None:
    """Across midnight, window edges, a holiday and restarts; rows that say nothing new; a promise that is made, and ends."""
    here = instance(name=prefix)
    to = mongo.connect(MongoSettings(mongo_uri=mongo_uri, mongo_database=database))
    await to["instances"].insert_one({"_id": prefix, **here.model_dump(mode="json")})
    times = moments(here)
    clock = Clock(times[0])
    seen: set[object] = set()

    async def records() -> list[tuple[bytes, bytes | None]]:
        return await contents(servers, QUEUE, prefix)

    async def called() -> bool:
        newest = [decode(QueueEntry, value) for value in dict(await records()).values()]
        return sum(len(entry.facts.calls) for entry in newest) == CALLED * LIMIT

    async def all_there() -> bool:
        return len(await records()) >= len(CODES)

    async def pass_by(look_again: Callable[[], Awaitable[int]], some: list[datetime]) -> None:
        for clock.at in some:
            await look_again()
            seen.add(gate(here, clock.at).closed)
            for value in dict(await records()).values():
                entry = decode(QueueEntry, value)
                seen.update(place(entry.facts, entry.verdict, here, clock.at).holds)

    await put(sender, prefix, 1)
    await put_calls(sender, prefix, times[0] - timedelta(hours=10))
    async with dialer(servers, clock, Desk(to, clock), prefix) as look_again:
        await eventually(all_there, "an entry of each debtor")
        await eventually(called, "the calls in the entries")
        once = len(await records())
        await pass_by(look_again, times[:9])
    await put(sender, prefix, 2)
    async with dialer(servers, clock, Desk(to, clock), prefix) as look_again:
        await pass_by(look_again, times[9:])

        assert len(await records()) == once
        # there was something to publish
        assert seen == {None, "holiday", "outside_window", "nothing_due", "too_early", "limit_7_days", "retry_later"}

        last = times[-1].date() + timedelta(days=2)
        await to["promises"].insert_one({"instance": prefix, "code": "7", "until": last.isoformat()})
        await look_again()
        assert len(await records()) == once + 1
        await pass_by(look_again, [times[-1] + timedelta(days=days) for days in (1, 2, 3, 4, 5)])
        assert "promise" in seen
    async with dialer(servers, clock, Desk(to, clock), prefix) as look_again:
        await look_again()
    await to["promises"].delete_many({})
    async with dialer(servers, clock, Desk(to, clock), prefix) as look_again:
        await look_again()

    (*_, (key, value)) = found = await records()
    newest = [decode(QueueEntry, value) for _, value in found if decode(QueueEntry, value).code == "7"][-1]
    assert (len(found), key is not None, value is not None) == (once + 1, True, True)
    assert newest.verdict.until == {"promise": last}
    await to.client.close()


async def test_what_cannot_be_read_in_mongodb_holds_its_debtor_and_stops_nothing(
    servers: str,
    sender: AIOKafkaProducer,
    env: Mapping[str, str],
    mongo_uri: str,
    database: str,
    prefix: str,
    tmp_path: Path,
) -> None:
    """The stage as a process: it starts, decides on everybody, says once which documents; they are obeyed once mended."""
    here = instance(name=prefix).model_dump(mode="json")
    promise = {"instance": prefix, "code": "1", "until": "2099-01-01"}
    async with AsyncMongoClient[mongo.Document](mongo_uri) as client:
        to = client[database]
        await to["instances"].insert_many([{"_id": prefix, **here, "newer": 1}, {"_id": "wrong", "zone": 7}, {"_id": 9}])
        await to["promises"].insert_many(
            [
                {"_id": "newer", **promise, "by": "ana"},
                {"_id": "far", **promise, "code": "2", "until": DatetimeMS(10**15)},
                {"_id": "brazilian", **promise, "code": "3", "until": "01/02/2026"},
                {"_id": "list", **promise, "code": "4", "until": ["2020-01-01"]},
                {"_id": "over", **promise, "code": "5", "until": "2020-01-01"},
            ]
        )
        await to["blocklist"].insert_many(
            [
                {"_id": "person", "instance": prefix, "person": "6".zfill(32), "phone": None},
                {"_id": "phone", "instance": 7, "phone": "+55829999" + "7".zfill(5)},
            ]
        )
        await put(sender, prefix, 1)
        unread = dict.fromkeys("23467", ("control_unreadable",)) | {"1": ("promise",)}

        async def holds() -> dict[str, tuple[str, ...]]:
            newest = dict(await contents(servers, QUEUE, prefix))
            return {entry.code: entry.verdict.holds for entry in (decode(QueueEntry, each) for each in newest.values())}

        async def decided(expected: Mapping[str, tuple[str, ...]]) -> bool:
            return await holds() == {code: expected.get(code, ()) for code in CODES}

        with running("dialer", env, tmp_path, prefix) as worker:
            await eventually(lambda: decided(unread), f"{unread}")
            await to["promises"].update_many({"_id": {"$in": ["far", "brazilian"]}}, {"$set": {"until": "2099-01-01"}})
            await to["promises"].delete_one({"_id": "list"})
            mended = {"1": ("promise",), "2": ("promise",), "3": ("promise",), "6": ("control_unreadable",)}
            await eventually(lambda: decided({**mended, "7": ("control_unreadable",)}), "the holds of what was mended")

            await to["blocklist"].insert_one({"_id": "anybody", "instance": prefix, "person": 5})
            promised = dict.fromkeys("123", ("promise", "control_unreadable"))
            everybody = dict.fromkeys(CODES, ("control_unreadable",)) | promised
            await eventually(lambda: decided(everybody), "a hold of everybody")
        told = worker.log.read_text()

    for identity in ("far", "brazilian", "list", "person", "phone", "anybody"):
        assert told.count(f'"id":"{identity}"') + told.count(f'"id": "{identity}"') == 1, told
    assert '"newer"' not in told
