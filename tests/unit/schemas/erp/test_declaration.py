"""What every ERP declares."""

from collections.abc import Mapping

import pytest
from hypothesis import given

from schemas.erp import ERPS
from schemas.erp.conditions import Operator, Where
from schemas.erp.declaration import PERSON, Erp, Table
from schemas.erp.ixc import BILLS, CONTRACTS
from schemas.erp.values import FLAGS
from tests.strategies import NASTY, erp_row

TABLES = [(erp, table) for erp in ERPS.values() for table in erp.tables]
FORBIDDEN = {"senha", "senha_hotsite_md5", "cnpj_cpf", "nome_mae", "cpf_mae", "fone_conjuge", "obs", "gerencianet_token"}


@pytest.mark.parametrize(
    ("operator", "value", "have", "holds"),
    [
        ("=", "S", "S", True),
        ("=", "S", "N", False),
        ("=", "S", "s ", True),
        ("=", "S", "SIM", True),
        ("=", "S", "1", True),
        ("=", "S", "0", False),
        ("=", "S", "X", False),
        ("=", "N", "Não", True),
        ("=", "N", "", False),
        ("=", "A", "sim", False),
        ("=", "", " ", True),
        ("!=", "PAGO", "Pago", False),
        ("!=", "A", "CA", True),
        ("!=", "A", "A", False),
        (">", "9", "10", True),
        (">", "10", "10", False),
        (">", "9", "x", False),
        ("in", "A,P", "P", True),
        ("in", "A,P", "R", False),
        ("in", "A,P", "", False),
    ],
)
def test_a_condition_reads_the_row_as_the_erp_would(operator: Operator, value: str, have: str, holds: bool) -> None:
    assert Where("status", operator, value).holds({"status": have}) is holds


@pytest.mark.parametrize(
    ("have", "denied"),
    [
        *((word, True) for word in ("N", "n ", "NAO", "Não", "0", "false")),
        *((word, False) for word in ("S", "sim", "1", "", " ", "NULL", "X")),
    ],
)
def test_a_flag_denies_by_any_spelling_of_no_and_by_nothing_else(have: str, denied: bool) -> None:
    assert Where("liberado", "=", "S").denied({"liberado": have}, frozenset()) is denied


@pytest.mark.parametrize(("erp", "table"), TABLES, ids=lambda value: value.name)
def test_only_flags_are_asked_for_by_the_letters_of_flags(erp: Erp, table: Table) -> None:
    """S and N are read as yes and no there."""
    asked = {where.column for query in (*table.queries, table.withdrawn) for where in query if where.value in FLAGS}

    assert not asked & table.known_codes.keys(), erp.name


@given(NASTY.filter(lambda text: not text.isdecimal() or len(text) < 4300))
def test_a_condition_survives_any_text(text: str) -> None:
    row: Mapping[str, str] = {"id": text}

    assert Where("id", "=", text).holds(row)
    assert not Where("id", "!=", text).holds(row)
    assert Where("id", ">", "0").holds(row) is (text.isdecimal() and int(text) > 0)


@pytest.mark.parametrize(("erp", "table"), TABLES, ids=lambda value: value.name)
def test_the_whitelist_holds_what_is_needed_and_nothing_about_the_person(erp: Erp, table: Table) -> None:
    columns = table.columns

    assert columns[0] == table.key
    assert len(set(columns)) == len(columns)
    assert not FORBIDDEN & set(columns)
    assert not set(PERSON) & set(columns)
    assert {where.column for query in table.queries for where in query} <= set(columns)
    assert not table.owner or table.owner in columns
    assert table in erp.of_kind(table.kind)


@pytest.mark.parametrize(
    ("columns", "member"),
    [
        ({"status": "A", "liberado": "S"}, True),
        ({"status": "P", "liberado": "S"}, True),
        ({"status": "R", "liberado": "S"}, False),
        ({"status": "C", "liberado": "S"}, False),
        ({"status": "A", "liberado": "N"}, False),
    ],
)
def test_an_open_bill_is_released_and_not_fully_paid(columns: dict[str, str], member: bool) -> None:
    assert BILLS.member(erp_row("fn_areceber", **columns)) is member


@pytest.mark.parametrize(
    ("columns", "member"),
    [
        ({"status_internet": "A"}, False),
        ({"status_internet": "CM"}, True),
        ({"status_internet": "CM", "status": "I"}, False),
        ({"status_internet": "A", "desbloqueio_confianca_ativo": "S"}, True),
        ({"status_internet": "A", "status_velocidade": "R"}, True),
        ({"status_internet": "A", "contrato_suspenso": "S"}, True),
    ],
)
def test_a_trusted_or_slowed_contract_is_swept_though_its_access_is_active(columns: dict[str, str], member: bool) -> None:
    """`schemas/erp/IXC.md`, "Contracts": one query alone misses them."""
    assert CONTRACTS.member(erp_row("cliente_contrato", **columns)) is member
