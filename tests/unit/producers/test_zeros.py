"""Ids that lost the zeros before them are the same rows: nobody owes them twice."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.changes import Change, Known, Seen
from producers.erp.zeros import Zeros
from schemas.erp.altarede import BILLS, CLIENTS, EXPORT
from schemas.errors import StopWorker
from tests.unit.producers import rbx_shop, webhook_shop
from tests.unit.producers.export_shop import ExportShop
from tests.unit.producers.memory_isp import bill as isp_bill
from tests.unit.producers.memory_isp import client, document
from tests.unit.producers.sheets import bill, export, person
from tests.unit.producers.shop import bill as ixc_bill
from tests.unit.producers.shop import opened


@pytest.mark.parametrize(("before", "after"), [("{:06}", "{}"), ("{}", "{:06}"), ("{:05}", "{:06}")])
async def test_an_export_that_was_saved_with_other_zeros_publishes_nothing(tmp_path: Path, before: str, after: str) -> None:
    shop = ExportShop(tmp_path)
    shop.put("Financeiro.csv", export("Financeiro", *(bill(before.format(code)) for code in range(1, 301))))
    await shop.sweep()
    shop.news()
    shop.put("Financeiro.csv", export("Financeiro", *(bill(after.format(code)) for code in range(1, 301))))
    with pytest.raises(StopWorker, match=r"COD_ARECEBER .*1, which is known as .*1: .*as text"):
        await shop.sweep()

    assert shop.news() == []
    shop.put("Financeiro.csv", export("Financeiro", *(bill(before.format(code)) for code in range(1, 302))))
    assert (await shop.sweep()).published == 1


async def test_codes_that_a_first_reading_shows_both_ways_are_two(tmp_path: Path) -> None:
    """Wherever they stand; and they stay two."""
    for first, second in (("7", "007"), ("007", "7")):
        shop = ExportShop(tmp_path)
        lines = [bill(first), *(bill(str(code)) for code in range(1_000, 2_100)), bill(second)]
        for _ in range(2):
            shop.put("Financeiro.csv", export("Financeiro", *lines))
            assert (await shop.sweep()).rows == len(lines)


@pytest.mark.parametrize(("known", "written"), [("00012", "12"), ("12", "00012")])
async def test_a_client_whose_code_lost_its_zeros_is_no_other_client(tmp_path: Path, known: str, written: str) -> None:
    shop = ExportShop(tmp_path)
    shop.put("Clientes.csv", export("Clientes", person(known)))
    await shop.sweep("client")
    shop.put("Financeiro.csv", export("Financeiro", bill("100", written)))
    with pytest.raises(StopWorker, match=f"COD_CLIENTE {written}, which is known as {known}"):
        await shop.sweep()
    shop.put("Clientes.csv", export("Clientes", person(written)))
    with pytest.raises(StopWorker, match=f"COD_CLIENTE {written}, which is known as {known}"):
        await shop.sweep("client")

    assert (shop.news(), len(shop.news("client"))) == ([], 1)


async def test_a_bill_that_moves_to_its_own_client_without_zeros_does_not_move(tmp_path: Path) -> None:
    """Also where the clients were never read."""
    shop = ExportShop(tmp_path)
    shop.put("Financeiro.csv", export("Financeiro", bill("100", "0012"), bill("101", "7")))
    await shop.sweep()
    shop.news()
    shop.put("Financeiro.csv", export("Financeiro", bill("100", "12"), bill("101", "8")))
    with pytest.raises(StopWorker, match="COD_CLIENTE 12, which is known as 0012"):
        await shop.sweep()
    assert shop.news() == []


async def test_a_webhook_likewise() -> None:
    async with webhook_shop.opened() as shop:
        shop.isp.clients = [client(5)]
        rows = [{**isp_bill(code, 5), "COD_ARECEBER": f"{code:06}"} for code in range(1, 6)]
        shop.isp.by_document["bills"] = {document(5): rows}
        await shop.sweep("client")
        await shop.sweep()
        shop.news()
        shop.isp.by_document["bills"] = {document(5): [isp_bill(code, 5) for code in range(1, 6)]}
        with pytest.raises(StopWorker, match="which is known as 00000"):
            await shop.sweep()

        assert shop.news() == []


async def test_an_ixc_and_an_rbx_likewise() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", ixc_bill("7"))
        await shop.sweep()
        shop.news()
        shop.erp.rows["fn_areceber"] = {"007": ixc_bill("007")}
        with pytest.raises(StopWorker, match="id 007, which is known as 7"):
            await shop.sweep()
        assert shop.news() == []
    async with rbx_shop.opened() as rbx:
        rbx.erp.rows[rbx_shop.OPEN] = [rbx_shop.document(7)]
        await rbx.sweep()
        rbx.news()
        rbx.erp.rows[rbx_shop.OPEN] = [rbx_shop.document(7, Sequencia="007")]
        with pytest.raises(StopWorker, match="Sequencia 007, which is known as 7"):
            await rbx.sweep()
        assert rbx.news() == []


# --- the rule

CODES = st.integers(1, 12).flatmap(
    lambda code: st.sampled_from([f"{code}", f"{code:02}", f"{code:04}", f"a{code}", f"0{code}a"])
)


def _known(codes: dict[str, str]) -> Seen:
    return {code: Known(owner, b"12345678") for code, owner in codes.items()}


@given(st.dictionaries(CODES, CODES, max_size=6), CODES, CODES)
def test_a_new_row_of_the_same_client_that_differs_by_zeros_alone_ends_the_sweep(
    known: dict[str, str], code: str, owner: str
) -> None:
    def alike(one: str, other: str) -> bool:
        return one == other or (one.isdecimal() and other.isdecimal() and int(one) == int(other))

    twins = [old for old in known if old != code and alike(old, code) and alike(known[old], owner)]
    zeros = Zeros(EXPORT, BILLS, _known(known), {})
    found = {code: Change(code, Known(owner, b"87654321"), {}, member=True)}
    moved = code in known and known[code] != owner and alike(known[code], owner)
    if moved or (code not in known and len(twins) == 1 and sum(alike(old, code) for old in known) == 1):
        with pytest.raises(StopWorker, match="is known as"):
            zeros.check(found)
    elif not twins or code in known:
        zeros.check(found)


@given(st.sets(CODES, max_size=6), CODES)
def test_of_an_instance_that_has_both_none_is_taken_for_the_other(known: set[str], code: str) -> None:
    clients = _known({one: one for one in {*known, code}})

    Zeros(EXPORT, CLIENTS, clients, clients).check({code: Change(code, Known(code, b"87654321"), {}, member=True)})
    Zeros(EXPORT, BILLS, {}, clients).check({"1": Change("1", Known(code, b"87654321"), {}, member=True)})
