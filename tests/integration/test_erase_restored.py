"""`collector erase` where a backup came back and Kafka knows of nobody: the ERP is away, or has the client no more."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr
from pymongo import AsyncMongoClient
from ulid import ULID

from deploy.erasing.finding import EraseSettings, find, person
from deploy.erasing.run import erase
from deploy.erasing.verify import verify
from producers.erp.suppression import StoredSuppression
from schemas.attempts import ATTEMPTS
from schemas.controls import PROMISES
from schemas.suppression import SUPPRESSED
from schemas.views import CLOSED_BILLS, EVIDENCE, INSTANCES
from sinks.views.epochs import GENERATION
from tests.integration.installed import ERP
from tests.integration.pipeline import SECRETS, running

pytestmark = pytest.mark.integration

DOCUMENT = "39053344705"
THEIRS, ANOTHERS, NEVER_CALLED = "302", "303", "304"
NOW = datetime.now(UTC)
RESTORED = ("calls", EVIDENCE, CLOSED_BILLS, PROMISES)


@pytest_asyncio.fixture
async def store(mongo_uri: str, database: str) -> AsyncIterator[Any]:
    """The database, with one provider."""
    async with AsyncMongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        norte = {"_id": "norte", "name": "norte", "title": "Norte", "zone": "America/Maceio", "state": "AL", "ddd": "82"}
        await client[database][INSTANCES].insert_one({**norte, "erp": ERP})
        yield client[database]


@pytest.fixture
def settings(env: Mapping[str, str]) -> EraseSettings:
    return EraseSettings.model_validate({name.lower(): value for name, value in {**env, **SECRETS}.items()})


def suppression(store: Any) -> StoredSuppression:  # noqa: ANN401 - of pymongo
    return StoredSuppression(store, SecretStr(SECRETS["COLLECTOR_PERSON_KEY"]), lambda: NOW)


async def put_back(store: Any, name: str, code: str, *people: str) -> None:  # noqa: ANN401 - of pymongo
    """What a backup has of a client: a call as each of `people`, the newest last, a bill that was paid, a promise."""
    base = {"instance": name, "code": code}
    for number, whom in enumerate(people):
        attempt, at = str(ULID()), NOW - timedelta(days=9 - number)
        await store[ATTEMPTS].insert_one({"_id": attempt, **base, "state": "ended", "person": whom, "at": at})
        shown = {**base, "attempt": attempt, "at": at, "version": GENERATION}
        await store["calls"].insert_one({"_id": f"{name}:{code}:{attempt}", **shown, "number": "+5582999990001"})
        await store[EVIDENCE].insert_one({"_id": f"{name}:{code}:{attempt}:{'0' * 16}", **shown})
    bill = {**base, "bill": "9", "closed_at": NOW - timedelta(days=3), "version": GENERATION}
    await store[CLOSED_BILLS].insert_one({"_id": f"{name}:{code}:9", **bill})
    await store[PROMISES].insert_one({"_id": f"{name}:{code}", **base, "until": "2030-01-01"})


@pytest.mark.timeout(600)
async def test_who_came_back_with_a_backup_is_found_by_their_calls_and_goes_though_kafka_has_nothing_of_them(
    store: Any,  # noqa: ANN401 - of pymongo
    settings: EraseSettings,
    env: Mapping[str, str],
    prefix: str,
    tmp_path: Path,
) -> None:
    """A client whose newest call names somebody else is not touched."""
    whom = person(DOCUMENT, settings)
    await put_back(store, prefix, THEIRS, "", whom.hash)
    await put_back(store, prefix, ANOTHERS, whom.hash, "q" * 32)
    alive = {str(one["where"]) for one in (await verify(settings, whom)).rows() if one["alive"]}
    assert alive == {f"collection {name}" for name in RESTORED}

    found = await find(settings, whom)
    assert (found.clients, found.promises, found.attempts) == ({prefix: [THEIRS]}, 1, 2)
    with running("classify", env, tmp_path), running("views", env, tmp_path):
        await erase(settings, found, lambda _: None)

    assert not [one for one in (await verify(settings, whom)).rows() if one["alive"]]
    gone = await find(settings, whom)
    assert (gone.clients, gone.count, gone.attempts, gone.is_suppressed) == ({prefix: [THEIRS]}, 0, 2, True)
    assert await store[SUPPRESSED].count_documents({"person": whom.hash}) == 2
    await suppression(store).add(prefix, NEVER_CALLED, whom.hash)  # as a sweep does that meets the document
    await put_back(store, prefix, NEVER_CALLED)
    again = await find(settings, whom)
    assert (again.clients, again.promises) == ({prefix: [THEIRS, NEVER_CALLED]}, 1)

    left = {name: await store[name].count_documents({"instance": prefix, "code": ANOTHERS}) for name in RESTORED}
    assert left == {"calls": 2, EVIDENCE: 2, CLOSED_BILLS: 1, PROMISES: 1}


async def test_somebody_whom_nobody_knows_is_kept_out_once_the_count_is_typed(
    store: Any,  # noqa: ANN401 - of pymongo
    settings: EraseSettings,
    env: Mapping[str, str],
    tmp_path: Path,
) -> None:
    async def typed(text: str) -> tuple[int, str]:
        argv = [sys.executable, "-m", "deploy.cli.main", "erase"]
        process = await asyncio.create_subprocess_exec(
            *argv, env={**env, **SECRETS, "COLUMNS": "200"}, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE
        )
        _, err = await process.communicate(text.encode())
        return process.returncode or 0, err.decode()

    for wrong in (f"{DOCUMENT}\n", f"{DOCUMENT}\n1\n"):
        code, said = await typed(wrong)
        assert (code, await store[SUPPRESSED].count_documents({})) == (2, 0), said

    code, said = await typed(f"{DOCUMENT}\n0\n")
    assert code == 0, said
    assert "no client with this document is known" in said
    (entry,) = await store[SUPPRESSED].find().to_list()
    assert (entry["what"], entry["_id"]) == ("person", person(DOCUMENT, settings).hash)
