"""Originators as processes that are killed at random, over one MongoDB: `python -m tests.integration.reservers --help`.

All share a clock that runs faster than the world's. A PABX is a collection, `rung`; it says yes, no, or nothing.
`--careless` breaks the ledger: it replaces whatever is there.
"""

import argparse
import asyncio
import os
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple, NoReturn

from pymongo import MongoClient

from schemas.attempts import ATTEMPTS, LEDGER, Attempt
from schemas.calls import Call
from schemas.errors import RetryLater
from schemas.runtime import mongo
from schemas.runtime.settings import MongoSettings
from sinks.originate.answers import Answered, answered, living
from sinks.originate.ending import finish
from sinks.originate.healing import heal
from sinks.originate.placing import place
from sinks.originate.steps import Ask, Look, Pause, Publish, Replace, Ring, Step, drive
from sinks.originate.stored import StoredLedger
from sinks.originate.weighing import Sight, weigh
from tests.unit.sinks.originate.checking import DEBTORS, asked
from tests.unit.sinks.originate.pretended import NO_CHANNEL, NOON, RINGS, SILENCE, armed, says

SPEED = 10.0
FAMILIES = 20
TURN_S = 1.5
INSTANCE = armed(per_hour=60, per_day=100, per_7_days=500)
RUNG = "rung"
AT_MOST_S = 180.0


class Options(NamedTuple):
    uri: str
    database: str
    kills: int
    rings: int
    processes: int = 8
    careless: bool = False


def clock_from(began: float) -> Callable[[], datetime]:
    """To the millisecond, as MongoDB keeps it."""
    return lambda: NOON + timedelta(milliseconds=round((time.time() - began) * SPEED * 1000))


class Process:
    """One originator."""

    def __init__(
        self, database: mongo.Database, now: Callable[[], datetime], chance: Random, *, careless: bool = False
    ) -> None:
        self._database = database
        self._ledger = StoredLedger(self._database)
        self._careless = careless
        self._now = now
        self._chance = chance

    async def live(self) -> NoReturn:
        while True:
            todo = [self._place] * 12 + [self._end] * 3 + [self.heal]
            try:
                await self._chance.choice(todo)()
            except RetryLater:
                await asyncio.sleep(0.1)

    async def _place(self) -> None:
        """All processes want the same family at the same time, and in turn each of them."""
        now = self._now()
        turn = int((now - NOON).total_seconds() / SPEED / TURN_S)
        n = turn % FAMILIES * len(DEBTORS) + self._chance.randrange(len(DEBTORS))
        request = asked(n, self._chance.randrange(2**60), now, now)
        await drive(place(request, now), self.do, self._now)

    async def _end(self) -> None:
        """What the PABX tells of its newest calls."""
        async for one in self._database[RUNG].find().sort("at", -1).limit(5):
            call = Call(instance="norte", code=one["code"], attempt=one["attempt"], version=1, at=one["at"], outcome="busy")
            await drive(finish(call, self._now()), self.do, self._now)

    async def heal(self) -> None:
        for left in await self._ledger.left(self._now()):
            await drive(heal(left, self._now()), self.do, self._now)

    async def do(self, step: Step) -> Any:  # noqa: ANN401 - what each step says of itself
        found: Any = None
        match step:
            case Look():
                found = Sight(self._now(), INSTANCE)
            case Ring(attempt=attempt, by=by):
                found = await self._ring(attempt, by)
            case Ask(attempt=attempt):
                there = await self._database[RUNG].find_one({"attempt": attempt.attempt})
                found = living(RINGS if there else NO_CHANNEL)
            case Publish():
                pass
            case Pause(most=most):
                await asyncio.sleep(self._chance.uniform(0, most / SPEED))
            case Replace(marks=marks) if self._careless:
                document = {"_id": marks.subject, **marks.model_dump(exclude={"subject"})}
                await self._database["ledger"].replace_one({"_id": marks.subject}, document, upsert=True)
                found = True
            case _:
                found = await self._ledger.do(step)  # type: ignore[arg-type]  # the ledger's are what is left
        return found

    async def _ring(self, attempt: Attempt, by: datetime) -> Answered:
        if self._now() >= by:
            return Answered("refused", "late")
        if self._chance.random() < 0.2:
            return answered(says(500, message="Allocation failed"))
        rung = {"attempt": attempt.attempt, "code": attempt.code, "number": attempt.number, "at": self._now()}
        await self._database[RUNG].insert_one(rung)
        return answered(SILENCE if self._chance.random() < 0.3 else RINGS)


def connected(options: Options) -> mongo.Database:
    return mongo.connect(MongoSettings(mongo_uri=options.uri, mongo_database=options.database))


async def prepared(options: Options) -> None:
    database = connected(options)
    await StoredLedger(database).prepare()
    for kept in (
        database[ATTEMPTS],
        database[LEDGER],
    ):  # by MongoDB's own clock, which looks once a minute, all of this is old
        for name, options_of in (await kept.index_information()).items():
            if "expireAfterSeconds" in options_of:
                await kept.drop_index(name)
    await database.client.close()


async def lived(options: Options, began: float, seed: int) -> None:
    await Process(connected(options), clock_from(began), Random(seed), careless=options.careless).live()


def rung(options: Options) -> int:
    """A client of its own each time: one must not live through a fork."""
    with MongoClient[dict[str, object]](options.uri) as client:
        return client[options.database][RUNG].count_documents({})


def forked(options: Options, began: float, seed: int) -> int:
    """A child that lives until it is killed; its process id."""
    if child := os.fork():
        return child
    try:
        asyncio.run(lived(options, began, seed))
    finally:
        os._exit(1)


def main(options: Options) -> None:
    """Prints how many were killed, and when the clock began. Ends when enough were killed and enough rang."""
    chance, kills = Random(1), 0
    weigh(asked(0, 0, NOON, NOON), Sight(NOON, INSTANCE), NOON)  # the holidays' tables: once, not in each child
    asyncio.run(prepared(options))
    began = time.time()
    children = [forked(options, began, n) for n in range(options.processes)]
    while kills < options.kills or rung(options) < options.rings:
        assert time.time() - began < AT_MOST_S, f"only {kills} kills and {rung(options)} rings in {AT_MOST_S} s"
        time.sleep(chance.uniform(0.3, 1.0))
        n = chance.randrange(len(children))
        os.kill(children[n], signal.SIGKILL)
        _, ended = os.waitpid(children[n], 0)
        assert os.WIFSIGNALED(ended), "a process ended by itself"
        kills += 1
        children[n] = forked(options, began, options.processes + kills)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    print(kills, began)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("uri")
    parser.add_argument("database")
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--rings", type=int, required=True)
    parser.add_argument("--careless", action="store_true")
    given = parser.parse_args()
    main(Options(given.uri, given.database, given.kills, given.rings, careless=given.careless))
