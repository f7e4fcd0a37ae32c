"""Answers stay right through any changes, cost no more than they must, and come in no order that means something."""

from collections.abc import Callable
from datetime import datetime
from random import Random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.simulators.ixc.changes import draw
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.ixc.store import Edit, Provider
from deploy.simulators.rbx import truth
from deploy.simulators.rbx.register import Register
from deploy.simulators.rbx.services import SERVICES
from tests.unit.simulators_rbx.conftest import TODAY, Ask

Maker = Callable[[int], Provider]
Asker = Callable[[Provider], Ask]


@given(seed=st.integers(0, 10**6), changes=st.integers(1, 40))
def test_what_is_remembered_follows_every_change(
    provider_of: Maker, ask_of: Asker, now: datetime, seed: int, changes: int
) -> None:
    provider, rng = provider_of(1), Random(seed)
    ask = ask_of(provider)
    for service in SERVICES:
        ask(service)
    for _ in range(changes):
        if change := draw(provider, rng, now):
            provider.apply(change.edit, now)

    # suppliers are drawn when a server starts: their number is not compared
    fresh, clients = ask_of(provider), {"ConsultaDocumentosAbertos": "Tipo = 'C'"}
    for service in SERVICES:
        filtro = clients.get(service, "")
        assert ask(service, filtro) == fresh(service, filtro)


def test_a_name_changes_in_the_rows_of_others_too(provider_of: Maker, ask_of: Asker, now: datetime) -> None:
    provider = provider_of(1)
    ask = ask_of(provider)
    client = ask("ConsultaDocumentosAbertos", "Tipo = 'C'")[0]["CliFor"]

    provider.apply(Edit("cliente", int(client), {"razao": "OUTRO NOME"}), now)

    assert {row["Nome"] for row in ask("ConsultaDocumentosAbertos", f"CliFor = {client}")} == {"OUTRO NOME"}
    assert {row["Cliente_Nome"] for row in ask("ConsultaContratos", f"Cliente_Codigo = {client}")} == {"OUTRO NOME"}


@pytest.mark.parametrize("width", [1, 7, 50])
def test_ranges_of_codes_hold_every_row_once(crowd: Provider, ask: Ask, width: int) -> None:
    last, found = max(crowd["cliente"].rows), list[dict[str, str]]()
    for low in range(0, last + width, width):
        found += ask("ConsultaClientes", f"Codigo > {low} AND Codigo <= {low + width}")

    assert found == ask("ConsultaClientes")


def test_a_range_of_codes_looks_at_no_other_row(crowd: Provider) -> None:
    register, service = Register(crowd, 1, TODAY, "ymd"), SERVICES["ConsultaDocumentosAbertos"]
    low = sorted(crowd["fn_areceber"].rows)[500]

    register.rows(service, f"Sequencia >= {low} AND Sequencia < {low + 100}", TODAY)

    assert 0 < len(register._encoded[id(service)]) <= 100


def test_rows_come_in_no_order_and_in_another_one_each_time(crowd: Provider) -> None:
    def orders(seed: int) -> list[list[str]]:
        register = Register(crowd, seed, TODAY, "ymd")
        answers = [register.rows(SERVICES["ConsultaClientes"], "", TODAY) for _ in range(2)]
        return [[orjson.loads(row)["Codigo"] for row in answer] for answer in answers]

    first, second = orders(1)

    assert first != second
    assert sorted(first) == sorted(second)
    assert first != sorted(first, key=int)
    assert orders(1) == [first, second] != orders(2), "the same seed and questions give the same order"


def test_whoever_injects_gets_everything(crowd: Provider, ask: Ask) -> None:
    """Which is why a reader must build its filters from typed values only."""
    hostile = "0 OR 1=1"

    assert len(ask("ConsultaClientes", f"Codigo = {hostile}")) == len(crowd["cliente"].rows)
    assert len(ask("ConsultaClientes", "Nome = '" + "x' OR '1'='1" + "'")) == len(crowd["cliente"].rows)
    assert len(ask("ConsultaClientes", "Nome = '" + "x\\' OR 1=1 -- " + "'")) == 0, "escaped, it is but a strange name"
    assert len(ask("ConsultaClientes", "Nome = '" + "x' OR 1=1 -- " + "'")) == len(crowd["cliente"].rows)


def test_the_same_seed_and_commands_give_the_same_truth_however_often_somebody_asked(now: datetime) -> None:
    def run(questions: int) -> object:
        simulator = Simulator(Size(60, 2.7), 5, TODAY, truth.clients)
        register = Register(simulator.provider, simulator.seed, TODAY, "ymd")
        for _ in range(questions):
            register.rows(SERVICES["ConsultaClientes"], "Situacao = 'B'", TODAY)
        simulator.change(50, now)
        simulator.pay(None, now)
        rows = sorted(register.rows(SERVICES["ConsultaDocumentosAbertos"], "", TODAY))
        return simulator.facts(), rows

    assert run(0) == run(5)


@pytest.mark.parametrize("service", [name for name in SERVICES if name != "ConsultaGruposCliente"])
def test_a_shift_takes_one_row_out_of_its_service_each_time(
    provider_of: Maker, ask_of: Asker, now: datetime, service: str
) -> None:
    provider = provider_of(1)
    register = Register(provider, 1, TODAY, "ymd")
    stays = {"ConsultaClientes": "Situacao <> 'I'", "ConsultaContratos": "Situacao_Codigo <> 'I'"}.get(service, "")
    for kind in ("block", "block", "block"):
        change = draw(provider, Random(2), now, kind)
        assert change is not None
        provider.apply(change.edit, now)
    provider.apply(Edit("cliente_contrato", *slowed(provider)), now)
    ask = ask_of(provider)
    before = len(ask(service, stays))

    register.shift(SERVICES[service], now)

    assert before - len(ask(service, stays)) == 1


def slowed(provider: Provider) -> tuple[int, dict[str, str]]:
    active = next(row for row in provider["cliente_contrato"].each() if row["status"] == "A")
    return int(active["id"]), {"status_velocidade": "R"}
