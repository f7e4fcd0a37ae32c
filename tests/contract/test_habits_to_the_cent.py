"""What simulated ERPs do without failing, read to the cent and the day: from their answers to the folded debtor."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from deploy.comparison import differences
from deploy.demo.erps import ERPS as SIMULATED
from deploy.demo.workflow import told
from deploy.simulators.altarede import server as altarede
from deploy.simulators.altarede import truth as altarede_truth
from deploy.simulators.altarede.export import write_all
from deploy.simulators.habits import HABITS, NO_HABITS, named, of_erp
from deploy.simulators.ixc import server as ixc
from deploy.simulators.ixc import truth as ixc_truth
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.rbx import server as rbx
from deploy.simulators.rbx import truth as rbx_truth
from producers.erp.outbox import Outbox
from producers.erp.sources import open_source
from producers.erp.sweep import Sweeper
from schemas.calling.facts import facts_of
from schemas.codec import decode
from schemas.debtor import Debtor
from schemas.erp import ERPS
from schemas.hydration.fold import empty, step
from schemas.rows import ErpRow, Kind
from schemas.runtime.clock import now
from schemas.topics import DEAD, ROW_TOPICS
from schemas.views import debtor as debtor_view
from tests.strategies import instance
from tests.unit.producers.memory_broker import MemoryBroker

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
KINDS: tuple[Kind, ...] = ("client", "contract", "bill")
KEY = SecretStr("r1yRcxUPzHmaRJE3dJXtQbxVLoCYvwTg0iRv4oaDOWk=")
JUDGES = {
    "ixc": ixc_truth.clients,
    "rbx": rbx_truth.clients,
    "altarede-export": altarede_truth.of_export,
    "altarede-webhooks": altarede_truth.of_webhooks,
}
SECRETS = {"token": f"{ixc.USER}:{ixc.TOKEN}"}
OF = {
    "ixc": (ixc.application, SECRETS),
    "rbx": (rbx.application, {"token": rbx.KEY, "token_v2": rbx.KEY_V2}),
    "altarede-webhooks": (altarede.application, {"token": altarede.TOKEN, "app_key": altarede.APP_KEY}),
}
SPELT = ("other-dates", "other-nothings", "floats", "blank-none", "other-columns")


def owing(simulator: Simulator) -> dict[str, list[tuple[str, int]]]:
    """By client: day and cents of the bills that somebody may be called for."""
    return {
        code: sorted(bill[:2] for number, bill in one.bills.items() if number not in one.aside)
        for code, one in simulator.facts().items()
        if one.bills
    }


def queued(states: Mapping[str, Debtor]) -> dict[str, list[tuple[str, int]]]:
    """The same as the dialer has it."""
    found = {code: facts_of(state).due for code, state in states.items() if state.bills}
    return {code: [(due_on.isoformat(), cents) for due_on, cents in due] for code, due in found.items()}


async def debtors(erp: str, habits: frozenset[str], folder: Path) -> tuple[Simulator, dict[str, Debtor], int]:
    """What a first reading of this ERP comes to, and how many rows it refused."""
    simulator = Simulator(Size(60, 1.5), 3, date(2026, 1, 14), JUDGES[erp], habits)
    connection = told(SIMULATED[erp].connect(80, KEY, str(folder)), habits)
    here = instance(erp={**connection.model_dump(mode="json"), **({"gap": 0} if erp in OF else {})})
    transport, secrets = None, dict[str, str]()
    if erp in OF:
        application, secrets = OF[erp]
        transport = httpx.ASGITransport(app=application(simulator, lambda: NOON))
    else:
        write_all(folder, simulator.provider, "xls", 0, habits=habits)
    source = open_source(here, secrets, transport, lambda: now() + timedelta(hours=1))  # exports that arrived long ago
    broker = MemoryBroker()
    sweeper = Sweeper(here, ERPS[erp], source, Outbox(broker), defaultdict(dict), lambda bare: bare, lambda: NOON)
    states: dict[str, Debtor] = {}
    for kind in KINDS:
        assert (await sweeper.run(kind, "1")).phase == "completed"
        for record in broker.of(ROW_TOPICS[kind].name):
            event = decode(ErpRow, record.value)
            before = states.get(event.client) or empty(event.instance, event.client, event.seen_at)
            states[event.client] = step(before, event)
    await source.close()
    return simulator, states, len(list(broker.of(DEAD.name)))


@pytest.mark.parametrize(
    ("erp", "habits"),
    [(erp, name) for name in SPELT for erp in sorted(HABITS[name].erps)] + [(erp, "all") for erp in SIMULATED],
)
async def test_a_simulated_erp_with_habits_is_read_to_the_cent(erp: str, habits: str, tmp_path: Path) -> None:
    chosen = frozenset(of_erp(erp, named(habits)))
    simulator, states, refused = await debtors(erp, chosen, tmp_path)
    clients = {
        code: {**{name: getattr(one, name) for name in ("name", "active", "participa_cobranca", "bills", "contracts")}}
        for code, one in simulator.facts().items()
    }

    assert refused == 0
    assert sum(len(one["bills"]) for one in clients.values()) > 50
    documents = [debtor_view(state) for state in states.values()]
    assert differences(documents, {"clients": clients}, erp) == []


async def test_what_an_agreement_replaced_waits_as_long_as_an_instalment_is_open(tmp_path: Path) -> None:
    """The simulated provider has agreements; who pays all instalments owes what they replaced again."""
    simulator, states, _ = await debtors("ixc", NO_HABITS, tmp_path)
    renegotiated = {
        code
        for code, row in simulator.provider["fn_areceber"].rows.items()
        if row.get("id_renegociacao", "0") != "0" and row.get("status", "A") in {"A", "P"}
    }
    aside = {int(code) for one in simulator.facts().values() for code in one.aside}
    assert aside & renegotiated
    assert queued(states) == owing(simulator)

    for code, row in list(simulator.provider["fn_areceber"].rows.items()):
        if row.get("id_renegociacao_novo", "0") != "0":
            simulator.pay(code, NOON)
    assert not renegotiated & {int(code) for one in simulator.facts().values() for code in one.aside}
