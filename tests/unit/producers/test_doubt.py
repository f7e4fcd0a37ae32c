"""What is missing without being gone for sure: beside a row without a readable id, or where nobody could be asked."""

from pathlib import Path

import pytest

from producers.erp.doubt import judged
from producers.erp.missing import Missing
from schemas.erp.altarede import BILLS
from tests.strategies import SEEN
from tests.unit.producers import webhook_shop
from tests.unit.producers.export_shop import ExportShop
from tests.unit.producers.memory_isp import bill as isp_bill
from tests.unit.producers.memory_isp import client, document
from tests.unit.producers.sheets import bill, export

UNREAD = Missing(BILLS, "9", SEEN, unread=True)
MISSING = [Missing(BILLS, code, SEEN) for code in ("6", "7")]


def test_without_doubt_all_that_is_missing_is_gone() -> None:
    assert judged(MISSING, frozenset(), doubt=False) == (MISSING, frozenset())


def test_in_doubt_only_what_was_missing_before_is_gone() -> None:
    assert judged(MISSING, frozenset({"6", "1"}), doubt=True) == (MISSING[:1], frozenset({"7"}))
    assert judged([*MISSING, UNREAD], frozenset(), doubt=True) == ([UNREAD], frozenset({"6", "7"})), "it stands there itself"


async def test_two_exports_must_agree(tmp_path: Path) -> None:
    """The first is counted as kept; a row that stays unreadable does not keep others open for ever."""
    shop = ExportShop(tmp_path)
    shop.put("Financeiro.csv", export("Financeiro", bill("1"), bill("2")))
    await shop.sweep()
    for lost in (0, 1):
        shop.put("Financeiro.csv", export("Financeiro", bill("1"), bill("-")))
        done = await shop.sweep()
        assert (done.lost, done.missing, done.kept) == (lost, lost, 2 - lost)


def test_what_nobody_could_be_asked_for_waits_alone() -> None:
    unasked = Missing(BILLS, "8", SEEN, unasked=True)

    assert judged([*MISSING, unasked], frozenset(), doubt=False) == (MISSING, frozenset({"8"}))
    assert judged([unasked], frozenset({"8"}), doubt=False) == ([unasked], frozenset())


@pytest.mark.parametrize("written", ["", "1899-12-30", None])
async def test_a_client_whose_document_is_gone_for_once_keeps_its_bills(written: str | None) -> None:
    """Webhooks are asked by document, which a clerk's slip or a broken workflow may blank: the next sweep must agree."""
    async with webhook_shop.opened() as shop:
        shop.isp.clients = [client(5), client(6)]
        shop.isp.by_document["bills"] = {document(5): [isp_bill(50, 5)], document(6): [isp_bill(60, 6)]}
        await shop.sweep("client")
        await shop.sweep()
        shop.isp.clients[0] = {**client(5), "CPF": written}
        await shop.sweep("client")
        done = [await shop.sweep() for _ in range(2)]

        assert [(one.missing, one.kept, one.lost) for one in done] == [(0, 2, 0), (1, 1, 1)]
        shop.isp.clients[0] = client(5)
        await shop.sweep("client")
        assert (await shop.sweep()).rows == 2
        assert [(row.id, row.lost) for row in shop.news()][-1] == ("50", False)
