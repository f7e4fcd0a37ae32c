"""Both forms of Altarede against its simulator: real files, real HTTP with faults, and the stages' own mapping.

The broker is in memory: no Kafka is needed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deploy.simulators.altarede import truth
from deploy.simulators.altarede.export import write
from deploy.simulators.altarede.server import APP_KEY, APP_KEY_IN, TOKEN, TOKEN_IN, application
from deploy.simulators.altarede.sheets import Form
from deploy.simulators.ixc.columns import MARK
from deploy.simulators.ixc.faults import Fault
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.ixc.store import Provider
from deploy.simulators.ixc.truth import ClientFacts
from deploy.simulators.serving import in_thread
from processors.hydrate.fold import empty, step
from producers.outbox import Outbox
from producers.sources import open_source
from producers.sweep import Sweeper
from schemas.codec import decode
from schemas.debtor import Debtor
from schemas.erp import ERPS
from schemas.erp.altarede import ACCESS
from schemas.errors import RetryLater
from schemas.rows import ErpRow, Kind
from schemas.topics import DEAD, ROW_TOPICS
from tests.strategies import instance
from tests.unit.producers.memory_broker import MemoryBroker

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("America/Maceio"))
KINDS: tuple[Kind, ...] = ("client", "contract", "bill", "reference")
OF_A_PERSON = {"documento": "{document}"}
TOTAL = {"VALOR": "VALOR_TOTAL"}
RESOURCES = {
    "client": {
        "path": "listar-clientes",
        "method": "GET",
        "each": "page",
        "query": {"pagina": "{page}", "por_pagina": "{page_size}"},
    },
    "bill": {"path": "consulta_boleto", "body": OF_A_PERSON, "fields": TOTAL},
    "paid": {"path": "consulta-boletos-pagos", "body": OF_A_PERSON, "fields": TOTAL},
    "contract": {"path": "check_pppoe_status", "body": OF_A_PERSON},
    "reference": {"path": "listar-planos-altarede", "method": "GET", "each": "once", "unwrap": ["planos"]},
}


class Shop:
    """A provider, a sweeper of it with everything behind it in memory."""

    def __init__(self, simulator: Simulator, erp: dict[str, object], secrets: dict[str, str]) -> None:
        self.simulator = simulator
        self.broker = MemoryBroker()
        here = instance(erp=erp)
        self.source = open_source(here, secrets)
        ticks = count()
        self.sweeper = Sweeper(
            here,
            ERPS[here.erp.kind],
            self.source,
            Outbox(self.broker),
            defaultdict(dict),
            lambda bare: f"hash {len(bare)}",
            lambda: datetime(2026, 11, 23, 14, tzinfo=UTC) + timedelta(milliseconds=next(ticks)),
        )

    async def sweep(self, *kinds: Kind) -> dict[Kind, int]:
        """How many rows of each kind were published."""
        return {kind: (await self.sweeper.run(kind, "1")).published for kind in kinds or KINDS}

    def debtors(self) -> dict[str, Debtor]:
        """What `hydrate` makes of all that was published."""
        found: dict[str, Debtor] = {}
        for kind in ("client", "contract", "bill"):
            for one in self.broker.of(ROW_TOPICS[kind].name):
                event = decode(ErpRow, one.value)
                state = found.get(event.client) or empty(event.instance, event.client, event.seen_at)
                found[event.client] = step(state, event)
        return found


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(Size(300, 2.7), 7, TODAY)


@contextmanager
def webhooks(simulator: Simulator) -> Iterator[Shop]:
    with in_thread(application(simulator, lambda: NOW)) as url:
        erp: dict[str, object] = {
            "kind": "altarede-webhooks",
            "url": f"{url}/webhook/",
            "token": "-",
            "token_in": TOKEN_IN,
            "app_key_in": APP_KEY_IN,
            "gap": 0,
            "page_size": 50,
            "resources": RESOURCES,
        }
        yield Shop(simulator, erp, {"token": TOKEN, "app_key": APP_KEY})


def shown(debtors: dict[str, Debtor]) -> dict[str, dict[str, tuple[str, int, str]]]:
    """Bills that are known to be open."""
    letters = {"open": "A", "partial": "P"}
    return {
        code: {
            bill: (one.due_on.isoformat(), one.open_cents, letters[one.status])
            for bill, one in debtor.bills.items()
            if one.status in letters
        }
        for code, debtor in debtors.items()
        if debtor.client
    }


def due(facts: dict[str, ClientFacts]) -> dict[str, dict[str, tuple[str, int, str]]]:
    return {code: dict(each.bills) for code, each in facts.items()}


def agree(shop: Shop, judge: Callable[[Provider], dict[str, ClientFacts]]) -> None:
    """Every client, every open bill to the cent, every contract with its access; nothing else."""
    facts, debtors = judge(shop.simulator.provider), shop.debtors()
    assert shown(debtors) == due(facts)
    clients = {code: (each.client.name, each.client.active) for code, each in debtors.items() if each.client}
    assert clients == {code: (" ".join(each.name.split()), each.active) for code, each in facts.items()}
    access = {code: {key: one.access for key, one in each.contracts.items()} for code, each in debtors.items() if each.client}
    assert access == {code: {key: ACCESS(one[0]) for key, one in each.contracts.items()} for code, each in facts.items()}
    assert not list(shop.broker.of(DEAD.name))


def published(shop: Shop) -> bytes:
    return b"".join(one.value or b"" for topic in ROW_TOPICS.values() for one in shop.broker.of(topic.name))


def documents(provider: Provider) -> Iterator[str]:
    for row in provider["cliente"].each():
        if any(map(str.isalnum, row["cnpj_cpf"])):
            yield row["cnpj_cpf"]
            yield "".join(filter(str.isalnum, row["cnpj_cpf"]))


# --- exports


def settled(paths: list[Path]) -> None:
    """As if some seconds had passed since they were written."""
    import os

    for path in paths:
        before = path.stat().st_mtime - 60
        os.utime(path, (before, before))


@pytest.mark.parametrize("form", ["xls", "csv"])
async def test_exports_are_read_whole_and_silence_follows(simulator: Simulator, tmp_path: Path, form: Form) -> None:
    settled(write(tmp_path, simulator, form))
    shop = Shop(simulator, {"kind": "altarede-export", "folder": str(tmp_path)}, {})
    assert [await shop.source.has_news(kind) for kind in KINDS] == [True] * 4
    assert (await shop.sweep())["client"] == 300
    agree(shop, truth.of_export)

    assert [await shop.source.has_news(kind) for kind in KINDS] == [False] * 4
    assert set((await shop.sweep()).values()) == {0}
    said = published(shop)
    assert MARK.encode() not in said
    assert not any(document.encode() in said for document in documents(simulator.provider))
