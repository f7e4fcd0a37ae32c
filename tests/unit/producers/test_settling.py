"""Three decimals beside thousands: what an instance writes is learnt from what allows one reading, or stays in doubt."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.amounts import Amounts, Shown
from producers.erp.settling import SettlingSource
from producers.erp.source import Probe, Told
from schemas.erp import ERPS
from schemas.erp.declaration import POINT, Row, Table
from schemas.errors import RejectRecord
from schemas.rows import Kind
from tests.strategies import event

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
ROW = event("bill", "1")
BILLS = {name: erp.of_kind("bill")[0] for name, erp in ERPS.items()}


class Pages:
    """A source of these pages, a minute apart."""

    def __init__(self, *pages: Sequence[Row]) -> None:
        self.told = pages

    async def pages(self, table: Table) -> AsyncGenerator[Told, None]:
        del table
        for minute, rows in enumerate(self.told):
            yield Told(NOW + timedelta(minutes=minute), rows)

    async def recent(self, table: Table) -> AsyncGenerator[Told, None]:
        async with aclosing(self.pages(table)) as coming:
            async for told in coming:
                yield told

    async def reread(self, table: Table, owners: Mapping[str, str]) -> Told:
        return Told(NOW, [row for page in self.told for row in page if str(row[table.key]) in owners])

    async def probe(self, table: Table) -> Probe:
        del table
        return Probe([row for page in self.told for row in page], None)

    async def survey(self, table: Table) -> Probe:
        return await self.probe(table)

    async def has_news(self, kind: Kind) -> bool:
        return bool(kind)

    def notes(self, kind: Kind) -> Sequence[str]:
        return [kind]

    def swept(self, kind: Kind) -> None:
        del kind

    async def close(self) -> None:
        self.told = ()


def bill(table: Table, code: str, amount: str) -> Row:
    return {table.key: code, table.amounts[0]: amount}


def read(table: Table, row: Row) -> int:
    found = table.words["open_cents"].value(ROW, {column: str(value) for column, value in row.items()})
    assert isinstance(found, int)
    return found


async def swept(source: SettlingSource, table: Table) -> list[Told]:
    async with aclosing(source.pages(table)) as coming:
        return [told async for told in coming]


@pytest.mark.parametrize("name", list(ERPS))
async def test_three_decimals_are_learnt_from_an_amount_above_a_thousand(name: str) -> None:
    """`99.900` beside `1299.050`, which comes later; what is clear does not wait."""
    table = BILLS[name]
    pages = [bill(table, "1", "99.900"), bill(table, "2", "45.50")], [bill(table, "3", "1299.050")]
    found = await swept(SettlingSource(Pages(*pages)), table)

    assert [[row[table.key] for row in told.rows] for told in found] == [["2"], ["3"], ["1"]]
    assert found[2].asked_at == NOW
    assert {row[table.key]: read(table, row) for told in found for row in told.rows} == {
        "1": 9_990,
        "2": 4_550,
        "3": 129_905,
    }
    assert [POINT in row for told in found for row in told.rows] == [False, False, True]


@pytest.mark.parametrize("name", list(ERPS))
async def test_thousands_are_learnt_from_their_decimals(name: str) -> None:
    table = BILLS[name]
    amounts = ["1.152", "1.234,56", "45,50"]
    rows = [bill(table, str(n), amount) for n, amount in enumerate(amounts)]
    _, found = [told.rows for told in await swept(SettlingSource(Pages(rows)), table)]
    (row,) = found

    assert read(table, row) == 115_200


@pytest.mark.parametrize(
    "others",
    [
        [],
        ["99.90", "45,50", "100"],
        ["99.90"] * 9,
        ["45,50"] * 9,
        ["99.90"] * 49 + ["1.234,56"],
        ["1299.050", "45,50"],
        ["1299.050", "1.234,56"],
        ["1.234.567", "2000.125"],
        ["1.234,56"],
        ["1.299", "45,50", "1.234,56"],
    ],
)
@pytest.mark.parametrize("name", list(ERPS))
async def test_what_stays_in_doubt_or_is_contradicted_is_refused(name: str, others: list[str]) -> None:
    table = BILLS[name]
    rows = [bill(table, "1", "1.152"), *(bill(table, str(n), amount) for n, amount in enumerate(others, 2))]
    *_, last = await swept(SettlingSource(Pages(rows)), table)
    row, *_ = last.rows

    with pytest.raises(RejectRecord, match="may be decimals or not"):
        read(table, row)


@pytest.mark.parametrize("name", list(ERPS))
async def test_a_third_decimal_that_is_no_cent_is_rounded_where_an_instance_writes_so(name: str) -> None:
    table = BILLS[name]
    rows = [bill(table, str(n), amount) for n, amount in enumerate(["1299.055", "0.999", "99.900", "2000.050"])]
    found = await swept(SettlingSource(Pages(rows)), table)
    amounts = {row[table.key]: read(table, row) for told in found for row in told.rows}

    assert amounts == {"0": 129_906, "1": 100, "2": 9_990, "3": 200_005}


async def test_what_is_mended_in_the_erp_is_believed_again_and_a_probe_forgets_nothing() -> None:
    table = BILLS["ixc"]
    pages = Pages([bill(table, "1", "99.900"), bill(table, "2", "1299.050"), bill(table, "3", "45,50")])
    source = SettlingSource(pages)
    await swept(source, table)
    pages.told = ([*pages.told[0][:2], bill(table, "3", "45.50")],)

    *_, last = await swept(source, table)
    (row,) = last.rows
    pages.told = ([bill(table, "1", "99.900")],)

    assert read(table, row) == 9_990
    assert read(table, (await source.probe(table)).rows[0]) == 9_990


async def test_what_was_learnt_holds_for_what_changes_and_what_is_asked_for_alone() -> None:
    table = BILLS["ixc"]
    source = SettlingSource(Pages([bill(table, "1", "99.900"), bill(table, "2", "1299.050")]))

    async with aclosing(source.recent(table)) as coming:
        before = [row async for told in coming for row in told.rows]
    await swept(source, table)
    async with aclosing(source.recent(table)) as coming:
        after = [read(table, row) async for told in coming for row in told.rows]
    told = await source.reread(table, {"1": "5"})

    assert [row["id"] for row in before] == ["2"]  # until a sweep has settled it
    assert after == [9_990, 129_905]
    assert [read(table, row) for row in told.rows] == [9_990]


async def test_a_table_without_money_and_everything_else_pass_through() -> None:
    clients = ERPS["ixc"].of_kind("client")[0]
    rows = [{"id": "1", "valor_aberto": "1.152"}]
    source = SettlingSource(Pages(rows))

    assert [told.rows for told in await swept(source, clients)] == [rows]
    assert (await source.probe(BILLS["ixc"])).rows == [{**rows[0], POINT: ""}]
    assert (await source.survey(BILLS["ixc"])).rows == [{**rows[0], POINT: ""}]
    assert await source.has_news("bill")
    assert source.notes("bill") == ["bill"]
    source.swept("bill")
    await source.close()
    assert await swept(source, clients) == []


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=12), st.sampled_from(".,"), st.booleans())
def test_an_instance_that_writes_alike_is_read_right_or_refused(amounts: list[int], point: str, three: bool) -> None:
    """Whatever it owes: a thousandfold never."""
    table = BILLS["rbx"]
    thousands = {".": ",", ",": "."}[point]

    def written(cents: int) -> str:
        whole = f"{cents // 100}" if three else f"{cents // 100:,}".replace(",", thousands)
        return f"{whole}{point}{cents % 100:02d}{'0' if three else ''}"

    rows = [bill(table, str(n), written(cents)) for n, cents in enumerate(amounts)]
    known, shown = Amounts(), Shown()
    shown.learn(table, rows)
    known.keep(table, shown)
    for row, cents in zip(known.written(table, rows), amounts, strict=True):
        try:
            assert read(table, row) == cents
        except RejectRecord:
            assert known.point(table) == ""
