"""`collector instance remove` on the real parts: nothing of one instance is left anywhere, all of another stays."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from ulid import ULID

from schemas.attempts import ATTEMPTS, LEDGER
from schemas.calls import Call, CallPlaced
from schemas.codec import encode
from schemas.controls import BLOCKLIST, PROMISES
from schemas.evidence import Evidence
from schemas.keys import debtor_key, partition_of
from schemas.pabx import PABX_HOLDS
from schemas.runtime.arming import PABX_TESTS
from schemas.runtime.instance_store import REMOVALS
from schemas.runtime.kafka import Message, publish
from schemas.suppression import SUPPRESSED
from schemas.topics import (
    BILLS,
    CALLS,
    CLIENTS,
    CONTRACTS,
    DEBTORS,
    EVIDENCE,
    KEYED_PARTITIONS,
    PLACED,
    QUEUE,
    REFERENCES,
)  # fmt: skip
from schemas.views import CLOSED_BILLS, INSTANCES, SNAPSHOTS
from tests.integration.installed import FAST, World, world
from tests.integration.pipeline import PATIENCE_S, eventually, running

pytestmark = pytest.mark.integration

ERASED = (CLIENTS, CONTRACTS, BILLS, REFERENCES, DEBTORS, QUEUE)
CALLED = (PLACED, EVIDENCE, CALLS)
OF_ROWS = ("erp.", "debtor", "queue", "sweeps", "references")


async def called(sender: AIOKafkaProducer, database: Any, name: str) -> str:  # noqa: ANN401 - of pymongo
    """Three calls of a debtor: one with all, one that nobody told the placing of, one of a month ago; and a subject's marks.

    The attempt of the first, which may still be going on.
    """
    now = datetime.now(UTC)
    attempts = [str(ULID.from_datetime(now - ago)) for ago in (timedelta(0), timedelta(minutes=1), timedelta(days=30))]
    owing = await database["queue"].find_one({"instance": name})
    code = owing["code"]
    home = partition_of(debtor_key(name, code), KEYED_PARTITIONS)
    base = {"instance": name, "code": code}
    fields = {"type": "ChannelDestroyed", "cause": "17"}
    for attempt, topics in zip(attempts, ((PLACED, EVIDENCE), (EVIDENCE,), (PLACED,)), strict=True):
        at = {"attempt": attempt, **base}
        call = CallPlaced(**at, number="+5582999990001", at=now, answer="ringing")
        piece = Evidence(**at, witness="ari", piece="event", fields=fields, seen_at=now)
        for topic in topics:
            one: CallPlaced | Evidence = call if topic is PLACED else piece
            await publish(sender, topic.name, home, [Message(one.key, encode(one), [])])
        await database[ATTEMPTS].insert_one({"_id": attempt, **base, "state": "ended"})
    old = Call(**base, attempt=attempts[2], version=1, at=now, outcome="busy")
    await publish(sender, CALLS.name, home, [Message(old.key, encode(old), [])])
    await database[ATTEMPTS].update_one({"_id": attempts[0]}, {"$set": {"state": "ringing"}})
    await database[LEDGER].insert_one({"_id": f"client:{name}", "calls": [{"attempt": attempts[0]}]})
    for kept in (PABX_TESTS, PABX_HOLDS):
        await database[kept].insert_one({"_id": name})
    return attempts[0]


def only_calls(line: str) -> bool:
    """What is left is of calls alone, and one is going on."""
    return "calls going on 1" in line and not any(word in line for word in OF_ROWS)


async def cut(here: World, name: str, enough: Callable[[str], bool]) -> None:
    """A removal, killed once a line of what is left is `enough`."""
    removal = here.command(name, "--yes", name)
    assert removal.stderr is not None
    line = ""
    while not ("left" in line and enough(line)):
        line = await asyncio.to_thread(removal.stderr.readline)
        assert line, "it ended before"
    removal.send_signal(SIGKILL)
    await asyncio.to_thread(removal.wait)
    removal.stderr.close()
    assert await here.database[REMOVALS].count_documents({"_id": name}) == 1
    assert await here.database[INSTANCES].count_documents({"_id": name}) == 0


@pytest.mark.timeout(1_200)
async def test_it_is_gone_everywhere_may_be_cut_and_starts_from_nothing_when_it_comes_back(
    servers: str, env: Mapping[str, str], mongo_uri: str, prefix: str, tmp_path: Path, sender: AIOKafkaProducer
) -> None:
    """Cut by kill -9 before the stages have followed and again on the way; the other instance loses nothing.

    A call that is going on keeps it from its end; what limits count of the people who were rung stays.
    """
    mine, other = f"{prefix}-a", f"{prefix}-b"
    async with world(env, servers, mongo_uri, tmp_path) as here:
        await here.add(mine)
        await here.add(other)
        with running("erp-poller", env, tmp_path), running("classify", env, tmp_path):
            await eventually(lambda: here.whole(mine), "the first sync")
            await eventually(lambda: here.whole(other), "the other's first sync")
            for name in (mine, other):
                await here.database[PROMISES].insert_one({"instance": name, "code": "1", "until": "2026-01-01"})
                await here.database[BLOCKLIST].insert_one({"instance": name, "person": "p" * 32, "phone": ""})
                await here.database[SUPPRESSED].insert_one({"_id": f"hash-{name}", "instance": name})
                await here.database[SNAPSHOTS].insert_one({"_id": f"{name}@2026-01-01T00:00Z", "instance": name})

            going_on = await called(sender, here.database, mine)
            await called(sender, here.database, other)
            for name in (mine, other):
                await eventually(partial(here.calls, name, 3), "the calls in their view")
            lost = {"_id": f"{mine}:lost:9", "instance": mine, "code": "lost", "closed_at": datetime.now(UTC), "version": 0}
            await here.database[CLOSED_BILLS].insert_one(lost)  # as where Kafka's data was lost: its record is nowhere

            for enough in (lambda _: True, only_calls):
                await cut(here, mine, enough)
            assert await here.calls(mine, 3)
            await here.database[ATTEMPTS].update_one({"_id": going_on}, {"$set": {"state": "ended"}})

            removal = here.command(mine, "--yes", mine)
            _, said = await asyncio.to_thread(removal.communicate, timeout=PATIENCE_S)
            assert removal.returncode == 0, said
            assert "3 of attempts, 1 of promises, 1 of blocklist, 0 of beliefs; the name is free" in said

            assert not any((await here.documents(mine)).values())
            alive = {topic.name: await here.alive(topic, mine) for topic in (*ERASED, *CALLED)}
            assert alive == {topic.name: 0 for topic in (*ERASED, *CALLED)}
            assert {topic.name: await here.alive(topic, other) for topic in CALLED} == {
                PLACED.name: 2,
                EVIDENCE.name: 2,
                CALLS.name: 3,
            }
            assert await here.database[LEDGER].count_documents({"_id": f"client:{mine}"}) == 1
            assert await here.database[ATTEMPTS].count_documents({}) == 3
            for kept in (PABX_TESTS, PABX_HOLDS):
                assert [one["_id"] async for one in here.database[kept].find()] == [other]
            swept = await here.sweeps(mine)
            assert len(swept) >= len(FAST)
            assert not any(swept.values())
            for collection in (PROMISES, BLOCKLIST, SNAPSHOTS, SUPPRESSED):
                assert [one["instance"] async for one in here.database[collection].find()] == [other]
            assert await here.database[REMOVALS].count_documents({}) == 0
            assert await here.whole(other)

            again = here.command(mine, "--yes", mine)
            _, said = await asyncio.to_thread(again.communicate, timeout=PATIENCE_S)
            assert (again.returncode, said.count("\n")) == (2, 1)
            assert "there is no instance" in said

            await here.add(mine)
            await eventually(lambda: here.whole(mine), "all rows once more")
