"""`collector instance remove` on the real parts: nothing of one instance is left anywhere, all of another stays."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest
from pydantic import SecretStr
from pymongo import AsyncMongoClient

from deploy.instances import REMOVALS
from schemas.codec import decode
from schemas.controls import BLOCKLIST, PROMISES
from schemas.sweeps import Sweep
from schemas.topics import BILLS, CLIENTS, CONTRACTS, DEBTORS, QUEUE, REFERENCES, SWEEPS, Topic
from schemas.views import INSTANCES, VIEWS, sweep
from tests.integration.pipeline import PATIENCE_S, SECRETS, contents, eventually, running
from tests.integration.simulated import Served, served

pytestmark = pytest.mark.integration

KEY = SecretStr(SECRETS["COLLECTOR_SECRET_KEY"])
ERASED = (CLIENTS, CONTRACTS, BILLS, REFERENCES, DEBTORS, QUEUE)
STAGES = ("hydrate", "dialer", "views")
FAST = {"client": 2, "contract": 2, "bill": 2, "reference": 2}


class World:
    """One installation, its two providers, and what stands of each."""

    def __init__(self, servers: str, database: Any, env: Mapping[str, str], erp: Served, log: Path) -> None:  # noqa: ANN401 - of pymongo
        self.servers = servers
        self.database = database
        self.env = env
        self.erp = erp
        self.log = log

    async def add(self, name: str) -> None:
        document = self.erp.instance(name, KEY, every=FAST).model_dump(mode="json")
        await self.database[INSTANCES].insert_one({"_id": name, **document})

    async def documents(self, name: str) -> dict[str, int]:
        return {view.name: await self.database[view.name].count_documents({"instance": name}) for view in VIEWS}

    async def whole(self, name: str) -> dict[str, int]:
        """The documents, once every client is there and every kind was swept after that; else nothing."""
        found = await self.documents(name)
        swept = await self.database["sweeps"].count_documents({"instance": name, "phase": "completed"})
        lag = found["debtors"] - len(self.erp.simulator.provider["cliente"].rows)
        return found if not lag and swept == len(FAST) and found["references"] and found["queue"] else {}

    async def sweeps(self, name: str) -> dict[str, bool]:
        """What reading the whole topic again would leave, by document, as after a lost database."""
        (view,) = (view for view in VIEWS if view.topic is SWEEPS)
        found: dict[str, bool] = {}
        for key, value in await contents(self.servers, SWEEPS, name):
            identity = view.erased(key) if value is None else str(sweep(decode(Sweep, value))["_id"])
            found[identity] = value is not None
        return found

    async def alive(self, topic: Topic, name: str) -> int:
        """Keys whose last record is no tombstone."""
        last = dict(await contents(self.servers, topic, name))
        return sum(value is not None for value in last.values())

    def command(self, *arguments: str) -> subprocess.Popen[str]:
        argv = [sys.executable, "-m", "deploy.cli.main", "instance", "remove", *arguments]
        env = {**self.env, **SECRETS}
        return subprocess.Popen(argv, env=env, cwd=self.log, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


@asynccontextmanager
async def world(env: Mapping[str, str], servers: str, mongo_uri: str, log: Path) -> AsyncIterator[World]:
    """Every stage but the poller runs."""
    with ExitStack() as stages:
        erp = stages.enter_context(served("ixc", clients=40))
        async with AsyncMongoClient[dict[str, Any]](mongo_uri) as client:
            for stage in STAGES:
                stages.enter_context(running(stage, env, log))
            yield World(servers, client[env["MONGO_DATABASE"]], env, erp, log)


@pytest.mark.timeout(1_200)
async def test_it_is_gone_everywhere_may_be_cut_and_starts_from_nothing_when_it_comes_back(
    servers: str, env: Mapping[str, str], mongo_uri: str, prefix: str, tmp_path: Path
) -> None:
    """Cut by kill -9 before the stages have followed and again on the way; the other instance loses nothing."""
    mine, other = f"{prefix}-a", f"{prefix}-b"
    async with world(env, servers, mongo_uri, tmp_path) as here:
        await here.add(mine)
        await here.add(other)
        with running("erp-poller", env, tmp_path):
            before = await eventually(lambda: here.whole(mine), "the first sync")
            await eventually(lambda: here.whole(other), "the other's first sync")
            for name in (mine, other):
                await here.database[PROMISES].insert_one({"instance": name, "code": "1", "until": "2026-01-01"})
                await here.database[BLOCKLIST].insert_one({"instance": name, "person": "p" * 32, "phone": ""})

            for lines in (1, 2):
                removal = here.command(mine, "--yes", mine)
                assert removal.stderr is not None
                for _ in range(lines):
                    assert "left: " in await asyncio.to_thread(removal.stderr.readline)
                removal.send_signal(SIGKILL)
                await asyncio.to_thread(removal.wait)
                removal.stderr.close()
                assert await here.database[REMOVALS].count_documents({"_id": mine}) == 1
                assert await here.database[INSTANCES].count_documents({"_id": mine}) == 0

            removal = here.command(mine, "--yes", mine)
            _, said = await asyncio.to_thread(removal.communicate, timeout=PATIENCE_S)
            assert removal.returncode == 0, said
            assert "1 of promises and 1 of blocklist; the name is free" in said

            assert await here.documents(mine) == dict.fromkeys(before, 0)
            assert {topic.name: await here.alive(topic, mine) for topic in ERASED} == {topic.name: 0 for topic in ERASED}
            swept = await here.sweeps(mine)
            assert len(swept) >= len(FAST)
            assert not any(swept.values())
            for collection in (PROMISES, BLOCKLIST):
                assert [one["instance"] async for one in here.database[collection].find()] == [other]
            assert await here.database[REMOVALS].count_documents({}) == 0
            assert await here.whole(other) == before

            again = here.command(mine, "--yes", mine)
            _, said = await asyncio.to_thread(again.communicate, timeout=PATIENCE_S)
            assert (again.returncode, said.count("\n")) == (2, 1)
            assert "there is no instance" in said

        with running("erp-poller", env, tmp_path, "1"):
            await here.add(mine)
            assert await eventually(lambda: here.whole(mine), "all rows once more") == before
