"""Several workers of one stage: they share out, one leaves, and nothing is lost or said twice.

`hydrate`, the pollers, `originate` and `snapshots` have tests of their own for it; here are the others.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from signal import SIGTERM
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient

from schemas.codec import encode
from schemas.debtor import Bill, Client, Debtor
from schemas.runtime.kafka import Message, publish
from schemas.runtime.watchdog import TRY_AGAIN
from schemas.topics import CALLS, DEAD, DEBTORS, EVIDENCE, PLACED, QUEUE
from tests.integration.pipeline import Worker, contents, eventually, running
from tests.integration.test_classify import gone, home, placed
from tests.strategies import instance

pytestmark = pytest.mark.integration

STAGES = ("classify", "dialer", "views")
CODES = range(60)
ROUNDS = 4


def debtor(name: str, number: int, round_: int) -> Debtor:
    """Owes another amount each round."""
    at = datetime.now(UTC)
    bill = Bill(due_on=date(2026, 1, 5), open_cents=cents(number, round_), status="open", seen_at=at)
    client = Client(name="FULANA", active=True, person=f"{number:032}", phones=(f"+5582999{number:06}",), seen_at=at)
    return Debtor(instance=name, code=str(number), version=round_, changed_at=at, client=client, bills={"9": bill})


def cents(number: int, round_: int) -> int:
    return 1_000 * round_ + number + 1


def kept(workers: Iterable[Worker]) -> None:
    """As the supervisor does: one whose broker is too busy to answer ends by itself, and is started again."""
    for one in workers:
        if (code := one.process.poll()) is not None:
            assert code == TRY_AGAIN, one.log.read_text()[-2_000:]
            one.start()


async def put(sender: AIOKafkaProducer, name: str, round_: int) -> None:
    """Everybody owes another amount, is rung once more, and it is told that he was busy."""
    for number in CODES:
        one, call = debtor(name, number, round_), placed(name, number)
        heard = gone(call, "17")
        for topic, event in ((DEBTORS, one), (PLACED, call), (EVIDENCE, heard)):
            await publish(sender, topic.name, home(name, number), [Message(event.key, encode(event), [])])


async def test_workers_that_come_and_go_lose_nothing_and_say_nothing_twice(
    servers: str,
    sender: AIOKafkaProducer,
    env: Mapping[str, str],
    mongo_uri: str,
    database: str,
    prefix: str,
    tmp_path: Path,
) -> None:
    """A second worker joins each stage in the middle of a round, the first leaves in the middle of another."""
    async with AsyncMongoClient[dict[str, Any]](mongo_uri) as client:
        store = client[database]
        await store["instances"].insert_one({"_id": prefix, **instance(name=prefix).model_dump(mode="json")})

        async def shown(round_: int, *workers: Worker) -> bool:
            """All of this round has reached its document."""
            kept(workers)
            expected = {str(number): [cents(number, round_)] for number in CODES}
            owed = {one["code"]: one["bills"] async for one in store["debtors"].find({"instance": prefix})}
            queued = {one["code"]: one["facts"] async for one in store["queue"].find({"instance": prefix})}
            calls = [one.get("outcome") async for one in store["calls"].find({"instance": prefix})]
            return (
                {code: [bill["open_cents"] for bill in bills] for code, bills in owed.items()} == expected
                and {code: [amount for _, amount in facts["due"]] for code, facts in queued.items()} == expected
                and {code: len(facts["calls"]) for code, facts in queued.items()} == dict.fromkeys(expected, round_)
                and calls == ["busy"] * round_ * len(CODES)
            )

        async def shared() -> bool:
            """Both workers of each stage hold partitions, by their own heartbeats."""
            kept([*first, *second])
            beats = [one async for one in store["stages"].find({"worker": {"$in": ["one", "two"]}})]
            holding = defaultdict(set)
            for beat in beats:
                if beat["held"]:
                    holding[beat["stage"]].add(beat["worker"])
            return holding == {stage: {"one", "two"} for stage in STAGES}

        second: list[Worker] = []
        with ExitStack() as workers:
            first = [Worker(stage, env, tmp_path, "one") for stage in STAGES]
            for one in first:
                workers.callback(one.kill)
            await put(sender, prefix, 1)
            await eventually(lambda: shown(1, *first), "the first round in the views")
            second += [workers.enter_context(running(stage, env, tmp_path, "two")) for stage in STAGES]
            await put(sender, prefix, 2)
            await eventually(shared, "a share for each worker")
            await put(sender, prefix, 3)
            leaving = [asyncio.to_thread(one.kill, SIGTERM) for one in first]
            await asyncio.gather(put(sender, prefix, 4), *leaving)
            await eventually(lambda: shown(ROUNDS, *second), "all rounds in the views")

    # one that was still told to try again, as its peers do, ends so
    assert {one.process.returncode for one in first} <= {0, TRY_AGAIN}
    assert await contents(servers, DEAD, prefix) == []
    for topic in (QUEUE, CALLS):
        states: dict[bytes, list[bytes | None]] = defaultdict(list)
        for key, value in await contents(servers, topic, prefix):
            states[key].append(value)
        assert all(len(found) == len(set(found)) for found in states.values()), f"{topic.name} says something twice"
