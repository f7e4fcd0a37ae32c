"""A view's partition is taken away between the reading of a batch and its writing: another worker has it by then."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from ulid import ULID

from deploy.replay.plan import Replay
from deploy.replay.promoting import take_place
from schemas.codec import encode
from schemas.keys import debtor_key, partition_of
from schemas.runtime.kafka import Message, consumer, publish
from schemas.runtime.mongo import Database
from schemas.topics import DEAD, DEBTORS
from schemas.views import EPOCHS, GRAVES, REPLAYS, VIEWS
from sinks.views.places import partition
from sinks.views.shares import Shares, Worker
from sinks.views.sink import Made, Sink
from sinks.views.worker import Listener, prepare
from sinks.views.writes import batch
from tests.integration.pipeline import contents, eventually
from tests.integration.test_views import debtor

pytestmark = pytest.mark.integration

VIEW = next(view for view in VIEWS if view.topic is DEBTORS)
POISON = b"{"


class Seat(NamedTuple):
    """One worker's sink, whose steps the test takes one by one."""

    sink: Sink
    reader: AIOKafkaConsumer
    session: AsyncClientSession

    async def read(self) -> Made | None:
        return await self.sink._next(self.session)

    async def write(self, made: Made) -> None:
        await self.sink._through(self.session, made)

    async def turn(self) -> None:
        if (made := await self.read()) is not None:
            await self.write(made)

    async def caught_up(self) -> None:
        """With what other tests left."""
        while made := await self.read():
            await self.write(made)

    async def fetched(self, *keys: bytes) -> bool:
        """Whether everything in the partitions of these keys is here, to be read at once."""
        tps = [TopicPartition(DEBTORS.name, of(key)) for key in keys]
        ends = await self.reader.end_offsets(tps)
        return all((self.reader.highwater(tp) or 0) >= ends[tp] for tp in tps)

    def holds(self, made: Made) -> bool:
        return any(self.sink.reading.holds(tp, held) for tp, held in made.read.held.items())


class Room(NamedTuple):
    """`store`: an empty database; the group is this test's own."""

    servers: str
    sender: AIOKafkaProducer
    store: Database
    group: str

    @asynccontextmanager
    async def seat(self, name: str) -> AsyncIterator[Seat]:
        reader = consumer(self.servers, self.group, name, DEBTORS)
        ready = partial(prepare, self.store, VIEW, (GRAVES,))
        shares = Shares(VIEW.name, self.servers, self.group, reader, self.store, Worker(name, str(ULID())), ready)
        sink = Sink(shares, self.sender, partial(batch, VIEW), partial(partition, VIEW))
        reader.subscribe([DEBTORS.name], listener=Listener(sink.reading))
        await reader.start()
        try:
            async with self.store.client.start_session() as session:
                yield Seat(sink, reader, session)
        finally:
            await reader.stop()

    async def put(self, key: bytes, value: bytes) -> None:
        await publish(self.sender, DEBTORS.name, of(key), [Message(key, value, [])])

    async def shown(self, *keys: bytes) -> list[int | None]:
        names = [key.decode() for key in keys]
        found = self.store[VIEW.name].find({"_id": {"$in": names}})
        there = {one["_id"]: one["bills"][0]["open_cents"] async for one in found}
        return [there.get(name) for name in names]

    async def letters(self) -> int:
        return sum(value == POISON for _, value in await contents(self.servers, DEAD, self.group))


def of(key: bytes) -> int:
    return partition_of(key, DEBTORS.partitions)


@pytest_asyncio.fixture
async def room(servers: str, sender: AIOKafkaProducer, mongo_uri: str, database: str, prefix: str) -> AsyncIterator[Room]:
    async with AsyncMongoClient[dict[str, Any]](mongo_uri) as client:
        yield Room(servers, sender, client[database], prefix)


async def test_what_was_read_of_a_partition_that_is_anothers_now_is_neither_written_nor_told(room: Room) -> None:
    """One of two partitions of a batch, and the other is written; then all of one, by the group's own sharing out."""
    keys = [debtor_key(room.group, str(code)) for code in range(20)]
    stays = keys[0]
    goes = next(key for key in keys if of(key) != of(stays))

    async def both(cents: int) -> None:
        for key in (stays, goes):
            await room.put(key, encode(debtor(room.group, key.decode().partition(":")[2], cents)))

    async with room.seat("early") as early:

        async def one_batch() -> Made | None:
            """Of both; where they were given apart all the same, they are written and told once more."""
            await both(1)
            await eventually(partial(early.fetched, stays, goes), "the fetching of both")
            while made := await early.read():
                if {of(record.key) for record in made.read.piece.records if record.key in keys} == {of(stays), of(goes)}:
                    return made
                await early.write(made)
            return None

        await early.caught_up()
        made = await eventually(one_batch, "a batch of two partitions")
        await room.store[VIEW.name].delete_many({})
        await _taken_over(room, goes, 2)
        early.reader.seek(TopicPartition(DEBTORS.name, of(goes)), 0)  # as a reader sees a topic that was made anew
        await early.read()
        await early.write(made)
        assert await room.shown(stays, goes) == [1, 2]

        async def poisoned() -> Made | None:
            found = await early.read()
            if found is not None and all(letter.key != goes for letter in found.batch.letters):
                await early.write(found)
                return None
            return found

        await room.put(goes, POISON)
        made = await eventually(poisoned, "the batch with what cannot be read")
        async with room.seat("late") as late:

            async def shared_out() -> bool:
                return not early.holds(made)

            await eventually(shared_out, "the group's sharing out")
            await early.write(made)
            assert await room.letters() == 0

            async def told() -> int:
                await early.turn()
                await late.turn()
                return await room.letters()

            assert await eventually(told, "the letter, by whoever has the partition") == 1


async def test_a_replay_that_takes_the_place_of_a_quiet_view_makes_its_sink_take_every_partition_anew(room: Room) -> None:
    """Just where the sink was: else `again` would stand there for good, and a lost Kafka would not be noticed later."""
    key = debtor_key(room.group, "1")
    async with room.seat("quiet") as seat:
        await room.put(key, encode(debtor(room.group, "1", 1)))

        async def read() -> bool:
            await seat.turn()
            return await room.shown(key) == [1]

        await eventually(read, "what is there")
        await seat.caught_up()
        shares = await room.store[EPOCHS].find({"view": VIEW.name}).to_list()
        told = {
            name: {str(one["_id"]).rpartition(":")[2]: one[field] for one in shares}
            for name, field in (("filled", "next"), ("generations", "generation"))
        }
        plan = Replay("quiet", VIEW.name, **told)
        await room.store[REPLAYS].insert_one(plan.document)
        await take_place(room.store, plan)
        assert await room.store[EPOCHS].count_documents({"again": True}) == DEBTORS.partitions
        await room.put(key, encode(debtor(room.group, "1", 2)))

        async def written() -> bool:
            await seat.turn()
            return await room.shown(key) == [2]

        await eventually(written, "what came since")
        assert not await room.store[EPOCHS].count_documents({"again": True})


async def _taken_over(room: Room, key: bytes, cents: int) -> None:
    """What another worker leaves that has read on: its document, and how far it is."""
    document = VIEW.document(debtor(room.group, key.decode().partition(":")[2], cents))
    await room.store[VIEW.name].insert_one({**document, "version": 0})
    moved = await room.store[EPOCHS].update_one({"_id": f"{VIEW.name}:{of(key)}"}, {"$inc": {"next": 1}})
    assert moved.modified_count == 1
