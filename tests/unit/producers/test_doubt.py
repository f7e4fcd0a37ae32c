"""An export that shows a row without a readable id: what is missing beside it may be that row."""

from pathlib import Path

from producers.erp.doubt import judged
from producers.erp.missing import Missing
from schemas.erp.altarede import BILLS
from tests.strategies import SEEN
from tests.unit.producers.export_shop import ExportShop
from tests.unit.producers.sheets import bill, export

MISSING = [Missing(BILLS, code, SEEN) for code in ("6", "7")]


def test_without_doubt_all_that_is_missing_is_gone() -> None:
    assert judged(MISSING, frozenset(), doubt=False) == (MISSING, frozenset())


def test_in_doubt_only_what_was_missing_before_is_gone() -> None:
    assert judged(MISSING, frozenset({"6", "1"}), doubt=True) == (MISSING[:1], frozenset({"7"}))


async def test_two_exports_must_agree(tmp_path: Path) -> None:
    """The first is counted as kept; a row that stays unreadable does not keep others open for ever."""
    shop = ExportShop(tmp_path)
    shop.put("Financeiro.csv", export("Financeiro", bill("1"), bill("2")))
    await shop.sweep()
    for lost in (0, 1):
        shop.put("Financeiro.csv", export("Financeiro", bill("1"), bill("-")))
        done = await shop.sweep()
        assert (done.lost, done.missing, done.kept) == (lost, lost, 2 - lost)
