"""How an RBX writes its dates is settled, whatever the table's size."""

import pytest

from producers.erp.lists import paged
from schemas.erp.declaration import DATE_FORM
from schemas.errors import StopWorker
from tests.unit.producers import rbx_shop
from tests.unit.producers.memory_rbx import SECRETS
from tests.unit.producers.rbx_shop import OPEN, RbxShop, document

V2 = {**SECRETS, "token_v2": "v" * 8}
HELD, MANY = 12, 60


def forms(shop: RbxShop) -> set[str]:
    return {(event.row or {})[DATE_FORM] for event in shop.news()}


@pytest.mark.parametrize("many", [HELD - 2, MANY])
async def test_one_date_the_other_way_round_leaves_no_table_unsettled(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """2,577 of 6,583 bills were missing: v2 was never asked, as the table was so large."""
    monkeypatch.setattr(paged, "HELD_AT_MOST", HELD)
    async with rbx_shop.opened(V2) as shop:
        odd = document(1, "2026-25-01")
        telling = [document(code, "2026-01-25") for code in range(2, 6)]
        shop.erp.rows[OPEN] = [odd, *telling, *(document(code, "2026-03-04") for code in range(6, many))]
        shop.erp.v2 = {5: [{"id": code, "due_date": "2026-03-04"} for code in range(6, many)]}
        done = await shop.sweep()

        assert (done.published, forms(shop)) == (many - 1, {"ymd"})


async def test_where_nobody_can_settle_it_the_sweep_fails_and_says_what_to_do() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows[OPEN] = [document(1, "2026-25-01"), document(2, "2026-01-25"), document(3, "2026-03-04")]
        with pytest.raises(StopWorker, match=r"1 of 3 rows could be read in two ways. Give erp.token_v2"):
            await shop.sweep()

        assert shop.news() == []


async def test_where_each_date_says_itself_what_it_is_two_forms_do_no_harm() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows[OPEN] = [document(1, "2026-25-01"), document(2, "2026-01-25"), document(3, "2026-07-07")]

        assert (await shop.sweep()).published == 3


async def test_a_single_date_on_the_first_page_does_not_speak_for_all() -> None:
    """Pages have three rows here: the odd one comes first, and nothing else on its page tells."""
    async with rbx_shop.opened(V2) as shop:
        first = [document(1, "2026-25-01"), document(2, "2026-03-04"), document(3, "2026-03-05")]
        shop.erp.rows[OPEN] = [*first, *(document(code, "2026-01-25") for code in range(4, 20))]
        shop.erp.v2 = {5: [{"id": 2, "due_date": "2026-03-04"}, {"id": 3, "due_date": "2026-03-05"}]}
        await shop.sweep()

        assert forms(shop) == {"ymd"}


async def test_answers_of_v2_that_contradict_each_other_settle_nothing() -> None:
    async with rbx_shop.opened(V2) as shop:
        shop.erp.rows[OPEN] = [document(1, "2026-25-01"), document(2, "2026-01-25"), document(3, "2026-03-04")]
        shop.erp.rows[OPEN] += [document(4, "2026-05-06")]
        shop.erp.v2 = {5: [{"id": 3, "due_date": "2026-03-04"}, {"id": 4, "due_date": "2026-06-05"}]}
        with pytest.raises(StopWorker, match="two ways"):
            await shop.sweep()


async def test_an_erp_that_begins_to_write_its_dates_otherwise_is_noticed() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows[OPEN] = [document(code, "2026-01-25") for code in range(1, 10)]
        await shop.sweep()
        assert forms(shop) == {"ymd"}
        shop.erp.rows[OPEN] = [document(code, "2026-25-01") for code in range(1, 10)]
        await shop.sweep()

        assert forms(shop) == {"ydm"}
