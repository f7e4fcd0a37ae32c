"""Days and amounts that nobody can read, or that are zero, in every row or in most: the sweep ends and names the column."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.legible import LOOKED_AT, MANY, Legible, shape
from schemas.erp.altarede import BILLS
from schemas.erp.days import is_day, local_day, order_of
from schemas.erp.money import cents, is_amount
from schemas.errors import StopWorker
from tests.strategies import NASTY
from tests.unit.producers import rbx_shop, webhook_shop
from tests.unit.producers.export_shop import ExportShop
from tests.unit.producers.memory_isp import bill as isp_bill
from tests.unit.producers.memory_isp import client, document
from tests.unit.producers.sheets import bill as export_bill
from tests.unit.producers.sheets import export
from tests.unit.producers.shop import bill, opened

ZERO = ["0.00", "0,00", "0", "R$ 0,00"]
NO_AMOUNT = ["-0.10", "(10,00)", "99,90-", "R$ -5,00", "grátis"]
NO_DAY = ["46027", "2026", "10/01/26", "09-jan-26", "2026-02-30"]


@pytest.mark.parametrize(("column", "written"), [*(("valor_aberto", one) for one in ZERO + NO_AMOUNT)])
async def test_an_ixc_whose_amounts_are_all_zero_or_unreadable_is_not_believed(column: str, written: str) -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code), **{column: written}) for code in range(1, 30)))
        with pytest.raises(StopWorker, match=rf"fn_areceber.*{column}"):
            await shop.sweep()

        assert shop.news() == []
        shop.erp.put("fn_areceber", bill("29"))
        if written in ZERO:
            assert (await shop.sweep()).published == 29, "one that is open for more is enough"


@pytest.mark.parametrize("written", NO_DAY)
async def test_an_ixc_whose_due_days_nobody_can_read_is_not_believed(written: str) -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code), data_vencimento=written) for code in range(1, MANY + 1)))
        with pytest.raises(
            StopWorker, match=r"data_vencimento cannot be read in 10 of 10 rows, such as row 1, which is"
        ) as told:
            await shop.sweep()

        assert shop.news() == []
        assert f"written like {shape(written)}:" in str(told.value)
        assert written not in str(told.value).partition(": let it be")[0]


@pytest.mark.parametrize(("column", "written"), [("Valor", "0.00"), ("Valor", "-1,00"), ("Vencimento", "46027")])
async def test_an_rbx_likewise(column: str, written: str) -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows[rbx_shop.OPEN] = [{**rbx_shop.document(code), column: written} for code in range(1, 20)]
        with pytest.raises(StopWorker, match=rf"{rbx_shop.OPEN}.*{column}"):
            await shop.sweep()

        assert shop.news() == []


@pytest.mark.parametrize(("at", "written"), [(3, "0,00"), (3, "-1,00"), (2, "46027")])
async def test_an_export_likewise(tmp_path: Path, at: int, written: str) -> None:
    shop = ExportShop(tmp_path)
    lines = [list(export_bill(str(code))) for code in range(1, 20)]
    for line in lines:
        line[at] = written
    shop.put("Financeiro.csv", export("Financeiro", *lines))
    with pytest.raises(StopWorker, match=("DATA_VENCIMENTO", "VALOR")[at - 2]):
        await shop.sweep()

    assert shop.news() == []


@pytest.mark.parametrize("written", ["46030", "09-jan-26", "09/jan/2026", "10/01/26"])
async def test_payments_that_a_spreadsheet_program_wrote_its_own_way_end_the_sweep(tmp_path: Path, written: str) -> None:
    """Else whoever paid stays a debtor."""
    shop = ExportShop(tmp_path)
    shop.put("Financeiro.csv", export("Financeiro", *(export_bill(str(code)) for code in range(1, 101))))
    await shop.sweep()
    shop.news()
    lines = [export_bill(str(code), paid_on=written if code <= 60 else "0000-00-00") for code in range(1, 101)]
    shop.put("Financeiro.csv", export("Financeiro", *lines))
    with pytest.raises(StopWorker, match="Financeiro: DATA_PAGAMENTO cannot be read in 60 of 60 rows, such as row 1,"):
        await shop.sweep()

    assert shop.news() == []


async def test_a_webhook_likewise() -> None:
    async with webhook_shop.opened() as shop:
        shop.isp.clients = [client(5)]
        shop.isp.by_document["bills"] = {document(5): [isp_bill(code, 5) for code in range(1, 21)]}
        await shop.sweep("client")
        await shop.sweep()
        shop.news()
        paid = {"STATUS": "BAIXA MANUAL", "DATA_PAGAMENTO": "9 jan 2026"}
        shop.isp.by_document["bills"] = {document(5): [{**isp_bill(code, 5), **paid} for code in range(1, 21)]}
        with pytest.raises(StopWorker, match="DATA_PAGAMENTO cannot be read in 20 of 20 rows"):
            await shop.sweep()

        assert shop.news() == []


# --- the rules


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_most_of_many_that_fill_it(unread: int, read: int, blank: int) -> None:
    found = Legible(BILLS)
    days = ["46030"] * unread + ["9/1/2026"] * read + ["0000-00-00"] * blank
    found.learn([{"COD_ARECEBER": str(code), "DATA_PAGAMENTO": day} for code, day in enumerate(days)])

    assert ("DATA_PAGAMENTO" in found.problem) is (unread >= MANY and unread > read)


@given(st.integers(1, 12 * LOOKED_AT))
def test_of_a_long_page_rows_are_looked_at_that_lie_evenly_in_it(many: int) -> None:
    found = Legible(BILLS)
    found.learn([{"VALOR": "-1" if code >= many // 3 else "1"} for code in range(many)])

    assert bool(found.problem) is (many >= 15)


@given(NASTY | st.dates().map(str) | st.dates().map("{:%d/%m/%Y}".format))
def test_what_is_read_as_a_day_is_one(written: str) -> None:
    """Whichever order it needs."""
    for order in ("", "mdy"):
        try:
            local_day(written, "America/Maceio", order)
        except ValueError:
            continue
        assert is_day(written)
    if order_of(written):
        assert is_day(written)


@given(NASTY | st.integers(0, 10**12).map(str) | st.from_regex(r"[0-9]{1,4}[.,][0-9]{1,4}", fullmatch=True))
def test_what_is_read_as_an_amount_is_one(written: str) -> None:
    for point in ("", ".", ","):
        try:
            cents(written, point)
        except ValueError:
            continue
        assert is_amount(written)
