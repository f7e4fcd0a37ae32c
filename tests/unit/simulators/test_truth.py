from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.simulators.ixc import truth
from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.store import Provider, Table

TODAY = date(2026, 11, 23)
UNHURRIED = settings(deadline=None)  # each example makes a provider, which takes long on a loaded machine


def provider(*, clients: list[Row], bills: list[Row] | None = None, contracts: list[Row] | None = None) -> Provider:
    rows = {"cliente": clients, "fn_areceber": bills or [], "cliente_contrato": contracts or []}
    return Provider({name: Table(name, {int(row["id"]): row for row in each}) for name, each in rows.items()})


def bill(number: int, days_late: int, cents: str = "10.00", client: str = "7", **columns: str) -> Row:
    due = (TODAY - timedelta(days=days_late)).isoformat()
    return {
        "id": str(number),
        "id_cliente": client,
        "data_vencimento": due,
        "valor": "99.00",
        "valor_aberto": cents,
        **columns,
    }


ANA: Row = {"id": "7", "razao": "ANA TESTE"}


def test_only_released_bills_that_are_open_or_partly_paid_count_and_with_what_is_still_open() -> None:
    rows = [
        bill(1, 3, "26.05"),
        bill(2, -3, "0.50", status="P"),
        bill(3, 3, "0.00"),
        bill(4, 3, status="R"),
        bill(5, 3, status="C"),
        bill(6, 3, liberado="N"),
        bill(8, 3, client="999"),
    ]

    found = truth.clients(provider(clients=[ANA], bills=rows))

    assert found["7"].bills == {
        "1": ("2026-11-20", 2605, "A"),
        "2": ("2026-11-26", 50, "P"),
        "3": ("2026-11-20", 0, "A"),
    }


def test_what_an_agreement_replaces_waits_while_an_instalment_is_open_or_where_it_was_kept() -> None:
    """One that was never finished, or that was broken, replaces nothing, and a suspension ends with its contract."""
    rows = [
        bill(1, 3, id_renegociacao="90"),
        bill(2, -3, id_renegociacao_novo="90"),
        bill(3, 3, id_renegociacao="91"),
        bill(4, 3, id_renegociacao="4", id_renegociacao_novo="4"),
        bill(5, 3, id_renegociacao="92"),
        bill(6, 3, id_renegociacao_novo="92", status="R"),
        bill(8, 3, id_contrato="1"),
        bill(9, 3, id_contrato="2"),
        bill(10, 3, aguardando_confirmacao_pagamento="S"),
        bill(11, 3, id_renegociacao="93"),
        bill(12, 3, id_renegociacao_novo="93", status="R"),
        bill(13, 3, id_renegociacao_novo="93", status="C"),
        bill(14, 3, id_renegociacao="94"),
        bill(15, 3, id_renegociacao_novo="94", status="C", id_renegociacao="95"),
        bill(16, 3, id_renegociacao="96"),
        bill(17, 3, id_renegociacao_novo="96", liberado="N"),
    ]
    contracts = [
        {"id": "1", "id_cliente": "7", "status": "A", "contrato_suspenso": "S"},
        {"id": "2", "id_cliente": "7", "status": "I", "contrato_suspenso": "S"},
    ]

    ana = truth.clients(provider(clients=[ANA], bills=rows, contracts=contracts))["7"]
    assert ana.aside == ["1", "5", "8", "10", "14"]
    assert ana.kept == ["5", "14"]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"status_internet": "CA"}, ("CA", "N", False, False)),
        ({"status_internet": "CE"}, ("CE", "N", False, False)),
        ({"desbloqueio_confianca_ativo": "S"}, ("A", "N", True, False)),
        ({"status_velocidade": "R"}, ("A", "R", False, False)),
        ({"status_internet": "D", "contrato_suspenso": "S"}, ("D", "N", False, True)),
        ({}, None),
        ({"status": "I", "status_internet": "D"}, None),
        ({"status": "P", "status_internet": "AA"}, None),
    ],
)
def test_a_contract_is_a_problem_if_access_trust_speed_or_suspension_says_so(
    columns: Row, expected: tuple[str, str, bool, bool] | None
) -> None:
    found = truth.clients(provider(clients=[ANA], contracts=[{"id": "1", "id_cliente": "7", **columns}]))

    assert found["7"].contracts.get("1") == expected


@pytest.mark.parametrize(
    ("days_late", "bucket"),
    [
        *((0, None), (-1, None), (1, "1-7"), (7, "1-7"), (8, "8-15"), (15, "8-15"), (16, "16-30"), (30, "16-30")),
        *((31, "31-60"), (60, "31-60"), (61, "61-90"), (90, "61-90"), (91, "91+"), (400, "91+")),
    ],
)
def test_each_day_late_has_its_bucket_and_due_today_is_not_late(days_late: int, bucket: str | None) -> None:
    facts = truth.clients(provider(clients=[ANA], bills=[bill(1, days_late, "12.34")]))

    aging = truth.debt(facts, TODAY, 7)["aging"]

    assert {name: each for name, each in aging.items() if each["bills"]} == (
        {bucket: {"bills": 1, "cents": 1234}} if bucket else {}
    )


def test_each_debtor_counts_where_the_oldest_bill_does_with_all_that_is_overdue() -> None:
    bob = {"id": "8", "razao": "BOB TESTE", "ativo": "N", "participa_cobranca": "N"}
    rows = [bill(1, 3, "1.00"), bill(2, 8, "2.00"), bill(3, 7, "4.00", client="8"), bill(4, -9, "8.00", client="8")]
    facts = truth.clients(provider(clients=[ANA, bob], bills=rows))

    found = truth.debt(facts, TODAY, 7)

    assert (found["debtors"], found["bills"], found["overdue_cents"]) == (2, 3, 700)
    assert found["pre_collection"] == {"cents": 400, "debtors": 1}
    assert found["collection"] == {"cents": 300, "debtors": 1}
    assert truth.totals(facts) == {
        "clients": 2,
        "active_clients": 1,
        "open_bills": 4,
        "open_cents": 1500,
        "problem_contracts": 0,
    }
    assert (facts["8"].active, facts["8"].participa_cobranca, facts["8"].name) == (False, "N", "BOB TESTE")


def test_a_bill_without_a_due_date_is_open_and_never_overdue() -> None:
    facts = truth.clients(provider(clients=[ANA], bills=[{**bill(1, 0), "data_vencimento": "0000-00-00"}]))

    assert facts["7"].bills == {"1": ("0000-00-00", 1000, "A")}
    assert truth.debt(facts, TODAY, 7)["debtors"] == 0


@UNHURRIED
@given(days=st.integers(-40, 200), min_days=st.integers(0, 60))
def test_on_any_day_the_parts_add_up_to_the_whole(
    provider_of: Callable[[int], Provider], today: date, days: int, min_days: int
) -> None:
    found = truth.debt(truth.clients(provider_of(1)), today + timedelta(days=days), min_days)

    assert sum(each["bills"] for each in found["aging"].values()) == found["bills"]
    assert sum(each["cents"] for each in found["aging"].values()) == found["overdue_cents"]
    assert found["pre_collection"]["cents"] + found["collection"]["cents"] == found["overdue_cents"]
    assert found["pre_collection"]["debtors"] + found["collection"]["debtors"] == found["debtors"]
