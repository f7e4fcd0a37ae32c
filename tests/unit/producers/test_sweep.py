"""One complete reading of an ERP: what is published, what absence means, and rows that cannot be read."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import httpx
import orjson

from schemas.codec import decode
from schemas.runtime.kafka import Message
from schemas.runtime.transactions import Place
from schemas.sweeps import Sweep
from schemas.topics import DEAD, SWEEPS
from tests.strategies import erp_row
from tests.unit.producers.shop import HERE, bill, opened

# --- what is published


async def test_a_first_sweep_publishes_everything_and_a_second_one_nothing() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, 6)))
        done = await shop.sweep()
        assert (done.pages, done.rows, done.published, done.absent) == (4, 5, 5, 0)
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


async def test_a_row_says_that_it_came_in_since_a_complete_sweep() -> None:
    """Not the rows of the first, of which nobody knows for how long they were so; nor one that only changed."""
    async with opened() as shop:
        shop.erp.put("fn_areceber", bill("1"))
        await shop.sweep()
        assert [event.entered for event in shop.news()] == [False]
        shop.erp.put("fn_areceber", bill("1", valor_aberto="5.00"), bill("2"))
        await shop.sweep()

        assert {event.id: event.entered for event in shop.news()} == {"1": False, "2": True}


async def test_a_contract_that_several_queries_find_is_published_once() -> None:
    async with opened() as shop:
        both = {"status_internet": "CA", "status_velocidade": "R", "desbloqueio_confianca_ativo": "S"}
        shop.erp.put("cliente_contrato", erp_row("cliente_contrato", id="7", **both))
        done = await shop.sweep("contract")

        assert (done.rows, done.published) == (1, 1)


async def test_it_is_published_once_also_where_the_broker_takes_its_time() -> None:
    """The page of the next query is there before the first one's is committed."""
    async with opened() as shop:
        at_once = shop.broker.write

        async def write(parts: Mapping[Place, Iterable[Message]]) -> None:
            for _ in range(1_000):
                await asyncio.sleep(0)  # a turn of everybody else
            await at_once(parts)

        shop.broker.write = write  # type: ignore[method-assign]  # a broker that is slow, and the same in all else
        both = {"status_internet": "CA", "status_velocidade": "R", "desbloqueio_confianca_ativo": "S"}
        shop.erp.put("cliente_contrato", erp_row("cliente_contrato", id="7", **both))
        done = await shop.sweep("contract")

        assert (done.rows, done.published, len(shop.news("contract"))) == (1, 1, 1)


async def test_reference_tables_with_the_same_ids_do_not_disturb_each_other() -> None:
    async with opened() as shop:
        shop.erp.put("uf", {"id": "1", "nome": "Alagoas", "sigla": "AL"})
        shop.erp.put("tipo_cliente", {"id": "1", "tipo_cliente": "Residencial"})
        await shop.sweep("reference")
        assert {event.client for event in shop.news("reference")} == {"uf", "tipo_cliente"}

        assert (await shop.sweep("reference")).published == 0


async def test_another_area_code_publishes_what_has_telephones_again() -> None:
    """Though the ERP has changed nothing: mapping would make other numbers of it."""
    async with opened() as shop:
        shop.erp.put("cliente", *(erp_row("cliente", id=str(code)) for code in range(1, 4)))
        shop.erp.put("fn_areceber", bill("1"))
        for kind in ("client", "bill"):
            await shop.sweep(kind)
        shop.news("client")
        shop.sweeper.instance = shop.sweeper.instance.model_copy(update={"ddd": "71"})

        assert [(await shop.sweep(kind)).published for kind in ("client", "bill")] == [3, 0]
        assert (await shop.sweep("client")).published == 0


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

        assert (done.absent, done.published, shop.erp.asked - before) == (250, 250, 2 + 3)


async def test_a_list_of_ids_that_the_erp_does_not_understand_is_asked_for_one_by_one() -> None:
    """Some versions know IN only with another form (`schemas/erp/IXC.md`, "Lists"): nothing may be called gone by that."""
    async with opened() as shop:
        shop.erp.put("fn_areceber", bill("1"), bill("2"))
        await shop.sweep()
        shop.news()
        shop.erp.put("fn_areceber", bill("1", status="R"), bill("2", status="C"))
        list_of_ids = shop.erp.asked + 1
        shop.erp.fail = lambda number: (
            httpx.Response(200, json={"page": "1", "total": "0"}) if number == list_of_ids else None
        )
        await shop.sweep()

        assert {event.id: event.row and event.row["status"] for event in shop.news()} == {"1": "R", "2": "C"}


# --- rows that cannot be keyed


async def test_an_unreadable_row_is_buried_once_and_stays_what_it_was() -> None:
    """It is there, and says that it is open: neither gone nor published; the letter shows whitelisted columns only."""
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


async def test_a_row_that_left_and_cannot_be_read_again_is_lost_and_neither_gone_nor_open() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", bill("1"))
        await shop.sweep()
        shop.news()
        shop.erp.put("fn_areceber", bill("1", status="R", id_cliente=":"))
        await shop.sweep()

        (told,) = shop.news()
        assert (told.id, told.row, told.lost, set(shop.seen())) == ("1", None, True, {"1"})
        assert (await shop.sweep()).published == 0
        shop.erp.put("fn_areceber", bill("1", status="R"))
        assert (await shop.sweep()).published == 1
        assert [(event.row or {})["status"] for event in shop.news()] == ["R"]


async def test_an_unreadable_row_that_is_mended_is_published() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", bill("1", id_cliente=""))
        await shop.sweep()
        shop.erp.put("fn_areceber", bill("1"))
        await shop.sweep()

        assert [event.id for event in shop.news()] == ["1"]


# --- what changed lately


async def test_what_changed_lately_is_published_between_sweeps_and_nothing_is_concluded_from_the_rest() -> None:
    async with opened() as shop:
        old, new = "2026-01-10 08:15:30", "2999-01-01 00:00:00"
        shop.erp.put("fn_areceber", *(bill(str(code), ultima_atualizacao=old) for code in range(1, 6)))
        await shop.sweep()
        shop.news()
        del shop.erp.rows["fn_areceber"]["1"]
        shop.erp.put(
            "fn_areceber",
            bill("2", status="R", ultima_atualizacao=new),
            bill("3", valor_aberto="5.00", ultima_atualizacao=old),
            bill("6", ultima_atualizacao=new),
            bill("7", status="R", ultima_atualizacao=new),  # never swept: none of ours
        )

        assert await shop.sweeper.recent("bill", "2") == 0  # the year 2999 looks as if the date filter were not understood
        shop.erp.put(
            "fn_areceber", *(bill(c, ultima_atualizacao=now(), status=s) for c, s in [("2", "R"), ("6", "A"), ("7", "R")])
        )
        shop.sweeper.source._form = None  # type: ignore[attr-defined]  # asked once in a process's life
        assert await shop.sweeper.recent("bill", "3") == 2

        assert {event.id: event.row and event.row["status"] for event in shop.news()} == {"2": "R", "6": "A"}
        assert set(shop.seen()) == {"1", "3", "4", "5", "6"}
        assert shop.phases() == ["started", "completed"]


def now() -> str:
    return f"{datetime.now(HERE.clock):%Y-%m-%d %H:%M:%S}"


# --- how far it is


async def test_a_long_sweep_tells_how_far_it_is() -> None:
    async with opened() as shop:
        shop.tick = timedelta(seconds=5)
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, 8)))
        await shop.sweep()
        told = [decode(Sweep, one.value) for one in shop.broker.of(SWEEPS.name)]

        assert [(one.phase, one.rows) for one in told] == [
            ("started", 0),
            *(("reading", rows) for rows in (2, 4, 6, 7, 7)),
            ("completed", 7),
        ]
