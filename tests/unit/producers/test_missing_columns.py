"""A column that is in no row: another version of the ERP, of which nothing may be concluded."""

import httpx
import orjson
import pytest

from producers.erp.columns import Columns
from schemas.erp import ERPS
from schemas.erp.declaration import Erp, Table
from schemas.errors import StopWorker
from schemas.rows import Kind
from tests.strategies import erp_row
from tests.unit.producers import rbx_shop
from tests.unit.producers.shop import bill, opened

FIELD = {"id_renegociacao_novo": "fn_areceber", "status_internet": "cliente_contrato", "participa_cobranca": "cliente"}


@pytest.mark.parametrize(("column", "table"), FIELD.items())
async def test_a_first_sync_without_a_column_fails_and_names_it(column: str, table: str) -> None:
    kind: Kind = {"fn_areceber": "bill", "cliente_contrato": "contract", "cliente": "client"}[table]  # type: ignore[assignment]
    blocked = {"status_internet": "CA"} if kind == "contract" else {}
    async with opened() as shop:
        shop.erp.put(table, *(erp_row(table, id=str(code), **blocked) for code in range(1, 6)))
        shop.erp.hidden = {column}
        with pytest.raises(StopWorker, match=rf"{table} has the column {column}.*IXC Soft.*Let that user see") as raised:
            await shop.sweep(kind)

        assert shop.news(kind) == []
        assert "Nothing was concluded" in str(raised.value)
        assert shop.phases() == ["started"]


async def test_after_an_upgrade_nothing_is_published_closed_or_called() -> None:
    """As in the field: a hundred paid bills stayed open, as none of their rows could be read any more."""
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(100, 105)))
        await shop.sweep()
        shop.news()
        shop.erp.put("fn_areceber", bill("100", status="R", valor_aberto="0.00"))
        shop.erp.hidden = {"id_renegociacao_novo"}
        with pytest.raises(StopWorker, match="id_renegociacao_novo"):
            await shop.sweep()

        assert (shop.news(), len(shop.seen())) == ([], 5)
        shop.erp.hidden = set()
        assert (await shop.sweep()).published == 1


async def test_one_row_without_a_column_that_others_have_is_that_rows_own_fault() -> None:
    async with opened() as shop:
        odd = bill("3")
        del odd["id_renegociacao"]  # type: ignore[attr-defined]  # a dict, as all examples are
        shop.erp.put("fn_areceber", bill("1"), bill("2"), odd)
        done = await shop.sweep()

        assert (done.rows, done.published, done.refused) == (3, 2, 1)


async def test_what_only_decorates_may_be_absent_and_is_told() -> None:
    async with opened() as shop:
        shop.erp.put("cliente", *(erp_row("cliente", id=str(code)) for code in range(1, 4)))
        shop.erp.hidden = {"fantasia", "whatsapp"}
        done = await shop.sweep("client")

        assert (done.phase, done.published) == ("completed", 3)
        assert done.notes == ("cliente has no fantasia, whatsapp in this version of IXC Soft: no debt depends on it",)
        shop.erp.hidden = set()
        assert (await shop.sweep("client")).notes == ()


@pytest.mark.parametrize("column", ["ContratosVinculados", "Vencimento", "Valor", "CliFor"])
async def test_an_rbx_without_a_column_is_not_the_one_declared(column: str) -> None:
    async with rbx_shop.opened() as shop:
        rows = [rbx_shop.document(code) for code in range(1, 4)]
        shop.erp.rows[rbx_shop.OPEN] = [{name: value for name, value in row.items() if name != column} for row in rows]
        with pytest.raises(StopWorker, match=rf"{rbx_shop.OPEN} has the column .*{column}.*RBX"):
            await shop.sweep()

        assert shop.news() == []


@pytest.mark.parametrize("column", ["DataBaixa", "CodigoPessoa", "Motivo"])
async def test_a_settled_document_without_a_column_is_neither_paid_nor_open(column: str) -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows[rbx_shop.OPEN] = [rbx_shop.document(code) for code in range(1, 6)]
        await shop.sweep()
        shop.news()
        shop.erp.rows[rbx_shop.OPEN] = [rbx_shop.document(5)]
        rows = [rbx_shop.settled(code) for code in range(1, 5)]
        shop.erp.rows[rbx_shop.SETTLED] = [{name: value for name, value in row.items() if name != column} for row in rows]
        with pytest.raises(StopWorker, match={"CodigoPessoa": "CliFor"}.get(column, column)):
            await shop.sweep()

        assert (shop.news(), len(shop.books[rbx_shop.HERE.name, "bill"])) == ([], 5)


async def test_a_settled_document_without_a_day_is_settled() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows[rbx_shop.OPEN] = [rbx_shop.document(1)]
        await shop.sweep()
        shop.news()
        shop.erp.rows[rbx_shop.OPEN], shop.erp.rows[rbx_shop.SETTLED] = [], [rbx_shop.settled(1, DataBaixa="")]
        await shop.sweep()

        (told,) = shop.news()
        assert ((told.row or {})["Motivo"], shop.books[rbx_shop.HERE.name, "bill"]) == ("PAGTO", {})


@pytest.mark.parametrize(("list_", "column"), [("ConsultaClientesReducao", "Contrato_Numero"), ("uf", "sigla")])
async def test_a_list_of_marks_without_its_column_marks_nobody_and_ends_the_sweep(list_: str, column: str) -> None:
    if list_ == "uf":
        async with opened() as shop:
            shop.erp.put("uf", {"id": "27", "nome": "Alagoas"})
            shop.erp.put("cliente", erp_row("cliente", id="1"))
            with pytest.raises(StopWorker, match=f"{list_} has the column {column}"):
                await shop.sweep("client")
        return
    async with rbx_shop.opened() as rbx:
        rbx.erp.rows[rbx_shop.CONTRACTS] = [rbx_shop.contract(7)]
        rbx.erp.rows[list_] = [{"Regra": "1"}]
        with pytest.raises(StopWorker, match=f"{list_} has the column {column}"):
            await rbx.sweep("contract")


@pytest.mark.parametrize("erp", ERPS.values(), ids=lambda erp: erp.name)
def test_every_column_of_every_table_is_required_or_said_to_be_no_more_than_decoration(erp: Erp) -> None:
    """What decides who owes what, and who may be called, is never decoration."""
    for table in erp.tables:
        assert {table.key, *([table.owner] if table.owner else [])} <= set(table.required)
        assert not table.decorative & deciding(table), table.name
        assert table.decorative <= {*table.columns, *table.document}


def deciding(table: Table) -> set[str]:
    words = ("status", "due_on", "open_cents", "access", "uf", "branch", "collect", "active", "contract", "speed")
    mapped = {column for word in words if word in table.words for column in table.words[word].columns}
    return mapped | {where.column for query in table.queries for where in query}


def test_an_answer_without_rows_lacks_nothing() -> None:
    erp = ERPS["ixc"]
    columns = Columns(erp, erp.of_kind("bill")[0])
    columns.check([])

    assert columns.notes() == ()


async def test_the_operators_example_fails_as_it_is() -> None:
    """The rows of an upgrade as they were met: five open bills, then four and a paid one, all without one column."""
    page = {"page": "1", "total": "4", "registros": [_lacking(code) for code in range(101, 105)]}
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(100, 105)))
        await shop.sweep()
        shop.news()
        begun = shop.erp.asked
        shop.erp.fail = lambda number: httpx.Response(200, content=orjson.dumps(page)) if number >= begun else None
        with pytest.raises(StopWorker, match="fn_areceber has the column id_renegociacao_novo"):
            await shop.sweep()

        assert (shop.news(), len(shop.seen())) == ([], 5)


def _lacking(code: int) -> dict[str, str]:
    return {name: value for name, value in bill(str(code)).items() if name != "id_renegociacao_novo"}
