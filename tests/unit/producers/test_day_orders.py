"""Day and month before a year: as Brazilians write them, unless the instance's other days show otherwise; never guessed."""

from contextlib import aclosing
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.changes import examine
from producers.erp.day_orders import ENOUGH, DayOrders, Days
from producers.erp.settling import SettlingSource
from schemas.erp import ERPS
from schemas.erp.conditions import ORDER
from schemas.erp.days import order_of
from schemas.erp.declaration import DATE_FORM, Row, Table
from schemas.errors import RejectRecord, RetryLater
from tests.unit.producers.test_settling import BILLS, ROW, Pages, swept


def bills(table: Table, *days: str) -> list[Row]:
    return [{table.key: str(n), table.days[0]: day, DATE_FORM: "ymd"} for n, day in enumerate(days)]


def due(table: Table, row: Row) -> date:
    found = table.words["due_on"].value(ROW, row)
    assert isinstance(found, date)
    return found


@pytest.mark.parametrize("name", list(ERPS))
async def test_a_month_first_is_learnt_from_a_day_above_twelve(name: str) -> None:
    """It may come later than the day that has two readings."""
    table = BILLS[name]
    pages = Pages(bills(table, "11/05/2026", "2026-11-05"), bills(table, *["11/25/2026"] * ENOUGH))
    source = SettlingSource(pages)
    found = await swept(source, table)

    assert [[due(table, row) for row in told.rows] for told in found] == [
        [date(2026, 11, 5)],
        [],
        [date(2026, 11, 5), *[date(2026, 11, 25)] * ENOUGH],
    ]
    assert [ORDER in row for told in found for row in told.rows] == [False, *[True] * (1 + ENOUGH)]
    assert source.notes("bill")[1:] == (f"{table.name}: days before their year are written the month first",)


@pytest.mark.parametrize("odd", [1, ENOUGH - 1])
async def test_one_typing_error_turns_no_other_day_round(odd: int) -> None:
    """Also where no day above 12 speaks against it: bills due on the 5th and the 10th."""
    table = BILLS["altarede-webhooks"]
    found = await swept(SettlingSource(Pages(bills(table, "05/11/2026", *["11/25/2026"] * odd, "10/11/2026"))), table)
    first, *wrong, last = [row for told in found for row in told.rows]

    assert [due(table, row) for row in (first, last)] == [date(2026, 11, 5), date(2026, 11, 10)]
    for row in wrong:
        with pytest.raises(RejectRecord, match="not a date"):
            due(table, row)


async def test_who_turns_out_to_write_both_ways_is_read_once_more() -> None:
    """Rows were let through as Brazilians write them before the others came: the next reading waits with all."""
    table = BILLS["altarede-export"]
    source = SettlingSource(
        Pages(bills(table, *["25/11/2026"] * ENOUGH, "05/11/2026"), bills(table, *["11/25/2026"] * ENOUGH))
    )

    with pytest.raises(RetryLater, match="once more"):
        await swept(source, table)
    found = await swept(source, table)
    rows = [row for told in found for row in told.rows]
    assert len(rows) == 2 * ENOUGH + 1
    with pytest.raises(RejectRecord, match="not a date of which"):
        due(table, rows[ENOUGH])


async def test_a_row_that_waited_does_not_come_after_one_of_its_id_that_was_read_later() -> None:
    """Of two files the newer is read first; a payment in the older one would else be taken back."""
    table = BILLS["altarede-export"]
    newer, older = bills(table, "05/11/2026", "10/11/2026"), bills(table, "2026-11-25")
    found = await swept(SettlingSource(Pages(newer, older)), table)

    assert [(row[table.key], row[table.days[0]]) for told in found for row in told.rows] == [
        ("0", "2026-11-25"),
        ("1", "10/11/2026"),
    ]


@pytest.mark.parametrize("name", list(ERPS))
async def test_what_an_instance_writes_both_ways_is_refused_where_it_has_two_readings(name: str) -> None:
    table = BILLS[name]
    days = ("11/05/2026", "11/25/2026", "25/11/2026", "05-05-2026", "2026-11-05", "11/25/2026", "11/25/2026")
    found = await swept(SettlingSource(Pages(bills(table, *days))), table)
    rows = {str(row[table.key]): row for told in found for row in told.rows}

    with pytest.raises(RejectRecord, match=f"{table.days[0]}: not a date of which"):
        due(table, rows["0"])
    assert [due(table, rows[code]).isoformat() for code in "1234"] == [
        "2026-11-25",
        "2026-11-25",
        "2026-05-05",
        "2026-11-05",
    ]


@pytest.mark.parametrize("name", list(ERPS))
async def test_as_brazilians_write_it_nothing_waits_and_one_odd_day_is_its_own_fault(name: str) -> None:
    table = BILLS[name]
    pages = [bills(table, *["25/11/2026"] * 100, "11/05/2026"), bills(table, "11/25/2026", "11/05/2026")]
    found = await swept(SettlingSource(Pages(*pages)), table)

    assert [told.rows for told in found] == pages
    assert due(table, found[1].rows[1]) == date(2026, 5, 11)
    with pytest.raises(RejectRecord, match="not a date"):
        due(table, found[1].rows[0])


async def test_where_no_day_shows_it_the_day_is_first() -> None:
    table = BILLS["altarede-export"]
    found = await swept(SettlingSource(Pages(bills(table, "11/05/2026", "12/30/1899", "31/31/2026"))), table)

    assert [due(table, row).isoformat() for told in found for row in told.rows if row[table.key] == "0"] == ["2026-05-11"]


async def test_what_was_learnt_of_days_holds_for_what_changes_and_what_is_asked_for_alone() -> None:
    table = BILLS["ixc"]
    pages = Pages(bills(table, "11/05/2026", "11/25/2026", "2026-11-05", "11/25/2026", "11/25/2026"))
    source = SettlingSource(pages)

    async with aclosing(source.recent(table)) as coming:
        before = [row["id"] async for told in coming for row in told.rows]
    await swept(source, table)
    async with aclosing(source.recent(table)) as coming:
        after = [due(table, row) async for told in coming for row in told.rows]
    told = await source.reread(table, {"0": "5"})
    probed = await SettlingSource(pages).survey(table)

    assert before == ["2"]  # until a sweep has settled it
    assert after == [date(2026, 11, day) for day in (5, 25, 5, 25, 25)]
    assert [due(table, row) for row in told.rows] == [date(2026, 11, 5)]
    assert due(table, probed.rows[0]) == date(2026, 11, 5)


def test_a_day_of_payment_is_read_in_the_same_order_and_travels_with_its_row() -> None:
    table = BILLS["altarede-export"]
    ordinary = dict.fromkeys(table.columns, "") | {"COD_ARECEBER": "1", "COD_CLIENTE": "5", "DATA_VENCIMENTO": "11/05/2026"}
    rows = [{**ordinary, "DATA_PAGAMENTO": "01/13/2026"}, {**ordinary, "DATA_PAGAMENTO": "00/00/0000"}]
    known, days = DayOrders(), Days()
    days.learn(table, rows * ENOUGH)
    known.keep(table, days)
    changes = [examine(table, row, str, seen=ROW.seen_at.date()) for row in known.written(table, rows)]

    assert [change.member for change in changes] == [False, True]
    assert [change.row and change.row[ORDER] for change in changes] == ["mdy", "mdy"]
    paid = table.endings["paid_on"].value(ROW, changes[0].row or {})
    assert paid == date(2026, 1, 13)


@pytest.mark.parametrize(
    ("others", "read"), [((), None), (("25/1/2026",), date(2026, 1, 9)), (("1/25/2026",) * ENOUGH, None)]
)
@pytest.mark.parametrize("name", list(ERPS))
async def test_a_day_without_its_zeros_is_read_where_another_day_shows_the_order(
    name: str, others: tuple[str, ...], read: date | None
) -> None:
    """Excel of another country leaves zeros out, and sets the month first."""
    table = BILLS[name]
    rows = bills(table, "9/1/2026", "3/3/2026", *others)
    found = await swept(SettlingSource(Pages(rows)), table)
    shown = {str(row[table.key]): row for told in found for row in told.rows}

    assert due(table, shown["1"]) == date(2026, 3, 3)
    if others:
        assert due(table, shown["0"]) == (read or date(2026, 9, 1))
    else:
        with pytest.raises(RejectRecord, match="not a date of which"):
            due(table, shown["0"])


DAYS = st.dates(date(2024, 1, 1), date(2030, 1, 1))


@given(st.lists(DAYS, min_size=1, max_size=12), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%-d/%-m/%Y", "%-m/%-d/%Y"]))
def test_an_instance_that_writes_alike_is_read_right_once_days_show_how(days: list[date], form: str) -> None:
    table = BILLS["rbx"]
    rows = bills(table, *(day.strftime(form) for day in days))
    known, shown = DayOrders(), Days()
    shown.learn(table, rows)
    known.keep(table, shown)

    day_first = form in {"%d/%m/%Y", "%-d/%-m/%Y"}
    telling = sum(day.day > 12 for day in days)
    if form == "%d/%m/%Y" or telling >= (1 if day_first else ENOUGH):
        assert [due(table, row) for row in known.written(table, rows)] == days
    assert {order_of(day.strftime(form)) for day in days} <= {"", "bare", "dmy" if day_first else "mdy"}
