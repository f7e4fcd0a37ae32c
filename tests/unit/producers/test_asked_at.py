"""Rows are as old as the question that brought them, however long it takes to answer and to work on them."""

from datetime import datetime, timedelta

import httpx

from producers.erp.sweep import Sweeper
from schemas.rows import ErpRow
from tests.strategies import SEEN
from tests.unit.producers.memory_erp import source
from tests.unit.producers.shop import PAGED, Shop, bill, opened

HOUR = timedelta(hours=1)


class Clock:
    """It stands still until somebody moves it."""

    def __init__(self) -> None:
        self.now = SEEN

    def __call__(self) -> datetime:
        return self.now


def with_clock(shop: Shop, clock: Clock, takes: timedelta) -> None:
    """An ERP that answers what was true when it was asked, and needs so long for it."""

    def answer(request: httpx.Request) -> httpx.Response:
        found = shop.erp.answer(request)
        clock.now += takes
        return found

    old = shop.sweeper
    asked = source(PAGED, httpx.MockTransport(answer), clock)
    shop.sweeper = Sweeper(PAGED, old.erp, asked, old.outbox, old.books, old.person, clock)


def by_id(events: list[ErpRow]) -> dict[str, datetime]:
    return {event.id: event.seen_at for event in events}


async def test_every_page_is_as_old_as_its_own_question() -> None:
    """The second page was asked for when the first one had come."""
    async with opened() as shop:
        clock = Clock()
        with_clock(shop, clock, HOUR)
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, 4)))
        await shop.sweep()

        assert by_id(shop.news()) == {"1": SEEN, "2": SEEN, "3": SEEN + HOUR}
        await shop.sweeper.source.close()


async def test_what_is_read_again_by_its_id_is_as_old_as_that_question() -> None:
    async with opened() as shop:
        clock = Clock()
        with_clock(shop, clock, HOUR)
        shop.erp.put("fn_areceber", bill("1"), bill("2"))
        await shop.sweep()
        shop.news()
        begun = clock.now
        shop.erp.put("fn_areceber", bill("1", status="R"))
        del shop.erp.rows["fn_areceber"]["2"]
        await shop.sweep()

        assert set(by_id(shop.news()).values()) == {begun + 2 * HOUR}  # two questions for open bills come before it
        await shop.sweeper.source.close()


async def test_a_clock_that_was_set_back_loses_no_change() -> None:
    """What is told later is the truth: nothing of the poller compares times."""
    async with opened() as shop:
        clock = Clock()
        with_clock(shop, clock, timedelta(0))
        shop.erp.put("fn_areceber", bill("1"), bill("2"))
        await shop.sweep()
        clock.now -= 3 * HOUR
        shop.erp.put("fn_areceber", bill("1", status="R"), bill("2", valor_aberto="5.00"))
        await shop.sweep()

        assert [(event.id, event.row and event.row["status"]) for event in shop.news()[-2:]] == [("2", "A"), ("1", "R")]
        assert set(shop.seen()) == {"2"}
        assert (await shop.sweep()).published == 0
        await shop.sweeper.source.close()
