"""An RBX and a broker in memory, with the real sweeper between them."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from producers.erp.memory import Books
from producers.erp.outbox import Outbox
from producers.erp.sweep import Sweeper
from schemas.codec import decode
from schemas.erp.rbx import RBX
from schemas.rows import ErpRow, Kind
from schemas.sweeps import Sweep
from schemas.topics import ROW_TOPICS
from tests.strategies import SEEN
from tests.unit.producers.memory_broker import MemoryBroker
from tests.unit.producers.memory_rbx import HERE, SECRETS, MemoryRbx

OPEN, SETTLED, CONTRACTS = "ConsultaDocumentosAbertos", "ConsultaDocumentosBaixados", "ConsultaContratos"


class RbxShop:
    """A sweeper whose memory outlives its source: `restarted` is another poller's."""

    def __init__(self, erp: MemoryRbx, books: Books) -> None:
        self.erp = erp
        self.broker = MemoryBroker()
        self.books = books
        self.source = erp.source()
        self.sweeper = self._sweeper()
        self.read: Counter[tuple[str, int]] = Counter()

    async def sweep(self, kind: Kind = "bill") -> Sweep:
        return await self.sweeper.run(kind, "1")

    async def restarted(self) -> None:
        await self.source.close()
        self.source = self.erp.source()
        self.sweeper = self._sweeper()

    def news(self, kind: Kind = "bill") -> list[ErpRow]:
        """Rows published since the last look."""
        fresh: list[ErpRow] = []
        for (topic, partition), records in self.broker.parts.items():
            if topic == ROW_TOPICS[kind].name:
                fresh += [decode(ErpRow, one.value) for one in records[self.read[topic, partition] :]]
                self.read[topic, partition] = len(records)
        return fresh

    def _sweeper(self) -> Sweeper:
        return Sweeper(HERE, RBX, self.source, Outbox(self.broker), self.books, lambda bare: bare[:3], lambda: SEEN)


@asynccontextmanager
async def opened(secrets: Mapping[str, str] = SECRETS) -> AsyncIterator[RbxShop]:
    shop = RbxShop(MemoryRbx(secrets), defaultdict(dict))
    yield shop
    await shop.source.close()


def document(code: int, due: str = "2026-01-25", client: int = 5, **columns: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    row = {"Sequencia": str(code), "CliFor": str(client), "Conta": "1", "Tipo": "C", "Valor": "99.90", "Vencimento": due}
    return {**row, "ContratosVinculados": "7", **columns}


def settled(code: int, client: int = 5, **columns: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    row = {"Sequencia": str(code), "CodigoPessoa": str(client), "DataBaixa": "2026-02-01", "Motivo": "PAGTO"}
    return {**row, **columns}


def contract(code: int, situation: str = "A", **columns: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    row = {"Numero": str(code), "Cliente_Codigo": "5", "Plano_Descricao": "300M", "Situacao_Codigo": situation}
    return {**row, **columns}
