"""What readers of RBX must finally show, against rows made by hand and against what the services answer."""

from decimal import Decimal
from pathlib import Path

import pytest

from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.store import Provider, Table
from deploy.simulators.rbx import truth
from tests.unit.simulators_rbx.conftest import Ask

ANA: Row = {"id": "7", "razao": "ANA TESTE", "participa_cobranca": "N"}


def provider(*, bills: list[Row] | None = None, contracts: list[Row] | None = None, **client: str) -> Provider:
    rows = {"cliente": [ANA | client], "fn_areceber": bills or [], "cliente_contrato": contracts or []}
    return Provider({name: Table(name, {int(row["id"]): row for row in each}) for name, each in rows.items()})


def bill(number: int, cents: str, **columns: str) -> Row:
    return {"id": str(number), "id_cliente": "7", "data_vencimento": "2026-11-20", "valor_aberto": cents, **columns}


def test_open_bills_have_one_state_and_a_flag_that_rbx_lacks_holds_nobody_back() -> None:
    rows = [
        bill(1, "26.05"),
        bill(2, "0.50", status="P"),
        bill(3, "0.00"),
        bill(4, "1.00", status="R"),
        bill(5, "1.00", status="C"),
        bill(6, "1.00", liberado="N"),
        bill(8, "1.00", id_cliente="999"),
    ]

    found = truth.clients(provider(bills=rows))["7"]

    assert found.bills == {number: ("2026-11-20", cents, "A") for number, cents in (("1", 2605), ("2", 50), ("3", 0))}
    assert (found.name, found.active, found.participa_cobranca) == ("ANA TESTE", True, "P")


def test_a_client_who_left_is_not_active() -> None:
    assert truth.clients(provider(ativo="N"))["7"].active is False


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"status_internet": "CA"}, ("B", "N", False, False)),
        ({"status_internet": "CM", "status_velocidade": "R"}, ("B", "R", False, False)),
        ({"status_velocidade": "R"}, ("A", "R", False, False)),
        ({"status_internet": "FA", "status_velocidade": "R"}, ("A", "R", False, False)),
        ({"desbloqueio_confianca_ativo": "S"}, None),  # RBX has no such thing
        ({"status_internet": "D", "contrato_suspenso": "S"}, None),
        ({"status_internet": "FA"}, None),
        ({"status": "I", "status_internet": "CA"}, None),
        ({"status": "I", "status_velocidade": "R"}, None),
        ({}, None),
    ],
)
def test_a_contract_is_a_problem_if_it_is_blocked_or_slowed(columns: Row, expected: object) -> None:
    found = truth.clients(provider(contracts=[{"id": "1", "id_cliente": "7", **columns}]))

    assert found["7"].contracts.get("1") == expected


def test_the_truth_is_what_the_services_answer(crowd: Provider, ask: Ask) -> None:
    clients = {row["Codigo"]: row for row in ask("ConsultaClientes")}
    slowed = {row["Contrato_Numero"] for row in ask("ConsultaClientesReducao")}

    facts = truth.clients(crowd)

    assert {code: (each.name, each.active) for code, each in facts.items()} == {
        code: (row["Nome"], row["Situacao"] != "I") for code, row in clients.items()
    }
    assert {number: due for each in facts.values() for number, due in each.bills.items()} == {
        row["Sequencia"]: (row["Vencimento"], int(Decimal(row["Valor"]) * 100), "A")
        for row in ask("ConsultaDocumentosAbertos", "Tipo = 'C'")
    }
    assert {number: what for each in facts.values() for number, what in each.contracts.items()} == {
        row["Numero"]: (row["Situacao_Codigo"], "R" if row["Numero"] in slowed else "N", False, False)
        for row in ask("ConsultaContratos")
        if row["Situacao_Codigo"] == "B" or row["Numero"] in slowed
    }


def test_it_shares_nothing_with_the_columns_it_judges() -> None:
    assert "deploy.simulators.rbx" not in Path(truth.__file__).read_text()
