"""Columns that some rows leave blank: healthy where another row fills them, and until then nothing is published."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.columns import MANY, Columns
from producers.erp.fills import once_filled
from producers.erp.source import Told
from schemas.erp.declaration import Row
from schemas.erp.ixc import BILLS, IXC
from schemas.errors import StopWorker
from schemas.topics import DEAD
from tests.strategies import SEEN, erp_row
from tests.unit.producers import rbx_shop
from tests.unit.producers.shop import HERE, Shop, bill, opened

WAITS = "aguardando_confirmacao_pagamento"


def contract(code: int, **columns: str) -> Row:
    return erp_row("cliente_contrato", id=str(code), **columns)


def now() -> str:
    return f"{datetime.now(HERE.clock):%Y-%m-%d %H:%M:%S}"


async def test_a_column_that_only_the_newer_bills_fill_is_filled() -> None:
    """One that was added later: the first pages are all blank."""
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code), **{WAITS: "" if code <= 2 * MANY else "N"}) for code in range(1, 31)))
        done = await shop.sweep()

        assert (done.phase, done.rows, done.published, done.refused) == ("completed", 30, 30, 0)
        assert sorted(int(event.id) for event in shop.news()) == [*range(1, 31)]
        assert (await shop.sweep()).published == 0


async def test_a_flag_that_is_null_until_it_is_used_is_filled_by_the_last_query() -> None:
    async with opened() as shop:
        shop.erp.put(
            "cliente_contrato",
            *(contract(code, status_internet="CA", contrato_suspenso="") for code in range(1, MANY + 3)),
            contract(50, status_internet="A", contrato_suspenso="S"),
        )
        done = await shop.sweep("contract")

        assert (done.phase, done.rows, done.published) == ("completed", MANY + 3, MANY + 3)


async def test_of_an_rbx_too_the_first_documents_may_lack_a_day() -> None:
    async with rbx_shop.opened() as shop:
        days = {code: {"Vencimento": ""} if code <= 2 * MANY else {} for code in range(1, 31)}
        shop.erp.rows[rbx_shop.OPEN] = [rbx_shop.document(code, **days[code]) for code in days]
        done = await shop.sweep()

        assert (done.phase, done.rows, done.published, done.refused) == ("completed", 30, 30, 0)


@pytest.mark.parametrize("column", [WAITS, "data_vencimento"])
async def test_where_no_row_at_all_fills_it_nothing_new_is_published_either(column: str) -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code), **{column: ""}) for code in range(1, 31)))
        with pytest.raises(StopWorker, match=f"no row of fn_areceber fills the column {column}"):
            await shop.sweep()

        assert (shop.news(), shop.seen()) == ([], {})


async def test_a_few_rows_that_are_all_blank_are_rows() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code), **{WAITS: ""}) for code in range(1, MANY)))

        assert (await shop.sweep()).published == MANY - 1


# --- the look at what changed lately


async def with_contracts(shop: Shop, suspended: str) -> None:
    """One that is suspended and one that is blocked, which shows of the flag what `suspended` is."""
    shop.erp.put("cliente_contrato", contract(1, contrato_suspenso="S"))
    shop.erp.put("cliente_contrato", contract(2, status_internet="CA", contrato_suspenso=suspended))
    await shop.sweep("contract")
    shop.news("contract")


@pytest.mark.parametrize("status", ["A", "I"])
async def test_an_ordinary_contract_that_was_never_known_needs_no_letter_whatever_it_leaves_unsaid(status: str) -> None:
    async with opened() as shop:
        await with_contracts(shop, "")
        plain = {"status": status, "status_internet": "A", "contrato_suspenso": "", "ultima_atualizacao": now()}
        shop.erp.put("cliente_contrato", *(contract(code, **plain) for code in range(10, 60)))

        assert await shop.sweeper.recent("contract", "2") == 0
        assert not [*shop.broker.of(DEAD.name)]
        shop.erp.put("cliente_contrato", contract(2, **plain | {"status": "A"}))
        await shop.sweeper.recent("contract", "3")
        assert len([*shop.broker.of(DEAD.name)]) == 1, "one that is known says neither"


@pytest.mark.parametrize(("suspended", "published"), [("", 12), ("N", 0)])
async def test_a_blank_that_no_sweep_has_seen_is_left_to_the_sweep(suspended: str, published: int) -> None:
    """A hold that is no longer told is not lifted between sweeps; where blanks are usual the look goes on, also by many."""
    async with opened() as shop:
        await with_contracts(shop, suspended)
        blocked = {"status_internet": "CA", "contrato_suspenso": "", "ultima_atualizacao": now()}
        shop.erp.put("cliente_contrato", *(contract(code, **blocked) for code in range(10, 22)))

        assert await shop.sweeper.recent("contract", "2") == published
        assert (await shop.sweep("contract")).published == 12 - published


async def test_before_any_sweep_a_blank_is_left_to_it_and_no_row_beside_it() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", bill("1", **{WAITS: "", "ultima_atualizacao": now()}))
        shop.erp.put("fn_areceber", bill("2", ultima_atualizacao=now()))

        assert await shop.sweeper.recent("bill", "1") == 1
        assert [event.id for event in shop.news()] == ["2"]


@pytest.mark.parametrize("written", ["N", "NAO", "Não", "0", "false"])
async def test_a_contract_that_left_says_so_however_its_flag_spells_no(written: str) -> None:
    async with opened() as shop:
        await with_contracts(shop, "N")
        shop.erp.put("cliente_contrato", contract(2, status_internet="A", contrato_suspenso=written))
        done = await shop.sweep("contract")

        assert (done.closed, done.lost, [*shop.broker.of(DEAD.name)]) == (1, 0, [])


# --- the rule


@given(st.lists(st.lists(st.booleans(), max_size=6), max_size=8))
def test_pages_come_whole_and_in_their_order_or_not_at_all(pages: list[list[bool]]) -> None:
    """`pages`: whether each row fills the column."""
    told = [Told(SEEN + timedelta(number), _rows(number, page)) for number, page in enumerate(pages, 1)]
    columns = Columns(IXC, BILLS)

    async def coming() -> AsyncGenerator[Told, None]:
        for one in told:
            yield one

    async def read() -> None:
        async for one in once_filled(coming(), BILLS, columns.fills, columns.check_list, columns.check_any):
            found.append(one)  # noqa: PERF401 - what came before an error counts

    found: list[Told] = []
    if sum(map(len, pages)) >= MANY and not any(map(any, pages)):
        with pytest.raises(StopWorker, match=WAITS):
            asyncio.run(read())
        assert not any(one.rows for one in found)
        return
    asyncio.run(read())
    shown = [(one.asked_at, row["id"], row[WAITS]) for one in found for row in one.rows]
    assert shown == [(one.asked_at, row["id"], row[WAITS]) for one in told for row in one.rows]


def _rows(page: int, are_filled: list[bool]) -> list[Row]:
    return [bill(f"{page}{row}", **{WAITS: "N" if is_filled else ""}) for row, is_filled in enumerate(are_filled)]
