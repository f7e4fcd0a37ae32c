"""A poller's life with one IXC in memory, on a clock that jumps."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import orjson

from producers.erp.outbox import Outbox
from producers.erp.schedule import Schedule
from producers.erp.source import Source
from producers.erp.sweep import Sweeper
from schemas.codec import decode
from schemas.erp import ERPS
from schemas.instances import Instance
from schemas.rows import Kind
from schemas.sweeps import Sweep
from schemas.topics import SWEEPS
from tests.strategies import erp_row, instance
from tests.unit.producers.jumping_time import live
from tests.unit.producers.memory_broker import MemoryBroker
from tests.unit.producers.memory_erp import MemoryErp, source

BILLS = "fn_areceber"
PAGE = 600
BEGIN = datetime(2026, 1, 14, 12, tzinfo=UTC)
Answer = httpx.Response | Exception | None


class Life:
    """A poller's life with one instance. `faults`: what a table answers at a second instead of the truth."""

    def __init__(self, recent: dict[Kind, float] | None = None) -> None:
        self.broker = MemoryBroker()
        self.erp = MemoryErp()
        self.erp.put(BILLS, *(erp_row(BILLS, id=str(code)) for code in range(1, 4)))
        self.faults: Callable[[float, str], Answer] = lambda _second, _table: None
        self.takes = 0.0
        self.asked: list[tuple[float, str, int]] = []
        options = {**instance().erp.model_dump(), "page_size": PAGE, "gap": 0, "recent": recent or {}}
        self.here = instance(erp=options)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        second, table = asyncio.get_running_loop().time(), request.url.path.rpartition("/")[2]
        self.asked.append((second, table, int(orjson.loads(request.content)["rp"])))
        await asyncio.sleep(self.takes)
        match self.faults(second, table):
            case Exception() as exc:
                raise exc
            case httpx.Response() as spoiled:
                return spoiled
        return self.erp.answer(request)

    def lasts(self, seconds: float, **every: float) -> None:
        """`every`: by kind."""
        opened = source(self.here, httpx.MockTransport(self.answer))
        schedule = Schedule(sweeper(self.here, opened, self.broker), opened)
        kinds: dict[Kind, float] = {**every}  # type: ignore[dict-item]  # names of arguments are any text
        live(seconds, *(schedule.kind(kind, pace) for kind, pace in kinds.items()))

    def seconds(self, table: str, size: int | None = None) -> list[int]:
        """When the table was asked about, with pages of that size; what was asked within one second counts once."""
        found = (second for second, name, rows in self.asked if name == table and size in {None, rows})
        return list(dict.fromkeys(round(second) for second in found))

    def told(self, kind: Kind = "bill") -> list[tuple[str, str]]:
        events = [decode(Sweep, one.value) for one in self.broker.of(SWEEPS.name)]
        return [(one.phase, one.error) for one in events if one.kind == kind]


def sweeper(here: Instance, opened: Source, broker: MemoryBroker) -> Sweeper:
    def clock() -> datetime:
        return BEGIN + timedelta(seconds=asyncio.get_running_loop().time())

    return Sweeper(here, ERPS[here.erp.kind], opened, Outbox(broker), defaultdict(dict), lambda bare: bare[:3], clock)
