"""A folder of Altarede's exports and a broker in memory, with the real sweeper between them."""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from producers.erp.exports.folder import ExportSource
from producers.erp.outbox import Outbox
from producers.erp.sweep import Sweeper
from schemas.codec import decode
from schemas.erp.altarede import EXPORT
from schemas.erp.altarede_options import AltaredeExport
from schemas.rows import Kind
from schemas.sweeps import Sweep
from schemas.topics import SWEEPS
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
        super().__init__(*_opened(folder, MemoryBroker()))

    def restart(self) -> None:
        """Another process goes on: of the files that were read it knows what the last complete sweep of each kind said."""
        self.sweeper = _opened(self.folder, self.broker)[1]

    def put(self, name: str, content: bytes) -> None:
        self.written += 1_000
        put(self.folder, name, content, self.written)


def _opened(folder: Path, broker: MemoryBroker) -> tuple[MemoryBroker, Sweeper]:
    async def told(kind: Kind) -> datetime | None:
        sweeps = [decode(Sweep, one.value) for one in broker.of(SWEEPS.name)]
        return next((one.as_of for one in reversed(sweeps) if (one.kind, one.phase) == (kind, "completed")), None)

    options = AltaredeExport(folder=str(folder))
    here = instance(erp=options.model_dump(mode="json"))
    source = ExportSource(options, lambda: NOW, told)
    moment = datetime.fromtimestamp(NOW, UTC)
    return broker, Sweeper(here, EXPORT, source, Outbox(broker), defaultdict(dict), lambda bare: bare[:3], lambda: moment)
