"""The IXC in memory and the IXC simulator answer alike."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import httpx
import pytest_asyncio

from deploy.simulators.ixc.columns import BLANKS
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.server import application
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.ixc.store import Provider, Table
from producers.erp.lists.paged import PagedSource
from tests.contract.erp_conformance import SHOP, ErpConformance
from tests.strategies import instance
from tests.unit.producers.memory_erp import MemoryErp
from tests.unit.producers.memory_erp import source as ixc_source

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
    async def source(self) -> AsyncIterator[PagedSource]:
        erp = MemoryErp()
        for table, rows in SHOP.items():
            erp.put(table, *rows)
        source = erp.source(PAGED)
        yield source
        await source.close()


class TestSimulator(ErpConformance):
    @pytest_asyncio.fixture
    async def source(self) -> AsyncIterator[PagedSource]:
        simulator = Simulator(Size(0), 1, date(2026, 1, 14))
        simulator.provider = Provider(
            {name: Table(name, {int(row["id"]): dict(row) for row in SHOP.get(name, [])}) for name in BLANKS}
        )
        app = application(simulator, lambda: datetime(2026, 1, 14, 12, tzinfo=UTC))
        source = ixc_source(PAGED, httpx.ASGITransport(app=app))
        yield source
        await source.close()
