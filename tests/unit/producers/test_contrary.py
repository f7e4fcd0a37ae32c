"""A column that is there and says nothing, or a code that nobody knows: no bill is closed by it, and no sweep ends green."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.columns import MANY, Columns
from producers.erp.fills import Fills
from producers.erp.source import Told
from schemas.erp import ERPS
from schemas.erp.declaration import Table
from schemas.erp.values import FLAGS, flag
from schemas.errors import StopWorker
from schemas.rows import Kind
from schemas.topics import DEAD
from tests.strategies import SEEN, erp_row
from tests.unit.producers import rbx_shop
from tests.unit.producers.rbx_shop import OPEN, document
from tests.unit.producers.shop import Shop, bill, opened

ALL = 60
"""More than the brake lets go without asking."""
KINDS: dict[str, Kind] = {"fn_areceber": "bill", "cliente_contrato": "contract", "cliente": "client"}


async def with_open_bills(shop: Shop) -> None:
    shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, ALL + 1)))
    await shop.sweep()
    shop.news()


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("column", "shown"), [("liberado", None), ("liberado", "X"), ("status", None), ("status", ""), ("status", "Z")]
)
async def test_bills_that_are_all_shown_otherwise_than_asked_for_end_the_sweep(
    column: str, shown: str | None, *, known: bool
) -> None:
    """As a first sync it would show no debt at all, as a later one it would close them all."""
    async with opened() as shop:
        if known:
            await with_open_bills(shop)
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, ALL + 1)))
        shop.erp.shown = {column: shown}
        with pytest.raises(StopWorker, match=rf"fn_areceber.*{column}.*IXC Soft.*Nothing was concluded"):
            await shop.sweep()

        assert (shop.news(), len(shop.seen())) == ([], ALL if known else 0)


@pytest.mark.parametrize(
    ("column", "shown"), [("liberado", "s"), ("liberado", "S "), ("status", "a"), ("status", "A "), ("status", " a\t")]
)
async def test_a_code_in_another_spelling_is_that_code(column: str, shown: str) -> None:
    """Databases compare so: such rows are answered to a question about the code."""
    async with opened() as shop:
        await with_open_bills(shop)
        shop.erp.shown = {column: shown}
        done = await shop.sweep()

        assert (done.phase, done.rows, done.closed, done.refused, len(shop.seen())) == ("completed", ALL, 0, 0, ALL)


async def test_one_row_that_contradicts_its_question_has_its_letter_and_is_asked_for_by_its_id() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, 11)))
        await shop.sweep()
        shop.news()
        shop.erp.spoil = lambda _, body: body.replace(b'"id":"7","liberado":"S"', b'"id":"7","liberado":null')
        done = await shop.sweep()

        assert (done.phase, done.rows, done.kept, done.refused, done.closed, done.lost) == ("completed", 10, 9, 1, 0, 1)
        (letter,) = shop.broker.of(DEAD.name)
        assert orjson.loads(letter.value or b"")["liberado"] is None, "the bytes that came"
        assert any(b"fn_areceber.liberado" in (value or b"") for _, value in letter.headers)
        assert ([(event.id, event.lost) for event in shop.news()], len(shop.seen())) == ([("7", True)], 10)


async def test_one_that_its_id_shows_as_it_was_stays_what_it_was() -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, 11)))
        await shop.sweep()
        shop.news()
        wrong, right = b'"id":"7","liberado":null', b'"id":"7","liberado":"S"'
        shop.erp.spoil = lambda _, body: body.replace(right, wrong) if b'"id":"8"' in body else body
        done = await shop.sweep()

        assert (done.phase, done.rows, done.absent, done.kept, done.refused) == ("completed", 10, 1, 10, 1)
        assert (shop.news(), len(shop.seen())) == ([], 10)


@pytest.mark.parametrize(("column", "shown"), [("status", None), ("status", "Z"), ("liberado", None)])
async def test_a_bill_that_left_and_says_nothing_is_unknown_and_never_closed(column: str, shown: str | None) -> None:
    async with opened() as shop:
        shop.erp.put("fn_areceber", *(bill(str(code)) for code in range(1, 8)))
        await shop.sweep()
        shop.news()
        left = {"status": "R"} if column == "liberado" else {}
        shop.erp.put("fn_areceber", *({**bill(str(code), **left), column: shown} for code in range(1, 4)))  # type: ignore[dict-item]  # JSON's null
        done = await shop.sweep()

        if left:
            assert (done.closed, done.lost) == (3, 0), "paid is paid, whatever hides it"
            return
        assert (done.phase, done.closed, done.lost, done.missing) == ("completed", 0, 3, 3)
        assert {event.lost for event in shop.news()} == {True}


async def test_many_bills_that_left_and_say_nothing_wait() -> None:
    async with opened() as shop:
        await with_open_bills(shop)
        shop.erp.put("fn_areceber", *({**bill(str(code)), "status": None} for code in range(1, ALL + 1)))  # type: ignore[dict-item]  # JSON's null
        done = await shop.sweep()

        assert (done.phase, done.missing, done.closed, shop.news(), len(shop.seen())) == ("held", ALL, 0, [], ALL)


@pytest.mark.parametrize(("many", "phase", "closed"), [(ALL, "held", 0), (5, "completed", 5)])
async def test_bills_that_are_hidden_unpaid_wait_where_they_are_many(many: int, phase: str, closed: int) -> None:
    async with opened() as shop:
        await with_open_bills(shop)
        shop.erp.put("fn_areceber", *(bill(str(code), liberado="n") for code in range(1, many + 1)))
        done = await shop.sweep()

        assert (done.phase, done.absent, done.missing, done.closed) == (phase, many, many, closed)
        assert [(event.row or {})["liberado"] for event in shop.news()] == ["n"] * closed
        assert len(shop.seen()) == ALL - closed


async def test_a_hidden_bill_that_moved_leaves_its_old_client() -> None:
    async with opened() as shop:
        await with_open_bills(shop)
        shop.erp.put("fn_areceber", bill("1", liberado="N", id_cliente="77"))
        await shop.sweep()

        shop.read = 0  # its partitions come one after the other
        told = {(event.client, event.row is None) for event in shop.news() if event.id == "1"}
        assert told == {("1042", False), ("1042", True), ("77", False)}


# --- RBX is asked by codes alone: its rows are chosen here


@pytest.mark.parametrize("shown", [None, "X", ""])
async def test_an_rbx_whose_documents_are_nobodys_is_not_believed(shown: str | None) -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows[OPEN] = [document(code) for code in range(1, 41)]
        await shop.sweep()
        shop.news()
        shop.erp.rows[OPEN] = [document(code, Tipo=shown) for code in range(1, 41)]
        with pytest.raises(StopWorker, match=rf"{OPEN}.*Tipo"):
            await shop.sweep()

        assert (shop.news(), len(shop.books[rbx_shop.HERE.name, "bill"])) == ([], 40)
        await shop.restarted()
        shop.books.clear()
        with pytest.raises(StopWorker, match=rf"{OPEN}.*Tipo"):
            await shop.sweep()


async def test_an_rbx_that_writes_its_code_otherwise_is_read_and_bills_of_suppliers_are_no_debts() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows[OPEN] = [document(code, Tipo="c " if code % 2 else "f") for code in range(1, 41)]
        done = await shop.sweep()

        assert (done.phase, done.rows, done.published, done.refused) == ("completed", 20, 20, 0)


async def test_one_document_of_a_kind_that_nobody_knows_is_refused_also_as_the_first() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows[OPEN] = [document(code, Tipo="C" if code > 1 else "Z") for code in (1, 50, 51)]
        done = await shop.sweep()

        assert (done.phase, done.rows, done.published, done.refused) == ("completed", 3, 2, 1)


async def test_where_the_only_row_is_not_what_was_asked_for_nothing_is_concluded() -> None:
    async with rbx_shop.opened() as shop:
        shop.erp.rows[OPEN] = [document(1, Tipo="Z")]
        with pytest.raises(StopWorker, match=rf"{OPEN}.*Tipo"):
            await shop.sweep()


# --- columns that are blank everywhere

FILLED = [(table, column) for erp in ERPS.values() for table in erp.tables for column in sorted(table.filled)]


@pytest.mark.parametrize(("table", "column"), FILLED, ids=lambda value: getattr(value, "name", value))
def test_a_column_that_none_of_all_rows_fills_is_as_missing(table: Table, column: str) -> None:
    filled = {name: "99.90" if name in table.amounts else "2026-01-05" for name in table.filled}
    fills = Fills(table)
    fills.learn([filled | {column: None}] * (MANY - 1))
    assert not fills.missing, "so few may be chance"
    fills.learn([filled | {column: " "}])
    assert fills.missing == {column}
    fills.learn([filled])
    assert not fills.missing, "it is said of all rows"
    assert fills.doubts(filled | dict.fromkeys(table.filled - {column}, "")) is bool(table.filled - {column})
    is_various = column in {*table.days, *table.amounts}
    assert fills.doubts(filled | {column: ""}) is is_various, "of days and amounts it is not looked whether some are blank"
    assert column in table.required or column in table.optional


DEBTS = ("aguardando_confirmacao_pagamento", "data_vencimento", "valor_aberto")
NULL_EVERYWHERE = [
    *(("fn_areceber", column) for column in DEBTS),
    *(("cliente_contrato", column) for column in ("contrato_suspenso", "desbloqueio_confianca_ativo")),
    ("cliente", "participa_cobranca"),
]


@pytest.mark.parametrize(("table", "column"), NULL_EVERYWHERE)
async def test_a_flag_or_day_that_is_null_everywhere_republishes_nothing(table: str, column: str) -> None:
    kind = KINDS[table]
    async with opened() as shop:
        shop.erp.put(table, *(erp_row(table, id=str(code)) for code in range(1, ALL + 1)))
        if kind == "contract":
            shop.erp.put(table, *(erp_row(table, id=str(code), contrato_suspenso="S") for code in range(1, ALL + 1)))
        await shop.sweep(kind)
        shop.news(kind)
        shop.erp.shown = {column: None}
        with pytest.raises(StopWorker, match=rf"{table}.*{column}"):
            await shop.sweep(kind)

        assert shop.news(kind) == []


# --- the rule

NOTHINGS = ["", " ", "0", "00", "-", "NULL", "null", "None", "NaN", "0000-00-00", "não informado", "0.00", "Z", "?"]
CODES = ["A", "P", "R", "C", "N", "S", "CA", "D", "I", "B", "F", "", "2026-01-05", "PAGO", "VENCIDO", "7"]
MEETS = {"!=": "Z", ">": "7", "none": ""}
ASKED = [(table, query) for erp in ERPS.values() for table in erp.tables for query in table.queries]


@given(st.data())
def test_no_cell_that_says_nothing_takes_a_row_out(data: st.DataObject) -> None:
    """Whatever else the row says; what the poller itself adds, and a row's own id, are no codes of the ERP's."""
    table, query = data.draw(st.sampled_from(ASKED))
    row = {where.column: data.draw(st.sampled_from(CODES)) for others in table.queries for where in others}
    row |= {where.column: where.value if where.operator == "=" else MEETS[where.operator] for where in query}
    column = data.draw(st.sampled_from(sorted(row.keys() - {table.key, *(mark.column for mark in table.marks)} or {"-"})))
    odd = {**row, column: data.draw(st.sampled_from(NOTHINGS))}

    assert table.member(row)
    is_flag = any(where.column == column and where.value in FLAGS for others in table.queries for where in others)
    if odd[column] not in table.known_codes.get(column, ()) and not (is_flag and flag(odd[column]) is False):
        assert table.member(odd) or table.unsaid(odd)


def test_a_page_of_others_among_many_is_another_answer() -> None:
    """Rows that were asked for by a condition and deny it, as of a server that does not look at it."""
    erp = ERPS["ixc"]
    (table,) = erp.of_kind("bill")
    columns = Columns(erp, table)
    asked = table.queries[0]
    columns.check_list(Told(SEEN, [bill("1")], asked=asked))
    columns.check_list(Told(SEEN, [bill("2", status="R")], asked=asked))
    with pytest.raises(StopWorker, match="fn_areceber"):
        columns.check_list(Told(SEEN, [bill(str(code), status="R") for code in range(3, 3 + MANY)], asked=asked))
