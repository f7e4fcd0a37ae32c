"""A folder of Altarede's exports and a broker in memory, with the real sweeper between them."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from producers.erp.exports.folder import ExportSource
from producers.erp.outbox import Outbox
from producers.erp.sweep import Sweeper
from schemas.codec import decode
from schemas.erp.altarede import EXPORT
from schemas.erp.altarede_options import AltaredeExport
from schemas.rows import ErpRow, Kind
from schemas.sweeps import Sweep
from schemas.topics import ROW_TOPICS
from tests.strategies import instance
from tests.unit.producers.memory_broker import MemoryBroker
from tests.unit.producers.sheets import put

LONG_AGO, NOW = 1_000_000.0, 2_000_000.0


class ExportShop:
    """`put` writes an export that is newer than the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broker = MemoryBroker()
        self.written = LONG_AGO
        options = AltaredeExport(folder=str(folder))
        here = instance(erp=options.model_dump(mode="json"))
        source = ExportSource(options, lambda: NOW)
        moment = datetime.fromtimestamp(NOW, UTC)
        self.sweeper = Sweeper(
            here, EXPORT, source, Outbox(self.broker), defaultdict(dict), lambda bare: bare[:3], lambda: moment
        )
        self.read = 0

    def put(self, name: str, content: bytes) -> None:
        self.written += 1_000
        put(self.folder, name, content, self.written)

    async def sweep(self, kind: Kind = "bill") -> Sweep:
        return await self.sweeper.run(kind, "1")

    def news(self, kind: Kind = "bill") -> list[ErpRow]:
        """Rows published since the last look."""
        events = [decode(ErpRow, one.value) for one in self.broker.of(ROW_TOPICS[kind].name)]
        fresh, self.read = events[self.read :], len(events)
        return fresh


@contextmanager
def opened(folder: Path) -> Iterator[ExportShop]:
    folder.mkdir()
    yield ExportShop(folder)
