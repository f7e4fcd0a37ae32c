"""A bill is one client's: what shows it as two clients' in one reading is not believed, and nobody ends another's."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.dense import DENSE
from producers.erp.owners import Owners
from schemas.erp import altarede, ixc, rbx
from schemas.erp.declaration import Table
from schemas.errors import StopWorker
from tests.unit.producers import rbx_shop, shop, webhook_shop
from tests.unit.producers.export_shop import ExportShop
from tests.unit.producers.memory_isp import bill, client, document
from tests.unit.producers.rbx_shop import OPEN, SETTLED, settled
from tests.unit.producers.rbx_shop import document as open_document
from tests.unit.producers.sheets import bill as line
from tests.unit.producers.sheets import export

BILLS = st.sampled_from([altarede.BILLS, ixc.BILLS, rbx.BILLS])
EDGES = ("1", "2", "63", "64", "01", "x", "é", str(DENSE - 1), str(DENSE), str(DENSE * 10))
CODES = st.sampled_from(EDGES) | st.text(min_size=1)
OWNERS = st.sampled_from(["1", "2", "10", "x"])
TWO = r"COD_ARECEBER 1 in one reading as a bill of two clients \(COD_CLIENTE 1 and 2\)"


@given(BILLS, st.lists(st.tuples(CODES, OWNERS)))
def test_the_first_row_that_gives_a_bill_to_another_client_ends_the_reading(
    table: Table, shown: list[tuple[str, str]]
) -> None:
    owners, whose = Owners(table), dict[str, str]()
    for code, owner in shown:
        if whose.setdefault(code, owner) == owner:
            owners.check(code, owner)
        else:
            with pytest.raises(StopWorker) as caught:
                owners.check(code, owner)
            assert f"{table.key} {code} in one reading" in str(caught.value)
            assert f"({table.owner} {whose[code]} and {owner})" in str(caught.value)


def test_of_rows_on_which_no_debt_depends_nothing_is_said() -> None:
    for table in (altarede.CONTRACTS, altarede.PLANS, ixc.CONTRACTS):
        owners = Owners(table)
        owners.check("1", "1")
        owners.check("1", "2")


# --- exports


@pytest.mark.parametrize("other", [line("1", "2"), line("1", "2", paid_on="2026-01-07")])
@pytest.mark.parametrize("between", [0, 2_500])
async def test_a_bill_of_two_clients_in_one_file_takes_no_debt_from_either(
    tmp_path: Path, other: tuple[str, ...], between: int
) -> None:
    """Also in another batch, and in either order; the next file is read again."""
    many = [line(str(code), "9", paid_on="2026-01-07") for code in range(100, 100 + between)]
    here = ExportShop(tmp_path)
    here.put("Financeiro.csv", export("Financeiro", line("1", "1")))
    await here.sweep()
    here.news()
    for rows in ([line("1", "1"), *many, other], [line("1", "1"), other, *many]):
        here.put("Financeiro.csv", export("Financeiro", *rows))
        with pytest.raises(StopWorker, match=TWO):
            await here.sweep()
        assert [event for event in here.news() if event.id == "1"] == []
    assert not await here.sweeper.source.has_news("bill")
    here.put("Financeiro.csv", export("Financeiro", line("1", "1")))

    assert (await here.sweep()).kept == 1


@pytest.mark.parametrize("newer", ["Financeiro.csv", "Carnes.csv"])
async def test_two_files_that_number_their_bills_alike_hide_no_debt(tmp_path: Path, newer: str) -> None:
    here = ExportShop(tmp_path)
    rows = {"Financeiro.csv": line("1", "1"), "Carnes.csv": line("1", "2", paid_on="2026-01-07")}
    for name in sorted(rows, key=lambda name: name == newer):
        here.put(name, export("Financeiro", rows[name]))

    with pytest.raises(StopWorker, match="bill of two clients"):
        await here.sweep()
    assert here.news() == []


async def test_a_bill_that_moves_between_two_exports_goes_with_its_debt(tmp_path: Path) -> None:
    here = ExportShop(tmp_path)
    for owner in ("1", "2"):
        here.put("Financeiro.csv", export("Financeiro", line("1", owner)))
        done = await here.sweep()

    assert (done.lost, done.closed, done.rows) == (0, 0, 1)
    assert {row.client: row.row is None for row in here.news()} == {"1": True, "2": False}


async def test_a_bill_that_was_paid_as_another_clients_is_lost_and_not_paid(tmp_path: Path) -> None:
    here = ExportShop(tmp_path)
    here.put("Financeiro.csv", export("Financeiro", line("1", "1"), line("7", "1")))
    await here.sweep()
    here.news()
    here.put("Financeiro.csv", export("Financeiro", line("1", "2", paid_on="2026-01-07"), line("7", "1")))
    done = await here.sweep()

    assert (done.closed, done.lost) == (0, 1)
    assert [(row.client, row.lost) for row in here.news()] == [("1", True)]


async def test_a_row_that_names_no_client_is_nobodys(tmp_path: Path) -> None:
    here = ExportShop(tmp_path)
    here.put("Financeiro.csv", export("Financeiro", line("1", "1"), line("1", ""), line("1", "0")))

    assert (await here.sweep()).rows == 1


# --- webhooks


async def test_a_webhook_that_answers_the_same_to_everybody_is_not_believed() -> None:
    """Whoever was asked last would owe what is one client's."""
    async with webhook_shop.opened() as here:
        here.isp.clients = [client(5), client(6), client(7)]
        nameless = {**bill(50, 5), "COD_CLIENTE": ""}
        here.isp.by_document["bills"] = {document(number): [nameless] for number in (5, 6, 7)}
        await here.sweep("client")
        with pytest.raises(StopWorker, match="COD_ARECEBER 50 in one reading"):
            await here.sweep()
        assert here.news() == []
        here.isp.by_document["bills"] = {document(number): [bill(50, 5)] for number in (5, 6, 7)}

        assert (await here.sweep()).rows == 1


async def test_two_answers_far_apart_are_one_reading() -> None:
    async with webhook_shop.opened() as here:
        here.isp.clients = [client(number) for number in range(1, 121)]
        here.isp.by_document["bills"] = {document(1): [bill(50, 1)], document(120): [bill(50, 120)]}
        await here.sweep("client")
        with pytest.raises(StopWorker, match="COD_CLIENTE 1 and 120"):
            await here.sweep()

        assert [row.client for row in here.news()] == ["1"]


async def test_a_webhook_of_paid_bills_that_tells_of_another_client_ends_none_of_this_one() -> None:
    async with webhook_shop.opened() as here:
        here.isp.clients = [client(5)]
        here.isp.by_document["bills"] = {document(5): [bill(50, 5)]}
        await here.sweep("client")
        await here.sweep()
        here.isp.by_document["bills"] = {}
        here.isp.by_document["paid"] = {document(5): [bill(50, 5, STATUS="PAGO"), bill(50, 6, STATUS="PAGO")]}
        done = await here.sweep()
        assert (done.closed, done.lost) == (1, 0)
        here.isp.by_document["bills"] = {document(5): [bill(51, 5)]}
        await here.sweep()
        here.isp.by_document = {"bills": {}, "paid": {document(5): [bill(51, 6, STATUS="PAGO")]}, "contracts": {}}
        done = await here.sweep()

        assert (done.closed, done.lost) == (0, 1)


# --- RBX

SUPPLIER = open_document(1, client=99, Tipo="F")


@pytest.mark.parametrize("rows", [[open_document(1), SUPPLIER], [SUPPLIER, open_document(1)]])
async def test_a_suppliers_document_hides_no_customers(rows: list[dict[str, Any]]) -> None:
    async with rbx_shop.opened() as here:
        here.erp.rows[OPEN] = rows
        done = await here.sweep()

        assert (done.rows, [row.client for row in here.news()]) == (1, ["5"])


async def test_two_customers_of_one_document_end_the_reading() -> None:
    async with rbx_shop.opened() as here:
        here.erp.rows[OPEN] = [open_document(1), open_document(1, client=6)]
        with pytest.raises(StopWorker, match=r"Sequencia 1 in one reading as a bill of two clients \(CliFor 5 and 6\)"):
            await here.sweep()

        assert here.news() == []


@pytest.mark.parametrize(
    ("left", "closed", "lost"),
    [
        ({SETTLED: [settled(2, client=99)]}, 0, 1),
        ({SETTLED: [settled(2), settled(2, client=99)]}, 1, 0),
        ({SETTLED: [settled(2, client=99), settled(2)]}, 1, 0),
        ({OPEN: [open_document(2, client=99, Tipo="F")], SETTLED: [settled(2)]}, 1, 0),
        ({OPEN: [open_document(2, client=99, Tipo="F")]}, 0, 1),
    ],
)
async def test_what_became_of_a_document_only_its_own_client_tells(
    left: dict[str, list[dict[str, Any]]], closed: int, lost: int
) -> None:
    async with rbx_shop.opened() as here:
        here.erp.rows[OPEN] = [open_document(1), open_document(2)]
        await here.sweep()
        here.news()
        here.erp.rows[OPEN] = [open_document(1), *left.get(OPEN, [])]
        here.erp.rows[SETTLED] = left.get(SETTLED, [])
        done = await here.sweep()

        assert (done.closed, done.lost) == (closed, lost)
        assert [(row.client, row.lost) for row in here.news()] == [("5", bool(lost))]


# --- IXC, whose ids are its own table's


async def test_where_ids_are_the_tables_own_a_bill_that_was_paid_as_another_clients_has_moved() -> None:
    async with shop.opened() as here:
        here.erp.put("fn_areceber", shop.bill("1"), shop.bill("2"))
        await here.sweep()
        here.news()
        here.erp.put("fn_areceber", shop.bill("1", status="R", id_cliente="7"))
        done = await here.sweep()

        assert (done.closed, done.lost) == (1, 0)
        assert {row.client: row.row is None for row in here.news()} == {"1042": True, "7": False}
