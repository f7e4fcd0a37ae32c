"""An ERP and a broker in memory, with the real sweeper between them."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import httpx

from producers.erp.changes import Seen
from producers.erp.memory import Books, Notes, note
from producers.erp.outbox import Outbox
from producers.erp.sweep import Sweeper
from schemas.codec import decode
from schemas.erp.declaration import Row
from schemas.erp.ixc import IXC
from schemas.rows import ErpRow, Kind
from schemas.sweeps import Sweep
from schemas.topics import ROW_TOPICS, SWEEPS
from tests.strategies import SEEN, erp_row, instance
from tests.unit.producers.memory_broker import MemoryBroker
from tests.unit.producers.memory_erp import MemoryErp

HERE = instance()
PAGED = instance(erp={**HERE.erp.model_dump(), "page_size": 2})


class Swept:
    """A sweeper, and the broker that it publishes to."""

    def __init__(self, broker: MemoryBroker, sweeper: Sweeper) -> None:
        self.broker = broker
        self.sweeper = sweeper
        self.read = 0

    async def sweep(self, kind: Kind = "bill") -> Sweep:
        return await self.sweeper.run(kind, "1")

    def news(self, kind: Kind = "bill") -> list[ErpRow]:
        """Rows published since the last look."""
        events = [decode(ErpRow, one.value) for one in self.broker.of(ROW_TOPICS[kind].name)]
        fresh, self.read = events[self.read :], len(events)
        return fresh


class Shop(Swept):
    """An ERP, a broker, and a sweeper between them whose memory outlives a failed sweep."""

    def __init__(self, erp: MemoryErp, broker: MemoryBroker, sweeper: Sweeper) -> None:
        super().__init__(broker, sweeper)
        self.erp = erp
        self.tick = timedelta(milliseconds=10)
        """What each look at the clock takes."""

    def phases(self) -> list[str]:
        return [decode(Sweep, one.value).phase for one in self.broker.of(SWEEPS.name)]

    def read_back(self) -> Books:
        """What a poller that starts now would remember."""
        notes = Notes()
        for one in self.broker.of(ROW_TOPICS["bill"].name):
            note(notes, one.key, one.value, {name: value or b"" for name, value in one.headers})
        return defaultdict(dict, notes.books)

    def taken_anew(self) -> None:
        """As a poller does that could not publish: another writer, and what the broker says was published."""
        self.sweeper.outbox = Outbox(self.broker)
        self.sweeper.books = self.read_back()

    def seen(self) -> Seen:
        return self.sweeper.books[HERE.name, "bill"]


@asynccontextmanager
async def opened() -> AsyncIterator[Shop]:
    erp, broker = MemoryErp(), MemoryBroker()
    now = [SEEN]

    def clock() -> datetime:
        now[0] += shop.tick
        return now[0]

    books: Books = {(HERE.name, name): {} for name in ("bill", "client", "contract")}
    books |= {(HERE.name, f"reference:{table.name}"): {} for table in IXC.of_kind("reference")}
    source = erp.source(PAGED)
    shop = Shop(erp, broker, Sweeper(PAGED, IXC, source, Outbox(broker), books, lambda document: document[:3], clock))
    yield shop
    await source.close()


def bill(code: str, **columns: str) -> Row:
    return erp_row("fn_areceber", id=code, **columns)


def error_at(*requests: int) -> Callable[[int], httpx.Response | None]:
    return lambda number: httpx.Response(500) if number in requests else None


def error_since(request: int, status: int = 500) -> Callable[[int], httpx.Response | None]:
    return lambda number: httpx.Response(status, text="<div>") if number >= request else None
