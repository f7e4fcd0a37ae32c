"""The IXC in memory and the IXC simulator answer alike."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import httpx
import pytest_asyncio

from deploy.simulators.ixc.columns import BLANKS
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.server import TOKEN, USER, application
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.ixc.store import Provider, Table
from producers.erp_client import ErpClient
from schemas.erp.ixc import IXC
from tests.contract.erp_conformance import SHOP, ErpConformance
from tests.strategies import instance
from tests.unit.producers.memory_erp import MemoryErp

PAGED = instance(
    erp={
        "kind": "ixc",
        "url": "http://erp.example/webservice/v1/",
        "token": "-",
        "gap": 0,
        "page_size": ErpConformance.pages_of,
    }
)


class TestMemoryErp(ErpConformance):
    @pytest_asyncio.fixture
    async def client(self) -> AsyncIterator[ErpClient]:
        erp = MemoryErp()
        for table, rows in SHOP.items():
            erp.put(table, *rows)
        client = erp.client(PAGED)
        yield client
        await client.close()


class TestSimulator(ErpConformance):
    @pytest_asyncio.fixture
    async def client(self) -> AsyncIterator[ErpClient]:
        simulator = Simulator(Size(0), 1, date(2026, 1, 14))
        simulator.provider = Provider(
            {name: Table(name, {int(row["id"]): dict(row) for row in SHOP.get(name, [])}) for name in BLANKS}
        )
        app = application(simulator, lambda: datetime(2026, 1, 14, 12, tzinfo=UTC))
        client = ErpClient(PAGED, IXC, f"{USER}:{TOKEN}", httpx.ASGITransport(app=app))
        yield client
        await client.close()
