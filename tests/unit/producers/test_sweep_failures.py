"""A sweep that fails concludes nothing, and what it had begun is made good by the next one."""

from contextlib import suppress

import httpx
import pytest
from aiokafka.errors import RequestTimedOutError
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.held.publishing import UnpublishedError
from schemas.errors import PipelineError, RetryLater, StopWorker
from tests.unit.producers.shop import bill, error_at, error_since, opened


@given(st.integers(1, 7), st.sampled_from([500, 200, 401]), st.integers(0, 6))
async def test_a_sweep_that_fails_anywhere_concludes_nothing(rows: int, status: int, request: int) -> None:
    """No row is called gone or paid, no completion is told, and the next whole sweep tells what is true."""
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, rows + 1)))
        await shop.sweep()
        shop.news()
        del shop.erp.rows["fn_areceber"]["1"]
        shop.erp.put("fn_areceber", bill(str(rows + 1)))
        begun = shop.erp.asked
        shop.erp.fail = error_since(begun + request, status)
        try:
            await shop.sweep()
            failed = False
        except (RetryLater, StopWorker):
            failed = True

        told = shop.news()
        if failed:
            assert all(event.row is not None for event in told)
            assert "1" in shop.seen()
            assert shop.phases() == ["started", "completed", "started"]
        shop.erp.fail = lambda _: None
        await shop.sweep()
        told += shop.news()
        assert {event.id: event.row is None for event in told} == {"1": True, str(rows + 1): False}


async def test_a_page_that_fails_once_is_asked_for_again_within_the_sweep() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, 6)))
        shop.erp.fail = error_at(1, 2)

        assert (await shop.sweep()).rows == 5


@pytest.mark.parametrize("refused", range(4))
async def test_what_the_broker_did_not_take_is_published_again(refused: int) -> None:
    """Nothing is remembered before it is committed, and nothing is published on top of what is in doubt."""
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, 5)))
        shop.broker.refuse = [*([None] * refused), RequestTimedOutError()]
        with pytest.raises(UnpublishedError):
            await shop.sweep()
        with pytest.raises(UnpublishedError, match="in doubt"):
            await shop.sweep()
        shop.taken_anew()
        await shop.sweep()

        assert {event.id for event in shop.news()} == {"1", "2", "3", "4"}
        assert set(shop.seen()) == {"1", "2", "3", "4"}


async def test_a_page_is_published_whole_or_not_at_all() -> None:
    """It lies in two partitions, of which one is refused."""
    async with opened() as shop:
        shop.erp.put("fn_areceber", bill("1", id_cliente="1"), bill("2", id_cliente="2"))
        shop.broker.refuse = [None, None, RequestTimedOutError()]
        with pytest.raises(UnpublishedError):
            await shop.sweep()

        assert shop.news() == []
        assert shop.seen() == {}


@pytest.mark.parametrize(("status", "error"), [(500, RetryLater), (403, StopWorker)])
async def test_the_error_says_whether_to_try_again(status: int, error: type[PipelineError]) -> None:
    async with opened() as shop:
        shop.erp.fail = lambda _: httpx.Response(status)
        with pytest.raises(error):
            await shop.sweep()


STATES = st.fixed_dictionaries({"id_cliente": st.sampled_from("12"), "status": st.sampled_from("APR")})
STEPS = st.tuples(
    st.dictionaries(st.sampled_from("23456"), STATES),
    st.one_of(st.none(), st.integers(0, 5)),  # the request from which the ERP fails
    st.one_of(st.none(), st.integers(0, 3)),  # the batch that the broker refuses
    st.booleans(),  # whether the poller starts anew
)


@settings(max_examples=40)
@given(st.lists(STEPS, min_size=1, max_size=4))
async def test_after_any_history_a_whole_sweep_leaves_the_topic_as_the_provider_is(
    history: list[tuple[dict[str, dict[str, str]], int | None, int | None, bool]],
) -> None:
    """Rows come, change, move between clients, are paid and vanish; the ERP and the broker fail; the poller restarts."""
    async with opened() as shop:
        for provider, unanswered, refused, restarts in history:
            shop.erp.rows["fn_areceber"] = {code: bill(code, **columns) for code, columns in provider.items()}
            begun, shop.broker.refuse = shop.erp.asked, []
            if unanswered is not None:
                shop.erp.fail = error_since(begun + unanswered)
            if refused is not None:
                shop.broker.refuse = [*([None] * refused), RequestTimedOutError()]
            with suppress(RetryLater, UnpublishedError):
                await shop.sweep()
            if restarts or shop.sweeper.outbox.broken:
                shop.taken_anew()
            shop.erp.fail, shop.broker.refuse = lambda _: None, []
        await shop.sweep()
        newest = {(event.client, event.id): event.row for event in shop.news()}

        shown = {key: row["status"] for key, row in newest.items() if row is not None and row["status"] in "AP"}
        held = {(row["id_cliente"], code): row["status"] for code, row in shop.erp.rows["fn_areceber"].items()}
        assert shown == {key: status for key, status in held.items() if status in "AP"}
        assert (await shop.sweep()).published == 0
