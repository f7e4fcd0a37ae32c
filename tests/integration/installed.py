"""One installation with every stage but the poller, one simulated ERP, and what stands of each instance that reads it."""

import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pymongo import AsyncMongoClient

from schemas.codec import decode
from schemas.erp import ERPS
from schemas.runtime.secrets import seal
from schemas.sweeps import Sweep
from schemas.topics import SWEEPS, Topic
from schemas.views import INSTANCES, VIEWS, sweep
from tests.integration.pipeline import SECRETS, contents, running
from tests.integration.simulated import Served, served

KEY = SecretStr(SECRETS["COLLECTOR_SECRET_KEY"])
ERP = {"kind": "ixc", "url": "http://erp.example/webservice/v1/", "token": seal("of nobody", KEY)}
"""Of an instance that is there for its PABX."""
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

    @property
    def truth(self) -> dict[str, int]:
        """How many documents each provider is worth."""
        provider = self.erp.simulator.provider
        bills = [bill for bill in provider["fn_areceber"].each() if bill["liberado"] == "S" and bill["status"] in {"A", "P"}]
        return {
            "debtors": len(provider["cliente"].rows),
            "queue": len({bill["id_cliente"] for bill in bills}),
            "references": sum(len(provider[table.name].rows) for table in ERPS["ixc"].of_kind("reference")),
        }

    async def whole(self, name: str) -> bool:
        """All of the provider stands in the views, and every kind was swept."""
        found = await self.documents(name)
        swept = await self.database["sweeps"].count_documents({"instance": name, "phase": "completed"})
        return self.truth.items() <= found.items() and swept == len(FAST)

    async def calls(self, name: str, count: int) -> bool:
        """Whether so many calls are shown."""
        return bool(await self.database["calls"].count_documents({"instance": name}) == count)

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
