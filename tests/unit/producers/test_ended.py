"""What says that a bill was paid is believed over what says nothing, be it told in another list, file or row."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.exports.ended import Ended
from schemas.erp.altarede import BILLS
from tests.unit.producers import webhook_shop
from tests.unit.producers.export_shop import ExportShop
from tests.unit.producers.memory_isp import bill, client, document
from tests.unit.producers.sheets import bill as line
from tests.unit.producers.sheets import export

# --- webhooks


@pytest.mark.parametrize(
    ("told", "closed", "lost"),
    [
        ({"STATUS": "", "DATA_PAGAMENTO": ""}, 0, 1),
        ({"STATUS": "N/D", "DATA_PAGAMENTO": "N/A"}, 0, 1),
        ({"STATUS": "PAGA"}, 0, 1),
        ({"STATUS": "RECEBIDO", "DATA_PAGAMENTO": None}, 0, 1),
        ({"STATUS": "VENCIDO"}, 0, 1),
        ({"STATUS": "", "DATA_PAGAMENTO": "amanha"}, 0, 1),
        ({"STATUS": "PAGA", "DATA_PAGAMENTO": "2026-01-07"}, 1, 0),
        ({"STATUS": "", "DATA_PAGAMENTO": "07/01/2026"}, 1, 0),
        ({"STATUS": "PAGO", "DATA_PAGAMENTO": ""}, 1, 0),
    ],
)
async def test_what_only_the_list_of_paid_bills_shows_is_never_open(told: dict[str, str], closed: int, lost: int) -> None:
    """It has left the open ones: closed where it says so itself, lost where it says nothing."""
    async with webhook_shop.opened() as shop:
        shop.isp.clients = [client(5)]
        shop.isp.by_document["bills"] = {document(5): [bill(50, 5)]}
        await shop.sweep("client")
        await shop.sweep()
        shop.isp.by_document["bills"] = {}
        shop.isp.by_document["paid"] = {document(5): [bill(50, 5, **told)]}
        shop.news()
        done = [await shop.sweep() for _ in range(2)]

        assert [(one.closed, one.lost, one.kept) for one in done] == [(closed, lost, 0), (0, 0, 0)]
        assert [(one.lost, one.row is None) for one in shop.news()] == [(bool(lost), bool(lost))]


async def test_of_two_rows_of_one_answer_the_one_that_ends_the_bill_is_believed() -> None:
    async with webhook_shop.opened() as shop:
        shop.isp.clients = [client(5)]
        shop.isp.by_document["bills"] = {document(5): [bill(50, 5, STATUS="PAGO"), bill(50, 5, STATUS="VENCIDO")]}
        await shop.sweep("client")

        assert (await shop.sweep()).rows == 0


# --- exports

OPEN, PAID = export("Financeiro", line("1")), export("Financeiro", line("1", paid_on="2026-01-07"))
OTHER = export("Financeiro", line("2"))
SEEN = date(2026, 1, 31)
WRITTEN = {"day": "2026-01-07", "": "", "?": "amanha"}


@pytest.mark.parametrize(
    ("first", "older", "second", "newer"),
    [
        ("Carnes.csv", OPEN, "Financeiro.csv", PAID),
        ("Financeiro.csv", OPEN, "Carnes.csv", PAID),
        ("Carnes.csv", PAID, "Financeiro.csv", OPEN),
        ("Financeiro.csv", PAID, "Carnes.csv", OPEN),
    ],
)
async def test_of_two_files_the_one_with_the_day_of_payment_is_believed(
    tmp_path: Path, first: str, older: bytes, second: str, newer: bytes
) -> None:
    shop = ExportShop(tmp_path)
    shop.put("Financeiro.csv", OPEN)
    await shop.sweep()
    shop.news()
    shop.put(first, older)
    shop.put(second, newer)
    done = await shop.sweep()

    assert (done.kept, done.closed) == (0, 1)
    assert [row.row["DATA_PAGAMENTO"] for row in shop.news() if row.row] == ["2026-01-07"]
    shop.put(second, newer)
    done = await shop.sweep()
    assert (done.published, done.rows) == (0, 0)


@pytest.mark.parametrize(("written", "kept"), [("01/25/2026", ["1"]), ("25/01/2026", ["1"]), ("2050-01-01", ["1", "1"])])
def test_a_payment_of_either_order_of_day_and_month_is_one_and_a_day_that_has_not_come_is_none(
    written: str, kept: list[str]
) -> None:
    rows = [{"COD_ARECEBER": "1", "DATA_PAGAMENTO": day} for day in (written, "")]

    assert [row["COD_ARECEBER"] for row in Ended(BILLS, SEEN).kept(rows)] == kept


async def test_of_two_files_with_open_rows_the_newer_is_believed(tmp_path: Path) -> None:
    shop = ExportShop(tmp_path)
    shop.put("Carnes.csv", export("Financeiro", ("1", "1", "2026-01-05", "99.90", "", "")))
    shop.put("Financeiro.csv", export("Financeiro", ("1", "1", "2026-01-05", "50.00", "", "")))
    await shop.sweep()

    assert [row.row["VALOR"] for row in shop.news() if row.row] == ["50.00"]


async def test_a_row_without_a_payment_far_behind_one_with_it_opens_nothing_and_is_told(tmp_path: Path) -> None:
    """In whatever batch it is read."""
    paid = [line(str(code), paid_on="2026-01-07") for code in range(1, 2_500)]
    shop = ExportShop(tmp_path)
    shop.put("Financeiro.csv", export("Financeiro", *paid, line("1"), line("2499"), line("7000")))
    done = await shop.sweep()

    assert (done.rows, done.published) == (1, 1)
    assert done.notes == (
        "Financeiro: 2 rows show no payment of bills that another row shows as paid; the day of payment was believed",
    )
    shop.put("Financeiro.csv", OTHER)
    assert (await shop.sweep()).notes == ()


CODES = st.sampled_from(["1", "2", "01", "x", "134217727", "134217728", "134217729"])
ROWS = st.lists(st.tuples(CODES, st.sampled_from([*WRITTEN])))


@given(st.lists(ROWS, max_size=3))
def test_a_bill_ends_as_it_should_be_the_files_as_they_may(files: list[list[tuple[str, str]]]) -> None:
    """The newest first: a payment anywhere, else what the newest file says of the bill."""
    ended = Ended(BILLS, SEEN)
    kept = [
        (row["COD_ARECEBER"], row["DATA_PAGAMENTO"])
        for rows in files
        for row in ended.kept([{"COD_ARECEBER": code, "DATA_PAGAMENTO": WRITTEN[said]} for code, said in rows])
    ]
    last = dict(kept)
    for code in {code for rows in files for code, _ in rows}:
        told = [[WRITTEN[said] for other, said in rows if other == code] for rows in files]
        newest = next(said for said in told if said)
        if any(WRITTEN["day"] in said for said in told):
            assert (code, WRITTEN["day"]) in kept
            assert last[code] != ""
        else:
            assert [said for other, said in kept if other == code] == newest
