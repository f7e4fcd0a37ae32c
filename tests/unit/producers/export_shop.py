"""A folder of Altarede's exports and a broker in memory, with the real sweeper between them."""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from producers.erp.exports.folder import ExportSource
from producers.erp.outbox import Outbox
from producers.erp.sweep import Sweeper
from schemas.erp.altarede import EXPORT
from schemas.erp.altarede_options import AltaredeExport
from tests.strategies import instance
from tests.unit.producers.memory_broker import MemoryBroker
from tests.unit.producers.sheets import put
from tests.unit.producers.shop import Swept

LONG_AGO, NOW = 1_799_000_000.0, 1_800_000_000.0


class ExportShop(Swept):
    """`put` writes an export that is newer than the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written = LONG_AGO
        options = AltaredeExport(folder=str(folder))
        here = instance(erp=options.model_dump(mode="json"))
        source = ExportSource(options, lambda: NOW)
        moment = datetime.fromtimestamp(NOW, UTC)
        broker = MemoryBroker()
        sweeper = Sweeper(here, EXPORT, source, Outbox(broker), defaultdict(dict), lambda bare: bare[:3], lambda: moment)
        super().__init__(broker, sweeper)

    def put(self, name: str, content: bytes) -> None:
        self.written += 1_000
        put(self.folder, name, content, self.written)
