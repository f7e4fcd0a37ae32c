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
import stamina

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
from producers.erp.outbox import Outbox
from producers.erp.sources import open_source
from producers.erp.sweep import Sweeper
from producers.erp.wire import ATTEMPTS
from schemas.codec import decode
from schemas.debtor import Debtor
from schemas.erp import ERPS
from schemas.erp.altarede import ACCESS
from schemas.errors import RetryLater
from schemas.hydration.fold import empty, step
from schemas.rows import ErpRow, Kind
from schemas.topics import DEAD, ROW_TOPICS
from tests.strategies import instance
from tests.unit.producers.memory_broker import MemoryBroker

CLIENTS_N = 300
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
    return Simulator(Size(CLIENTS_N, 2.7), 7, TODAY)


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
    access = {
        code: {key: one.access for key, one in each.contracts.items()} for code, each in debtors.items() if each.client
    }
    assert access == {code: {key: ACCESS(one[0]) for key, one in each.contracts.items()} for code, each in facts.items()}
    assert not list(shop.broker.of(DEAD.name))


def agree_with_what_is_left(shop: Shop) -> None:
    """After rows went away: they stay as unknown, where nothing tells what became of them."""
    facts, debtors = truth.of_webhooks(shop.simulator.provider), shop.debtors()
    assert shown(debtors) == due(facts)
    for code, each in facts.items():
        access = {key: one.access for key, one in debtors[code].contracts.items() if one.access != "unknown"}
        assert access == {key: ACCESS(one[0]) for key, one in each.contracts.items()}


def published(shop: Shop) -> bytes:
    return b"".join(one.value or b"" for topic in ROW_TOPICS.values() for one in shop.broker.of(topic.name))


def documents(provider: Provider) -> Iterator[str]:
    for row in provider["cliente"].each():
        if any(map(str.isalnum, row["cnpj_cpf"])):
            yield row["cnpj_cpf"]
            yield "".join(filter(str.isalnum, row["cnpj_cpf"]))


# --- exports


def exports(simulator: Simulator, folder: Path) -> Shop:
    """A shop that reads a folder; a file rests as soon as it is written."""
    return Shop(simulator, {"kind": "altarede-export", "folder": str(folder), "quiet": 0.000_001}, {})


@pytest.mark.parametrize("form", ["xls", "csv"])
async def test_exports_are_read_whole_and_silence_follows(simulator: Simulator, tmp_path: Path, form: Form) -> None:
    write(tmp_path, simulator, form)
    shop = exports(simulator, tmp_path)
    assert [await shop.source.has_news(kind) for kind in KINDS] == [True] * 4
    assert (await shop.sweep())["client"] == CLIENTS_N
    agree(shop, truth.of_export)

    assert [await shop.source.has_news(kind) for kind in KINDS] == [False] * 4
    assert set((await shop.sweep()).values()) == {0}
    said = published(shop)
    assert MARK.encode() not in said
    assert not any(document.encode() in said for document in documents(simulator.provider))


async def test_a_later_export_in_another_form_tells_what_changed(simulator: Simulator, tmp_path: Path) -> None:
    """A paid bill is still in the export and is known to be paid; a cancelled one is not, and stays as unknown."""
    write(tmp_path, simulator, "xls")
    shop = exports(simulator, tmp_path)
    await shop.sweep()
    before = due(truth.of_export(simulator.provider))
    for kind in ("pay", "pay_part", "new_bill", "cancel"):
        simulator.change(8, NOW, kind)
    write(tmp_path, simulator, "csv")
    assert await shop.source.has_news("bill")
    assert 0 < (await shop.sweep())["bill"] <= 32

    after = due(truth.of_export(simulator.provider))
    debtors = shop.debtors()
    assert shown(debtors) == after
    left = {(client, bill) for client, bills in before.items() for bill in bills} - {
        (client, bill) for client, bills in after.items() for bill in bills
    }
    rows = simulator.provider["fn_areceber"].rows
    unknown = {(client, bill) for client, bill in left if rows[int(bill)]["status"] == "C"}
    assert unknown
    assert {(c, b) for c, one in debtors.items() for b, bill in one.bills.items() if bill.status == "unknown"} == unknown
    assert {code: debtor.bills.keys() & {b for c, b in left - unknown if c == code} for code, debtor in debtors.items()} == {
        code: set() for code in debtors
    }


async def test_an_export_that_grows_is_read_when_it_is_whole(simulator: Simulator, tmp_path: Path) -> None:
    """Cut anywhere it ends the sweep with a reason, and what was known stays known."""
    write(tmp_path, simulator, "xls")
    shop = exports(simulator, tmp_path)
    await shop.sweep()
    before = shown(shop.debtors())
    simulator.change(20, NOW, "pay")
    write(tmp_path, simulator, "xls")
    path = tmp_path / "Financeiro.xls"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RetryLater, match=r"Financeiro\.xls ends before </Workbook>"):
        await shop.sweep("bill")
    assert shown(shop.debtors()) == before
    assert not await shop.source.has_news("bill")

    path.write_bytes(whole)
    assert await shop.source.has_news("bill")
    await shop.sweep("bill")
    assert shown(shop.debtors()) == due(truth.of_export(simulator.provider))


# --- webhooks


async def test_webhooks_are_read_whole_and_silence_follows(simulator: Simulator) -> None:
    with webhooks(simulator) as shop:
        await shop.sweep("bill", "contract", "client", "reference")
        agree(shop, truth.of_webhooks)

        assert set((await shop.sweep()).values()) == {0}
        assert simulator.counts["most_in_flight"] == 1
        assert simulator.counts["refused"] == 0
        await shop.source.close()
    said = published(shop)
    assert MARK.encode() not in said
    assert TOKEN.encode() not in said
    assert APP_KEY.encode() not in said
    assert not any(document.encode() in said for document in documents(simulator.provider))


async def test_what_left_the_open_bills_is_asked_for_and_becomes_what_it_is(simulator: Simulator) -> None:
    with webhooks(simulator) as shop:
        await shop.sweep("bill")
        for kind in ("pay", "cancel", "new_bill", "delete"):
            simulator.change(8, NOW, kind)
        await shop.sweep("client", "bill")
        await shop.source.close()
    debtors = shop.debtors()
    rows = simulator.provider["fn_areceber"].rows

    assert shown(debtors) == due(truth.of_webhooks(simulator.provider))
    lost = {bill for one in debtors.values() for bill, each in one.bills.items() if each.status == "unknown"}
    assert lost
    assert not lost & {str(code) for code in rows}  # only what the ERP has no more


async def test_after_faults_a_whole_sweep_agrees_with_the_truth(simulator: Simulator) -> None:
    """Errors as HTML and as 500, cut answers, dropped connections, rows that leave between two pages."""
    with webhooks(simulator) as shop:
        faults = [("html", 0.05), ("status500", 0.02), ("cut", 0.02), ("drop", 0.01), ("shift", 0.05)]
        simulator.faults = tuple(Fault.model_validate({"kind": kind, "share": share}) for kind, share in faults)
        failed = 0
        with stamina.set_testing(True, attempts=ATTEMPTS):  # as often, without the waits
            for kind in KINDS:
                for _ in range(20):
                    try:
                        await shop.sweep(kind)
                        break
                    except RetryLater:
                        failed += 1
        struck = {name for name in simulator.counts if name.startswith("fault_")}
        simulator.faults = ()
        await shop.sweep()
        agree_with_what_is_left(shop)
        await shop.source.close()
    assert {"fault_html", "fault_status500", "fault_cut", "fault_shift"} <= struck
    assert failed < 20
