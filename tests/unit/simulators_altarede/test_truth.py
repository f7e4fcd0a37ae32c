from collections.abc import Callable

import pytest

from deploy.simulators.altarede import truth
from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.store import Provider, Table
from deploy.simulators.ixc.truth import ClientFacts

ANA: Row = {"id": "1042", "razao": "ANA TESTE", "cnpj_cpf": "111.444.777-35", "participa_cobranca": "N"}
NOBODY: Row = {"id": "1043", "razao": "SEM DOCUMENTO", "ativo": "N"}
Judge = Callable[[Provider], dict[str, ClientFacts]]
JUDGES = [truth.of_export, truth.of_webhooks]


def provider(*, bills: list[Row] | None = None, contracts: list[Row] | None = None) -> Provider:
    rows = {"cliente": [ANA, NOBODY], "fn_areceber": bills or [], "cliente_contrato": contracts or []}
    return Provider({name: Table(name, {int(row["id"]): row for row in each}) for name, each in rows.items()})


def bill(number: int, left: str, client: str = "1042", **columns: str) -> Row:
    return {
        "id": str(number),
        "id_cliente": client,
        "data_vencimento": "2026-11-20",
        "valor": "99.90",
        "valor_aberto": left,
        **columns,
    }


BILLS = [
    bill(1, "99.90"),
    bill(2, "49.95", status="P"),
    bill(3, "0.00"),
    bill(4, "0.00", status="R"),
    bill(5, "99.90", status="C"),
    bill(6, "99.90", liberado="N"),
    bill(7, "99.90", client="999"),
]


@pytest.mark.parametrize("judge", JUDGES)
def test_every_client_counts_and_none_has_asked_not_to_be_collected(judge: Judge) -> None:
    found = judge(provider())

    assert [(code, each.name, each.active, each.participa_cobranca) for code, each in found.items()] == [
        ("1042", "ANA TESTE", True, "P"),
        ("1043", "SEM DOCUMENTO", False, "P"),
    ]


@pytest.mark.parametrize(("judge", "partly"), [(truth.of_export, "P"), (truth.of_webhooks, "A")])
def test_bills_that_are_neither_paid_nor_cancelled_nor_hidden_are_open(judge: Judge, partly: str) -> None:
    assert judge(provider(bills=BILLS))["1042"].bills == {
        "1": ("2026-11-20", 9990, "A"),
        "2": ("2026-11-20", 4995, partly),
        "3": ("2026-11-20", 0, partly),
    }


@pytest.mark.parametrize(("judge", "seen"), [(truth.of_export, True), (truth.of_webhooks, False)])
def test_who_has_no_document_cannot_be_asked_for_over_webhooks(judge: Judge, seen: bool) -> None:
    contract = {"id": "1", "id_cliente": "1043"}

    found = judge(provider(bills=[bill(1, "99.90", client="1043")], contracts=[contract]))["1043"]

    assert (bool(found.bills), bool(found.contracts)) == (seen, seen)


@pytest.mark.parametrize(
    ("columns", "access"),
    [
        ({}, "ATIVO"),
        ({"status_internet": "CA"}, "BLOQUEIO"),
        ({"status_internet": "CM", "status_velocidade": "R"}, "BLOQUEIO"),
        ({"status_internet": "FA"}, "SEMIBLOQUEIO"),
        ({"status_velocidade": "R"}, "SEMIBLOQUEIO"),
        ({"status_internet": "D", "contrato_suspenso": "S"}, "ATIVO"),
        ({"desbloqueio_confianca_ativo": "S"}, "ATIVO"),
        ({"status": "I", "status_internet": "D"}, None),
    ],
)
def test_every_active_contract_shows_and_only_webhooks_tell_its_access(columns: Row, access: str | None) -> None:
    one = provider(contracts=[{"id": "2077", "id_cliente": "1042", **columns}])

    assert truth.of_export(one)["1042"].contracts == ({"2077": ("", "N", False, False)} if access else {})
    assert truth.of_webhooks(one)["1042"].contracts == ({"2077": (access, "N", False, False)} if access else {})
