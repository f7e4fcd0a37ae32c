"""A code that a program saves as a number is the row that it was, in every ERP; one that nobody can read ends the sweep."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.erp.declaration import Row, Table
from schemas.erp.ixc import BILLS as IXC_BILLS
from schemas.erp.rbx import BILLS as RBX_BILLS
from schemas.errors import PipelineError, RetryLater, StopWorker
from schemas.rows import ErpRow
from tests.unit.producers import rbx_shop, shop, webhook_shop
from tests.unit.producers.export_shop import ExportShop
from tests.unit.producers.memory_isp import bill as isp_bill
from tests.unit.producers.memory_isp import client, document
from tests.unit.producers.rbx_shop import CONTRACTS, OPEN, contract
from tests.unit.producers.sheets import bill, export

REDUCED = "ConsultaClientesReducao"
FLOAT, TEXT = rb'"\1":\2.0', rb'"\1":"\2.0"'
UNREADABLE = (rb'"\1":"\2,152"', rb'"\1":\2.5', rb'"\1":"1.\g<2>00"')


def written(columns: str, how: bytes) -> Callable[[int, bytes], bytes]:
    """Answers in which the whole numbers of `columns` are spelled otherwise."""
    form = re.compile(rf'"({columns})":"([0-9]+)"'.encode())
    return lambda _, body: form.sub(how, body)


# --- lists over HTTP


@pytest.mark.parametrize("how", [FLOAT, TEXT])
async def test_an_rbx_that_answers_numbers_has_no_new_bills_and_no_lost_ones(how: bytes) -> None:
    async with rbx_shop.opened() as one:
        one.erp.rows[OPEN] = [rbx_shop.document(code) for code in range(100, 140)]
        one.erp.rows[CONTRACTS] = [contract(7)]
        one.erp.rows[REDUCED] = [{"Contrato_Numero": "7", "Regra": "x"}]
        for kind in ("bill", "contract"):
            await one.sweep(kind)
        one.news()
        one.news("contract")
        one.erp.spoil = written("Sequencia|CliFor|Numero|Cliente_Codigo|Contrato_Numero", how)
        for kind, rows in (("bill", 40), ("contract", 1)):
            done = await one.sweep(kind)
            assert (done.published, done.rows, done.absent) == (0, rows, 0)
        one.erp.rows[OPEN].pop()
        one.erp.rows[rbx_shop.SETTLED] = [rbx_shop.settled(139)]
        one.erp.spoil = written("Sequencia|CodigoPessoa|CliFor", how)

        assert (await one.sweep()).closed == 1


@pytest.mark.parametrize("column", ["Sequencia", "CliFor"])
@pytest.mark.parametrize("how", UNREADABLE)
async def test_an_rbx_whose_codes_cannot_be_read_concludes_nothing(column: str, how: bytes) -> None:
    async with rbx_shop.opened() as one:
        one.erp.rows[OPEN] = [rbx_shop.document(code) for code in (1, 2)]
        await one.sweep()
        one.news()
        one.erp.spoil = written(column, how)
        with pytest.raises(RetryLater, match=f"a row of {OPEN} whose {column} is written as a number"):
            await one.sweep()

        assert one.news() == []


@pytest.mark.parametrize("how", [FLOAT, TEXT])
async def test_an_ixc_that_answers_numbers_moves_no_bill_to_another_client(how: bytes) -> None:
    async with shop.opened() as one:
        one.erp.put("fn_areceber", *(shop.bill(str(code), id_contrato="7") for code in (1, 2, 3)))
        await one.sweep()
        one.news()
        one.erp.spoil = written("id|id_cliente", how)
        assert (await one.sweep()).published == 0
        del one.erp.rows["fn_areceber"]["2"]
        await one.sweep()

        assert [(row.client, row.id, row.row) for row in one.news()] == [("1042", "2", None)]


@pytest.mark.parametrize(
    ("table", "row"), [(IXC_BILLS, {"id_contrato": "7.0"}), (RBX_BILLS, {"ContratosVinculados": "7.0"})]
)
def test_a_bills_contract_is_the_one_that_it_was(table: Table, row: Row) -> None:
    """Else a suspension of the contract would not hold it."""
    contract_of = table.words["contract"]
    assert contract_of.read(*(row.get(column, "") for column in contract_of.columns)) == "7"


# --- webhooks


async def answered(one: webhook_shop.WebhookShop, *bills: dict[str, str]) -> list[ErpRow]:
    one.isp.clients = [client(code) for code in range(7, 77)]
    one.isp.by_document["bills"] = {document(7): list(bills)}
    one.news()
    await one.sweep("client")
    await one.sweep()
    return one.news()


async def test_a_webhook_that_answers_numbers_as_texts_has_no_new_bills() -> None:
    async with webhook_shop.opened() as one:
        assert [row.id for row in await answered(one, isp_bill(1152, 7))] == ["1152"]
        assert await answered(one, {**isp_bill(1152, 7), "COD_ARECEBER": "1152.0", "COD_CLIENTE": "7.0"}) == []


@pytest.mark.parametrize(
    ("first", "second"), [("1.152", "1152"), ("1.152", "1152.0"), ("1.000", "1000"), ("1152.0", "1.152")]
)
async def test_two_bills_whose_codes_would_fall_together_end_the_sweep(first: str, second: str) -> None:
    """One bill of the second's sum would be left of the two, and all green."""
    bills = [{**isp_bill(number, 7), "COD_ARECEBER": code} for number, code in ((1, first), (2, second))]
    async with webhook_shop.opened() as one:
        both = f"answers COD_ARECEBER as {first.removesuffix('.0')} and as {second}, which may be two"
        with pytest.raises(StopWorker, match=re.escape(both)):
            await answered(one, *bills)
        one.isp.by_document["bills"] = {document(7): bills[:1], document(76): bills[1:]}
        with pytest.raises(StopWorker, match="which may be two"):
            await one.sweep()
        one.isp.by_document["bills"] = {document(7): bills[:1]}
        assert (await one.sweep()).rows == 1


@pytest.mark.parametrize("second", ["1042.0", "1042.00", "1042,0", "1.042E3", " 1042"])
async def test_a_bill_that_comes_twice_is_one_though_one_of_them_has_a_tail(second: str) -> None:
    """A tail can be no other code."""
    async with webhook_shop.opened() as one:
        found = await answered(one, isp_bill(1042, 7), {**isp_bill(1042, 7), "COD_ARECEBER": second})
        assert {row.id for row in found} == {"1042"}


@pytest.mark.parametrize(("first", "second"), [("1042", "1042.0"), ("1042", "1.042"), ("1.042", "1042.0")])
async def test_two_bills_may_write_their_client_each_in_its_way(first: str, second: str) -> None:
    """Whether clients would fall together their own table tells."""
    bills = [{**isp_bill(number, 7), "COD_CLIENTE": code} for number, code in ((1, first), (2, second))]
    async with webhook_shop.opened() as one:
        assert [(row.client, row.id) for row in await answered(one, *bills)] == [("1042", "1"), ("1042", "2")]


async def test_two_clients_that_would_fall_together_end_the_sweep() -> None:
    async with webhook_shop.opened() as one:
        one.isp.clients = [{**client(7), "COD_CLIENTE": "1.042"}, {**client(8), "COD_CLIENTE": "1042"}]
        for kind in ("client", "bill"):
            with pytest.raises(StopWorker, match=r"answers COD_CLIENTE as 1\.042 and as 1042, which may be two"):
                await one.sweep(kind)


@pytest.mark.parametrize("code", ["1,152", "1.152,0", "1.5"])
async def test_a_code_of_a_webhook_that_cannot_be_read_ends_the_sweep(code: str) -> None:
    async with webhook_shop.opened() as one:
        with pytest.raises(StopWorker, match="answers a COD_ARECEBER that is written as a number"):
            await answered(one, {**isp_bill(1, 7), "COD_ARECEBER": code})


# --- exports


@pytest.mark.parametrize("code", ["1,152", "1.152,0", "1.152,00"])
async def test_a_code_of_an_export_with_a_comma_is_refused(tmp_path: Path, code: str) -> None:
    one = ExportShop(tmp_path)
    for others in ((), (bill("2.152"), bill("2152"))):
        one.put("Financeiro.csv", export("Financeiro", bill(code), *others))
        with pytest.raises(PipelineError, match="line 2: COD_ARECEBER"):
            await one.sweep()


async def test_half_a_character_in_a_code_is_a_row_that_nobody_can_read(tmp_path: Path) -> None:
    one = ExportShop(tmp_path)
    one.put("Financeiro.csv", export("Financeiro", bill("1"), bill("2")))
    await one.sweep()
    one.news()
    one.put("Financeiro.csv", export("Financeiro", bill("1Ã"), bill("2")))
    done = await one.sweep()

    assert (done.refused, done.published, done.kept) == (1, 0, 2)
