"""Bills that are shown and cannot be read: whoever paid one must not be called for what it was before."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from schemas.instances import Brake
from schemas.rows import ErpRow
from tests.unit.producers import rbx_shop, webhook_shop
from tests.unit.producers.export_shop import ExportShop
from tests.unit.producers.memory_isp import bill as isp_bill
from tests.unit.producers.memory_isp import client, document
from tests.unit.producers.sheets import bill, export

PAID = ["46030", "10/01/26", "09-jan-26", "09/jan/2026", "2206-11-01"]


def lost(told: Sequence[ErpRow]) -> set[str]:
    return {event.id for event in told if event.lost}


def opened(folder: Path, many: int) -> ExportShop:
    shop = ExportShop(folder)
    shop.put("Financeiro.csv", export("Financeiro", *(bill(str(code)) for code in range(1, many + 1))))
    return shop


@pytest.mark.parametrize("written", PAID)
async def test_a_payment_that_nobody_can_read_leaves_no_debt_and_comes_back_when_it_can(
    tmp_path: Path, written: str
) -> None:
    shop = opened(tmp_path, 20)
    await shop.sweep()
    shop.news()
    rest = [bill(str(code)) for code in range(4, 21)]
    spoilt = export("Financeiro", *(bill(code, paid_on=written) for code in "123"), *rest)
    shop.put("Financeiro.csv", spoilt)
    done = await shop.sweep()

    assert (done.phase, done.rows, done.refused, done.missing, done.lost, done.kept) == ("completed", 20, 3, 3, 3, 17)
    assert lost(shop.news()) == {"1", "2", "3"}
    shop.put("Financeiro.csv", spoilt)
    assert ((await shop.sweep()).published, shop.news()) == (0, [])
    mended = export("Financeiro", bill("1", paid_on="2026-01-09"), bill("2"), bill("3", paid_on=written), *rest)
    shop.put("Financeiro.csv", mended)
    await shop.sweep()
    assert [(event.id, (event.row or {})["DATA_PAGAMENTO"]) for event in shop.news()] == [
        ("1", "2026-01-09"),
        ("2", "0000-00-00"),
    ]


async def test_beside_a_row_that_shows_it_as_open_it_may_be_the_payment(tmp_path: Path) -> None:
    """A bill in parts stands in several rows of one file."""
    shop = opened(tmp_path, 5)
    await shop.sweep()
    shop.news()
    lines = [*(bill(str(code)) for code in range(1, 6)), bill("1", paid_on="46030")]
    for published in (1, 0):
        shop.put("Financeiro.csv", export("Financeiro", *lines))
        assert (await shop.sweep()).published == published
        assert lost(shop.news()) == ({"1"} if published else set())


async def test_so_it_may_where_the_two_stand_far_apart(tmp_path: Path) -> None:
    """A page is a thousand rows."""
    shop = opened(tmp_path, 1_100)
    await shop.sweep()
    shop.news()
    rest = [bill(str(code)) for code in range(2, 1_101)]
    for lines in ([bill("1"), *rest, bill("1", paid_on="46030")], [bill("1", paid_on="46030"), *rest, bill("1")]):
        shop.put("Financeiro.csv", export("Financeiro", *lines))
        done = await shop.sweep()
        assert (done.phase, done.kept, done.rows, done.refused) == ("completed", 1_099, 1_100, 1)
    assert lost(shop.news()) == {"1"}


async def test_many_at_once_wait_and_say_what_to_mend(tmp_path: Path) -> None:
    shop = opened(tmp_path, 100)
    shop.sweeper.instance = shop.sweeper.instance.model_copy(update={"brake": Brake(share=0.05, rows=5)})
    await shop.sweep()
    shop.news()
    lines = [bill(str(code), paid_on="46030" if code < 10 else "0000-00-00") for code in range(1, 101)]
    shop.put("Financeiro.csv", export("Financeiro", *lines))
    done = await shop.sweep()

    assert (done.phase, done.missing, done.closed, done.lost, shop.news()) == ("held", 9, 0, 0, [])
    assert done.error.startswith("9 of 100 known rows are no longer shown, or cannot be read: none is closed until")
    assert done.error.endswith(
        "Mend first what cannot be read: 9, such as 1 (DATA_PAGAMENTO: not a date YYYY-MM-DD or DD/MM/YYYY)"
    )


async def test_a_webhook_likewise() -> None:
    async with webhook_shop.opened() as shop:
        shop.isp.clients = [client(5)]
        bills = [isp_bill(code, 5) for code in range(1, 6)]
        shop.isp.by_document["bills"] = {document(5): bills}
        await shop.sweep("client")
        await shop.sweep()
        shop.news()
        paid = {"STATUS": "BAIXA MANUAL", "DATA_PAGAMENTO": "9 jan 2026"}
        shop.isp.by_document["bills"] = {document(5): [{**bills[0], **paid}, *bills[1:]]}
        done = await shop.sweep()

        assert (done.refused, done.lost, done.kept, lost(shop.news())) == (1, 1, 4, {str(bills[0]["COD_ARECEBER"])})


async def test_an_rbx_likewise() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows[rbx_shop.OPEN] = [rbx_shop.document(code) for code in range(1, 8)]
        await shop.sweep()
        shop.news()
        nobodys = [{**rbx_shop.document(code), "Tipo": ""} for code in (1, 2)]
        shop.erp.rows[rbx_shop.OPEN] = [*nobodys, *(rbx_shop.document(code) for code in range(3, 8))]
        done = await shop.sweep()

        assert (done.refused, done.absent, done.closed, done.lost) == (2, 2, 0, 2)
        assert lost(shop.news()) == {"1", "2"}


async def test_a_row_that_says_itself_that_it_is_open_stays_what_it_was(tmp_path: Path) -> None:
    """Whose it is a cell that was cleared does not tell: it tells of no payment either."""
    shop = opened(tmp_path, 5)
    await shop.sweep()
    shop.news()
    lines = [bill("1", ""), bill("2", "", paid_on="2026-01-09"), *(bill(code) for code in "345")]
    shop.put("Financeiro.csv", export("Financeiro", *lines))
    done = await shop.sweep()

    assert (done.rows, done.refused, done.lost, done.kept, lost(shop.news())) == (5, 2, 1, 4, {"2"})


async def test_what_no_call_depends_on_stays_what_it_was() -> None:
    """A client of whom one row cannot be read may still be called."""
    async with rbx_shop.opened() as shop:
        shop.erp.rows[rbx_shop.CONTRACTS] = [rbx_shop.contract(code, "B") for code in range(1, 8)]
        await shop.sweep("contract")
        shop.news("contract")
        spoilt = {**rbx_shop.contract(1, "B"), "Cliente_Codigo": ""}
        shop.erp.rows[rbx_shop.CONTRACTS] = [spoilt, *(rbx_shop.contract(code, "B") for code in range(2, 8))]
        done = await shop.sweep("contract")

        assert (done.refused, done.lost, done.kept, shop.news("contract")) == (1, 0, 7, [])
