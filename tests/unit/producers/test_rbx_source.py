"""RBX as it is read: whole by ranges, believed only if it answers what was asked, its dates never guessed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.erp.declaration import DATE_FORM, Row, Table
from schemas.erp.rbx import BILLS, BLOCKED, CLIENTS, CONTRACTS, REDUCED
from schemas.errors import StopWorker
from tests.unit.producers.memory_rbx import SECRETS, MemoryRbx


async def read(erp: MemoryRbx, table: Table) -> list[Row]:
    source = erp.source()
    try:
        return [row async for told in source.pages(table) for row in told.rows]
    finally:
        await source.close()


def client(code: int) -> dict[str, Any]:
    return {"Codigo": str(code), "Nome": "FULANA"}


def bill(code: int, due: str = "2026-01-25", **columns: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {
        "Sequencia": str(code),
        "CliFor": "1042",
        "Conta": "1",
        "Tipo": "C",
        "Valor": "99.90",
        "Vencimento": due,
        **columns,
    }


HOLES = st.one_of(st.integers(1, 4), st.integers(1, 10**4), st.integers(1, 10**9))
CODES = st.lists(HOLES, max_size=30).map(lambda holes: [sum(holes[: n + 1]) for n in range(len(holes))])


@given(CODES)
async def test_every_row_is_read_once_whatever_holes_the_codes_have(codes: list[int]) -> None:
    """RBX has no pages and no order: a range that finds nothing is not the end."""
    erp = MemoryRbx()
    erp.rows["ConsultaClientes"] = [client(code) for code in reversed(codes)]

    assert sorted(int(row["Codigo"]) for row in await read(erp, CLIENTS)) == codes


async def test_an_answer_stays_about_as_long_as_a_page_where_codes_are_dense() -> None:
    erp = MemoryRbx()
    erp.rows["ConsultaClientes"] = [client(code) for code in range(1, 200)]
    source = erp.source()
    sizes = [len(told.rows) async for told in source.pages(CLIENTS)]
    await source.close()

    assert max(sizes) <= 2 * 3
    assert sum(sizes) == 199


@pytest.mark.parametrize("codes", [[999_999_001], [1, 2], [10**6]])
async def test_fictitious_answers_are_refused_and_the_operator_told_why(codes: list[int]) -> None:
    """Mode Homologação ignores what is asked; nothing in its answer says so (`schemas/erp/RBX.md`, "Homologação")."""
    erp = MemoryRbx()
    erp.fictitious = [client(code) for code in codes]

    with pytest.raises(StopWorker, match=r"Homologação.*Produção"):
        await read(erp, CLIENTS)


async def test_a_wrong_key_is_the_operators_to_mend() -> None:
    with pytest.raises(StopWorker, match="97"):
        await read(MemoryRbx({"token": "wrong"}), CLIENTS)


async def test_nothing_found_is_no_failure() -> None:
    assert await read(MemoryRbx(), CLIENTS) == []


async def test_a_contract_shows_what_the_lists_of_blocked_and_slowed_ones_say() -> None:
    erp = MemoryRbx()
    erp.rows["ConsultaContratos"] = [{"Numero": str(code), "Situacao_Codigo": "A"} for code in (7, 8, 9)]
    erp.rows["ConsultaContratosBloqueados"] = [{"Contrato_Numero": "8", "Contrato_Bloqueio": "2026-01-13 02:10:00"}]
    erp.rows["ConsultaClientesReducao"] = [{"Contrato_Numero": "9", "Regra": "3"}, {"Contrato_Numero": "8", "Regra": ""}]
    found = {row["Numero"]: (row[BLOCKED], row[REDUCED]) for row in await read(erp, CONTRACTS)}

    assert found == {"7": ("", ""), "8": ("2026-01-13 02:10:00", "S"), "9": ("", "3")}
    assert [row["Numero"] for row in await read(erp, CONTRACTS) if CONTRACTS.member(row)] == ["8", "9"]


async def test_a_document_that_is_no_longer_open_is_looked_for_among_the_settled() -> None:
    erp = MemoryRbx()
    erp.rows["ConsultaDocumentosAbertos"] = [bill(1), bill(4)]
    settled = {"CodigoPessoa": "1042", "DataVencimento": "2026-01-25", "DataBaixa": "2026-02-01", "Motivo": "PAGTO"}
    erp.rows["ConsultaDocumentosBaixados"] = [{"Sequencia": code, **settled} for code in ("2", "4")]
    source = erp.source()
    found = {row["Sequencia"]: row for row in (await source.reread(BILLS, dict.fromkeys(["1", "2", "3", "4"], "1042"))).rows}
    await source.close()

    assert {code: BILLS.member(row) for code, row in found.items()} == {"1": True, "2": False, "4": True}
    assert (found["2"]["Motivo"], found["2"]["CliFor"]) == ("PAGTO", "1042")
    assert set(BILLS.columns) <= set(found["2"])


@pytest.mark.parametrize(
    ("dues", "form"),
    [
        (["2026-03-04", "2026-01-25"], "ymd"),
        (["2026-03-04", "2026-25-01"], "ydm"),
        (["2026-03-04"] * 7 + ["2026-25-01"], "ydm"),  # what was read before is told with what settled it
        (["2026-03-04", "2026-05-06"], ""),
    ],
)
async def test_how_due_dates_are_written_is_found_out_and_told_with_every_row(dues: list[str], form: str) -> None:
    erp = MemoryRbx()
    erp.rows["ConsultaDocumentosAbertos"] = [bill(number, due) for number, due in enumerate(dues, 1)]

    assert [row[DATE_FORM] for row in await read(erp, BILLS)] == [form] * len(dues)


@pytest.mark.parametrize(("iso", "form"), [("2026-03-04", "ymd"), ("2026-04-03", "ydm"), ("2026-07-07", "")])
async def test_where_no_date_settles_it_v2_does(iso: str, form: str) -> None:
    erp = MemoryRbx({**SECRETS, "token_v2": "v" * 8})
    erp.rows["ConsultaDocumentosAbertos"] = [bill(1, "2026-03-04"), bill(2, "2026-05-05")]
    erp.v2 = {1042: [{"id": 1, "due_date": iso}]}

    assert {row[DATE_FORM] for row in await read(erp, BILLS)} == {form}
    assert {"get_unpaid_document": {"customer_id": 1042, "account_number": 1}} in erp.asked
