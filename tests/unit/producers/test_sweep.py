"""One complete reading or an error: the sweeper over an ERP and a broker in memory."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import httpx
import orjson
import pytest
from aiokafka.errors import RequestTimedOutError
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.changes import Seen
from producers.outbox import Books, Notes, Outbox, books_of, note
from producers.sweep import Sweeper
from schemas.codec import decode
from schemas.erp.declaration import Row
from schemas.erp.ixc import IXC
from schemas.errors import PipelineError, RetryLater, StopWorker
from schemas.rows import ErpRow, Kind
from schemas.sweeps import Sweep
from schemas.topics import DEAD, ROW_TOPICS, SWEEPS
from tests.strategies import SEEN, erp_row, instance
from tests.unit.producers.memory_broker import MemoryBroker
from tests.unit.producers.memory_erp import MemoryErp

HERE = instance()
PAGED = instance(erp={**HERE.erp.model_dump(), "page_size": 2})


class Shop:
    """An ERP, a broker, and a sweeper between them whose memory outlives a failed sweep."""

    def __init__(self, erp: MemoryErp, broker: MemoryBroker, sweeper: Sweeper) -> None:
        self.erp = erp
        self.broker = broker
        self.sweeper = sweeper
        self.read = 0

    async def sweep(self, kind: Kind = "bill") -> Sweep:
        return await self.sweeper.run(kind, "1")

    def news(self, kind: Kind = "bill") -> list[ErpRow]:
        """Rows published since the last look."""
        events = [decode(ErpRow, one.value) for one in self.broker.of(ROW_TOPICS[kind].name)]
        fresh, self.read = events[self.read :], len(events)
        return fresh

    def phases(self) -> list[str]:
        return [decode(Sweep, one.value).phase for one in self.broker.of(SWEEPS.name)]

    def read_back(self) -> Books:
        """What a poller that starts now would remember."""
        notes: Notes = defaultdict(dict)
        for one in self.broker.of(ROW_TOPICS["bill"].name):
            note(notes, one.key, one.value, {name: value or b"" for name, value in one.headers})
        return defaultdict(dict, books_of(notes))

    def seen(self) -> Seen:
        return self.sweeper.books[HERE.name, "bill"]


@asynccontextmanager
async def opened() -> AsyncIterator[Shop]:
    erp, broker = MemoryErp(), MemoryBroker()
    now = [SEEN]

    def clock() -> datetime:
        now[0] += timedelta(seconds=1)
        return now[0]

    books: Books = {(HERE.name, name): {} for name in ("bill", "client", "contract")}
    books |= {(HERE.name, f"reference:{table.name}"): {} for table in IXC.of_kind("reference")}
    client = erp.client(PAGED)
    yield Shop(erp, broker, Sweeper(PAGED, IXC, client, Outbox(broker), books, lambda document: document[:3], clock))
    await client.close()


def bill(code: str, **columns: str) -> Row:
    return erp_row("fn_areceber", id=code, **columns)


def error_at(*requests: int, status: int = 500) -> Callable[[int], httpx.Response | None]:
    return lambda number: httpx.Response(status) if number in requests else None


# --- what is published


async def test_a_first_sweep_publishes_everything_and_a_second_one_nothing() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, 6)))
        done = await shop.sweep()
        assert (done.pages, done.rows, done.published, done.absent) == (3, 5, 5, 0)
        assert [event.id for event in shop.news()] == ["1", "2", "3", "4", "5"]

        again = await shop.sweep()
        assert (again.rows, again.published, shop.news()) == (5, 0, [])
        assert shop.phases() == ["started", "completed", "started", "completed"]
        assert shop.erp.writes == 0


async def test_a_changed_row_is_published_once() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", bill("1"), bill("2"), bill("3"))
        await shop.sweep()
        shop.news()
        shop.erp.put("fn_areceber", bill("2", valor_aberto="5.00"))

        assert (await shop.sweep()).published == 1
        assert [(event.id, event.row and event.row["valor_aberto"]) for event in shop.news()] == [("2", "5.00")]


async def test_a_contract_that_several_queries_find_is_published_once() -> None:
    async with opened() as shop:
        both = {"status_internet": "CA", "status_velocidade": "R", "desbloqueio_confianca_ativo": "S"}
        shop.erp.put("cliente_contrato", erp_row("cliente_contrato", id="7", **both))
        done = await shop.sweep("contract")

        assert (done.rows, done.published) == (1, 1)


async def test_reference_tables_with_the_same_ids_do_not_disturb_each_other() -> None:
    async with opened() as shop:
        shop.erp.put("uf", {"id": "1", "nome": "Alagoas", "sigla": "AL"})
        shop.erp.put("tipo_cliente", {"id": "1", "tipo_cliente": "Residencial"})
        await shop.sweep("reference")
        assert {event.client for event in shop.news("reference")} == {"uf", "tipo_cliente"}

        assert (await shop.sweep("reference")).published == 0


# --- absence


async def test_a_row_that_left_the_query_but_is_found_by_its_id_is_told_as_it_is() -> None:
    """Paid is not gone: the payment itself travels."""
    async with opened() as shop:
        shop.erp.put("fn_areceber", bill("1"), bill("2"))
        await shop.sweep()
        shop.news()
        shop.erp.put("fn_areceber", bill("1", status="R", valor_aberto="0.00"))
        done = await shop.sweep()

        (told,) = shop.news()
        assert (done.absent, told.id, told.row and told.row["status"]) == (1, "1", "R")
        assert (await shop.sweep()).absent == 0


async def test_a_row_that_pages_miss_but_its_id_finds_is_not_gone() -> None:
    """An ERP whose list leaves a row out (a filter that it misreads) tells nothing about the row."""
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, 4)))
        await shop.sweep()
        shop.news()
        hidden = {"page": "1", "total": "2", "registros": [bill("1"), bill("3")]}
        first = shop.erp.asked
        shop.erp.fail = lambda number: httpx.Response(200, json=hidden) if number == first else None
        done = await shop.sweep()

        assert (done.absent, done.published, shop.news()) == (1, 0, [])
        assert set(shop.seen()) == {"1", "2", "3"}


async def test_a_row_that_is_not_found_by_its_id_either_is_gone() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", bill("1"), bill("2"))
        await shop.sweep()
        shop.news()
        del shop.erp.rows["fn_areceber"]["2"]
        await shop.sweep()

        (told,) = shop.news()
        assert (told.id, told.row, set(shop.seen())) == ("2", None, {"1"})


async def test_many_absent_rows_are_read_again_in_a_few_requests() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, 251)))
        await shop.sweep()
        shop.erp.put("fn_areceber", *(bill(str(code), status="R") for code in range(1, 251)))
        before = shop.erp.asked
        done = await shop.sweep()

        assert (done.absent, done.published, shop.erp.asked - before) == (250, 250, 1 + 3)


async def test_a_list_of_ids_that_the_erp_does_not_understand_is_asked_for_one_by_one() -> None:
    """Some versions know IN only with another form (`reference/erp.md`, 1.2): nothing may be called gone by that."""
    async with opened() as shop:
        shop.erp.put("fn_areceber", bill("1"), bill("2"))
        await shop.sweep()
        shop.news()
        shop.erp.put("fn_areceber", bill("1", status="R"), bill("2", status="C"))
        list_of_ids = shop.erp.asked + 1
        shop.erp.fail = lambda number: httpx.Response(200, json={"page": "1", "total": "0"}) if number == list_of_ids else None
        await shop.sweep()

        assert {event.id: event.row and event.row["status"] for event in shop.news()} == {"1": "R", "2": "C"}


# --- failure


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
        shop.erp.fail = lambda number: httpx.Response(status, text="<div>") if number >= begun + request else None
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
    """Nothing is remembered before the broker's acknowledgement (`design.md`, decision 3)."""
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, 5)))
        shop.broker.refuse = [*([None] * refused), RequestTimedOutError()]
        with pytest.raises(RetryLater):
            await shop.sweep()
        await shop.sweep()

        assert {event.id for event in shop.news()} == {"1", "2", "3", "4"}
        assert set(shop.seen()) == {"1", "2", "3", "4"}


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
                shop.erp.fail = lambda number, since=begun + unanswered: httpx.Response(500) if number >= since else None
            if refused is not None:
                shop.broker.refuse = [*([None] * refused), RequestTimedOutError()]
            with suppress(RetryLater):
                await shop.sweep()
            if restarts:
                shop.sweeper.books = shop.read_back()
            shop.erp.fail, shop.broker.refuse = lambda _: None, []
        await shop.sweep()
        newest = {(event.client, event.id): event.row for event in shop.news()}

        shown = {key: row["status"] for key, row in newest.items() if row is not None and row["status"] in "AP"}
        held = {(row["id_cliente"], code): row["status"] for code, row in shop.erp.rows["fn_areceber"].items()}
        assert shown == {key: status for key, status in held.items() if status in "AP"}
        assert (await shop.sweep()).published == 0


# --- rows that cannot be keyed


async def test_an_unreadable_row_is_buried_once_and_stays_what_it_was() -> None:
    """It is there, so it is neither gone nor published; the letter shows whitelisted columns only."""
    async with opened() as shop:
        shop.erp.put("fn_areceber", bill("1"), bill("2"))
        await shop.sweep()
        shop.news()
        shop.erp.put("fn_areceber", bill("2", id_cliente="", obs="SEGREDO"))
        for _ in range(3):
            done = await shop.sweep()

        (letter,) = shop.broker.of(DEAD.name)
        kept: Mapping[str, str] = orjson.loads(letter.value or b"")
        headers = {name: (value or b"").decode() for name, value in letter.headers}
        assert (kept["id"], "obs" in kept, letter.key) == ("2", False, None)
        assert headers == {
            "stage": "erp-poller",
            "place": "ixc/fn_areceber[norte]@2",
            "field": "id_cliente",
            "reason": "fn_areceber.id_cliente cannot be part of a key",
        }
        assert (done.rows, done.absent, shop.news(), set(shop.seen())) == (2, 0, [], {"1", "2"})


async def test_a_row_that_became_unreadable_outside_the_query_is_not_gone() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", bill("1"))
        await shop.sweep()
        shop.news()
        shop.erp.put("fn_areceber", bill("1", status="R", id_cliente=":"))
        await shop.sweep()

        assert (shop.news(), set(shop.seen())) == ([], {"1"})


async def test_an_unreadable_row_that_is_mended_is_published() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", bill("1", id_cliente=""))
        await shop.sweep()
        shop.erp.put("fn_areceber", bill("1"))
        await shop.sweep()

        assert [event.id for event in shop.news()] == ["1"]
