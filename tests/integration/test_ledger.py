"""The ledger on a real mongod: it does what the one in memory does, and holds while its writers are killed."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from pymongo import MongoClient
from ulid import ULID

from deploy import clients
from schemas.attempts import ATTEMPTS, LEDGER
from schemas.runtime import mongo
from schemas.runtime.settings import MongoSettings
from sinks.originate.healing import RESERVING_FOR
from sinks.originate.ledger import Ledger
from sinks.originate.memory import MemoryLedger
from sinks.originate.steps import Find, Read
from sinks.originate.stored import StoredLedger, UnreadableError
from tests.integration.ledger_conformance import CONFORMS
from tests.integration.reservers import RUNG, Process, clock_from
from tests.unit.sinks.originate.checking import violations

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
LONG = timedelta(hours=1)
Check = Callable[[Ledger], Awaitable[None]]


@pytest_asyncio.fixture
async def there(mongo_uri: str, database: str) -> AsyncIterator[mongo.Database]:
    async with clients.database(MongoSettings(mongo_uri=mongo_uri, mongo_database=database)) as opened:
        yield opened


@pytest.mark.parametrize("check", CONFORMS, ids=lambda check: check.__name__)
async def test_the_ledger_in_memory(check: Check) -> None:
    await check(MemoryLedger())


@pytest.mark.parametrize("check", CONFORMS, ids=lambda check: check.__name__)
async def test_the_ledger_in_mongodb(check: Check, there: mongo.Database) -> None:
    ledger = StoredLedger(there)
    await ledger.prepare()
    await ledger.prepare()

    await check(ledger)


async def test_a_document_that_cannot_be_read_stops_nobody_else_and_shows_no_number(there: mongo.Database) -> None:
    """A newer version's, or somebody's hand: whoever needs it waits; what is taken up again passes over it."""
    ledger = StoredLedger(there)
    subject, attempt = "number:+5582999990000", str(ULID())
    await there[LEDGER].insert_one({"_id": subject, "n": 1, "calls": [{"at": "+5582999990000"}], "expires_at": NOW})
    await there[ATTEMPTS].insert_one({"_id": attempt, "state": "reserving", "changed_at": NOW - LONG, "number": "none"})

    with pytest.raises(UnreadableError) as marks:
        await ledger.do(Read((subject,)))
    with pytest.raises(UnreadableError, match=attempt):
        await ledger.do(Find(attempt))
    assert await ledger.left(NOW) == []
    assert "99999" not in str(marks.value)


async def test_old_attempts_and_quiet_subjects_expire(there: mongo.Database) -> None:
    await StoredLedger(there).prepare()

    found = {
        name: {key[0][0]: options["expireAfterSeconds"] for options in (await there[name].index_information()).values()
               if "expireAfterSeconds" in options for key in [options["key"]]}
        for name in (ATTEMPTS, LEDGER)
    }  # fmt: skip
    assert found == {ATTEMPTS: {"changed_at": 180 * 86_400}, LEDGER: {"expires_at": 0}}


async def ran(mongo_uri: str, database: str, *options: str) -> tuple[int, float]:
    """How many were killed, and when the fast clock began."""
    argv = [sys.executable, "-m", "tests.integration.reservers", mongo_uri, database, *options]
    process = await asyncio.create_subprocess_exec(
        *argv, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complained = await process.communicate()
    assert process.returncode == 0, complained.decode()[-4000:]
    kills, began = said.decode().split()
    return int(kills), float(began)


def told(mongo_uri: str, database: str) -> tuple[list[str], Counter[str], int]:
    """Violations by the PABX's own log, attempts by state, calls that rang."""
    with MongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        rings = [(one["at"], one["attempt"], one["code"], one["number"]) for one in client[database][RUNG].find()]
        states = Counter(one["state"] for one in client[database][ATTEMPTS].find())
    return list(violations(rings)), states, len(rings)


async def test_eight_processes_killed_at_random_ring_nobody_too_often(
    mongo_uri: str, database: str, there: mongo.Database
) -> None:
    kills, began = await ran(mongo_uri, database, "--kills", "40", "--rings", "30")

    wrong, states, rings = told(mongo_uri, database)
    assert wrong == []
    assert kills >= 40
    assert rings >= 30, states

    later = clock_from(began)
    last = Process(there, lambda: later() + 2 * RESERVING_FOR, Random(0))
    await last.heal()
    assert await there[ATTEMPTS].count_documents({"state": {"$in": ["reserving", "reserved"]}}) == 0
    gone = {one["_id"] async for one in there[ATTEMPTS].find({"state": {"$in": ["refused", "abandoned"]}})}
    marked = {call["attempt"] async for one in there[LEDGER].find() for call in one["calls"]}
    rung = {one["attempt"] async for one in there[RUNG].find()}
    assert marked & gone == set()
    assert marked >= rung


async def test_processes_that_replace_whatever_is_there_are_seen_to_ring_too_often(mongo_uri: str, database: str) -> None:
    await ran(mongo_uri, database, "--kills", "12", "--rings", "30", "--careless")

    wrong, _, _ = told(mongo_uri, database)
    assert wrong != []
