"""The views of a running project against the simulator's truth, read through the ports that the file publishes."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import SecretStr
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect
from ulid import ULID

from deploy.comparison import differences, figure_differences, queue_differences
from deploy.compose.entering import enter
from deploy.compose.project import Project
from deploy.demo.erps import EVERY
from deploy.demo.provider import NAME, Provider, instance
from schemas.errors import StopWorker
from schemas.figures.scope import Scope
from schemas.figures.standing import standing, standing_pipeline
from schemas.instances import Instance
from schemas.runtime.mongo import Database, connect
from schemas.runtime.settings import MongoSettings

AUTHENTICATION_FAILED = 18
TOKEN = re.compile(r'"token":"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Judge:
    """`provider`: commands to the simulator. `page`: the dashboard's address. `settings`: of the database."""

    provider: Provider
    database: Database
    instance: Instance
    page: str
    settings: MongoSettings

    async def unswept(self, since: datetime) -> list[str]:
        """The kinds that no completed sweep has read from `since` on; a sweep's name tells when it began."""
        found = self.database["sweeps"].find({"instance": NAME, "phase": "completed"})
        begun = {one["kind"]: ULID.from_str(one["sweep"]).datetime async for one in found}
        return [kind for kind in EVERY if kind not in begun or begun[kind] < since]

    async def compare(self) -> tuple[list[str], Mapping[str, int]]:
        """Every difference, and how much was compared. Both sides are judged on the same local day."""
        today = datetime.now(UTC).astimezone(self.instance.clock).date()
        rules = self.instance.rules
        truth = await self.provider.truth(today, rules.min_days_overdue)
        debtors = [one async for one in self.database["debtors"].find({"instance": NAME})]
        queue = [one async for one in self.database["queue"].find({"instance": NAME})]
        scope = Scope(NAME, today, rules.min_days_overdue)
        rows = await (await self.database["debtors"].aggregate(standing_pipeline(scope))).to_list()
        wrong = [
            *differences(debtors, truth),
            *queue_differences(queue, truth),
            *figure_differences(standing(rows[0]), truth),
        ]
        return wrong, {**truth["totals"], "in the queue": len(queue), "overdue_cents": truth["debt"]["overdue_cents"]}

    async def page_answers(self) -> list[str]:
        """What is wrong with the dashboard: its checks, its page, and the session that a browser would open."""
        async with httpx.AsyncClient(base_url=self.page) as http:
            try:
                cookie = await enter(http, self.settings)
            except StopWorker as exc:
                return [str(exc)]
            answers = {path: await http.get(path) for path in ("/healthz", "/readyz", "/")}
        said = [f"{path} answers {answer.status_code}" for path, answer in answers.items() if not answer.is_success]
        token = TOKEN.search(answers["/"].text)
        if token is None:
            return [*said, "the dashboard's page opens no session"]
        address = f"{self.page.replace('http', 'ws', 1)}/ws"
        try:
            request = HTTPRequest(address, headers={"Origin": self.page, "Cookie": cookie})
            session = await websocket_connect(request, subprotocols=["bokeh", token[1]])
            acknowledged = await session.read_message()
            session.close()
        except HTTPClientError as exc:
            return [*said, f"the dashboard refuses a browser that came from {self.page} ({exc}): see DASHBOARD_ORIGINS"]
        return said if acknowledged else [*said, "the dashboard ends its sessions at once"]


def _address(project: Project, password: str) -> str:
    return f"mongodb://collector:{password}@127.0.0.1:{project.port('MONGO_PORT')}/?directConnection=true"


async def lets_in(project: Project, password: str) -> bool:
    """Whether MongoDB, which must answer, takes this password."""
    async with AsyncMongoClient[dict[str, Any]](_address(project, password)) as client:
        try:
            await client.admin.command("ping")
        except OperationFailure as exc:
            if exc.code != AUTHENTICATION_FAILED:
                raise
            return False
    return True


@asynccontextmanager
async def judging(project: Project) -> AsyncIterator[Judge]:
    """For a project that is up."""
    port, values = project.port, project.values
    settings = MongoSettings(mongo_uri=_address(project, values["MONGO_PASSWORD"]))
    database = connect(settings)
    provider = Provider(port("IXC_SIMULATOR_PORT"))
    known = instance(port("IXC_SIMULATOR_PORT"), SecretStr(values["COLLECTOR_SECRET_KEY"]))
    try:
        yield Judge(provider, database, known, f"http://127.0.0.1:{port('DASHBOARD_PORT')}", settings)
    finally:
        await provider.close()
        await database.client.close()
