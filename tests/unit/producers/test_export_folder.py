"""Each set of complete files is read once; nothing that is not complete, and nothing that is older, ever is."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from producers.erp.changes import examine
from producers.erp.exports.folder import BATCH, ExportSource
from producers.erp.exports.names import Files, group_of, newest
from producers.erp.sources import open_source
from schemas.erp.altarede import BILLS, CLIENTS, CONTRACTS, EXPORT, PLANS, TABLES
from schemas.erp.altarede_options import AltaredeExport
from schemas.erp.declaration import Row, Table
from schemas.errors import RetryLater, StopWorker
from schemas.hydration.fold import empty, step
from schemas.rows import ErpRow, Kind
from tests.strategies import instance
from tests.unit.producers.sheets import bill, export, listed_as, person, put, xls

LONG_AGO, NOW = 1_000_000, 2_000_000


class Shop:
    """A folder, a source that watches it, and the source's clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now: float = NOW
        self.source = ExportSource(AltaredeExport(folder=str(folder)), lambda: self.now)

    def put(self, name: str, content: bytes, at: float = LONG_AGO) -> Path:
        return put(self.folder, name, content, at)

    async def news(self, kind: Kind = "bill") -> bool:
        return await self.source.has_news(kind)

    async def ids(self, table: Table = BILLS) -> list[str]:
        return [row[table.key] for page in await self.pages(table) for row in page]

    async def pages(self, table: Table) -> list[Sequence[Row]]:
        async with aclosing(self.source.pages(table)) as coming:
            found = [told.rows async for told in coming]
        self.source.swept(table.kind)
        return found


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


# --- which files


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("Clientes.xls", "clientes"),
        ("CLIENTES_2026-01.XML", "clientes"),
        ("clientes (1).csv", "clientes"),
        ("Carnês.xls", "carnes"),
        ("Carne\u0302s.xls", "carnes"),
        ("carnes.csv", "carnes"),
        ("Financeiro 01.xls", "financeiro"),
        ("Endereco_Logins.xls", ""),
        ("~$Clientes.xls", ""),
        ("Clientes.xls.part", ""),
        ("Clientes.xlsx", ""),
        ("OS.xls", ""),
        ("Clientes", ""),
    ],
)
def test_a_file_belongs_to_a_group_by_its_name(name: str, group: str) -> None:
    assert group_of(name) == group


def test_the_newest_file_of_each_group_counts(tmp_path: Path) -> None:
    names = [("Financeiro.xls", 3), ("financeiro-b.csv", 5), ("Financeiro-c.csv", 4), ("Carnês.xls", 1), ("Planos.xls", 9)]
    found = [listed_as(put(tmp_path, name, b"", at)) for name, at in names]

    assert [file.name for file in newest(found, BILLS).values()] == ["financeiro-b.csv", "Carnês.xls"]
    assert newest([file for file in found if not file.name.lower().startswith("fin")], BILLS) == {}
    assert newest(found, CLIENTS) == {}


# --- when


async def test_each_complete_file_is_read_once(shop: Shop) -> None:
    assert not await shop.news()
    shop.put("Financeiro.csv", export("Financeiro", bill("1.088")))
    assert await shop.news()
    assert await shop.news()
    assert await shop.ids() == ["1088"]
    assert not await shop.news()
    shop.put("Financeiro.csv", export("Financeiro", bill("2")), LONG_AGO + 1)
    assert await shop.news()
    assert await shop.ids() == ["2"]
    assert not await shop.news()


async def test_kinds_are_news_apart(shop: Shop) -> None:
    shop.put("Planos.csv", export("Planos", ("1", "a", "5")))

    kinds: tuple[Kind, ...] = ("client", "contract", "bill", "reference")
    assert [await shop.news(kind) for kind in kinds] == [False, False, False, True]


async def test_bills_are_read_from_both_groups_and_booklets_may_lack(shop: Shop) -> None:
    shop.put("Carnes.xls", export("Financeiro", bill("2")))
    assert not await shop.news()
    shop.put("Financeiro.xls", export("Financeiro", bill("1")))
    assert await shop.news()
    assert await shop.ids() == ["1", "2"]
    shop.put("Carnês-b.xls", export("Financeiro", bill("3")), LONG_AGO + 1)
    assert await shop.news()
    assert await shop.ids() == ["3", "1"]


async def test_a_file_that_still_changes_is_no_news(shop: Shop) -> None:
    """By its own machine's clock or by ours: one of both may be wrong."""
    shop.put("Financeiro.csv", export("Financeiro", bill("1")), NOW - 1)
    assert not await shop.news()
    with pytest.raises(RetryLater, match=r"Financeiro.csv is still being written"):
        await shop.ids()
    shop.now += 1
    shop.put("Financeiro.csv", export("Financeiro", bill("1"), bill("2")), NOW + 9_999)
    assert not await shop.news()
    shop.now += 2.9
    assert not await shop.news()
    shop.now += 0.1
    assert await shop.news()
    assert await shop.ids() == ["1", "2"]


async def test_a_file_without_its_end_is_told_of_once(shop: Shop) -> None:
    whole = xls([("COD_PLANO", "NOME", "VALOR_MENSAL"), ("1", "a", "5")])
    shop.put("Planos.xls", whole[:-20])
    assert await shop.news("reference")
    with pytest.raises(RetryLater, match=r"Planos.xls ends before </Workbook>: export it again"):
        await shop.ids(PLANS)
    assert not await shop.news("reference")
    shop.put("Planos.xls", whole, LONG_AGO + 1)
    assert await shop.news("reference")
    assert await shop.ids(PLANS) == ["1"]


async def test_what_is_no_export_is_told_of_once(shop: Shop) -> None:
    shop.put("Clientes.xls", b"<html></html>")
    with pytest.raises(StopWorker, match=r"Clientes.xls is a web page"):
        await shop.ids(CLIENTS)
    assert not await shop.news("client")


async def test_an_older_export_never_comes_back(shop: Shop) -> None:
    """An operator who clears the folder leaves older files behind, in which paid bills are open."""
    shop.put("Financeiro-1.csv", export("Financeiro", bill("1")))
    shop.put("Carnes.csv", export("Financeiro", bill("3")))
    newer = shop.put("Financeiro-2.csv", export("Financeiro", bill("2")), LONG_AGO + 1)
    assert await shop.ids() == ["2", "3"]
    newer.unlink()
    assert not await shop.news()
    shop.put("Financeiro-3.csv", export("Financeiro", bill("4")), LONG_AGO + 2)
    assert await shop.news()
    (shop.folder / "Carnes.csv").unlink()
    assert not await shop.news()


async def test_a_bad_file_that_is_taken_away_leaves_the_good_one(shop: Shop) -> None:
    shop.put("Planos-1.csv", export("Planos", ("1", "a", "5")))
    bad = shop.put("Planos-2.csv", b"\xd0\xcf\x11\xe0", LONG_AGO + 1)
    with pytest.raises(StopWorker):
        await shop.ids(PLANS)
    bad.unlink()
    assert await shop.news("reference")
    assert await shop.ids(PLANS) == ["1"]


async def test_a_file_that_was_not_read_to_its_end_stays_news(shop: Shop) -> None:
    """The broker was away, or the instance was stopped: what was not swept is swept again."""
    shop.put("Financeiro.csv", export("Financeiro", *(bill(str(code)) for code in range(3 * BATCH))))
    async with aclosing(shop.source.pages(BILLS)) as coming:
        async for page in coming:
            assert len(page.rows) == BATCH
            break
    assert await shop.news()

    pages = await shop.pages(BILLS)
    assert [len(page) for page in pages] == [BATCH, BATCH, BATCH]
    assert not await shop.news()


async def test_a_stop_in_the_middle_of_a_batch_leaves_no_thread_at_work(shop: Shop) -> None:
    shop.put("Financeiro.csv", export("Financeiro", *(bill(str(code)) for code in range(3 * BATCH))))

    async def read() -> None:
        async with aclosing(shop.source.pages(BILLS)) as coming:
            async for _ in coming:
                asyncio.get_running_loop().call_soon(reading.cancel)

    reading = asyncio.create_task(read())
    with pytest.raises(asyncio.CancelledError):
        await reading

    assert await shop.news()
    assert len(await shop.ids()) == 3 * BATCH


async def test_a_file_that_cannot_be_read_stays_news(shop: Shop) -> None:
    path = shop.put("Planos.csv", export("Planos", ("1", "a", "5")))
    files = await shop.source._complete(PLANS)

    async def complete(table: Table) -> Files:
        """As if it went just after the look."""
        assert table is PLANS
        return files

    path.rename(shop.folder / "away")
    shop.source._complete = complete  # type: ignore[method-assign]  # put between two of its steps
    with pytest.raises(RetryLater, match=r"Planos.csv cannot be read \(No such file"):
        await shop.ids(PLANS)
    (shop.folder / "away").rename(path)
    assert await shop.news("reference")


# --- what else is asked of it


async def test_a_folder_that_is_not_there_stops_with_its_name(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "exports")
    for ask in (shop.news(), shop.ids(), shop.source.probe(BILLS)):
        with pytest.raises(StopWorker, match=r"erp.folder .*exports cannot be read"):
            await ask


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
async def test_a_table_without_a_file_says_which_is_wanted(shop: Shop, table: Table) -> None:
    with pytest.raises(StopWorker, match=rf"has no {table.name}\*.xls, .xml or .csv: export {table.name} there"):
        await shop.source.probe(table)


async def test_a_bill_that_is_paid_is_found_again_and_what_left_the_export_is_not(shop: Shop) -> None:
    """Else every paid bill would be lost, and shown as unknown for ever."""
    shop.put("Financeiro.csv", export("Financeiro", bill("1"), bill("2.000", paid_on="2026-01-07")))
    shop.put("Carnes.csv", export("Financeiro", bill("3", paid_on="2026-01-08")))
    assert (await shop.source.reread(BILLS, {"2000": "1"})).rows == []
    await shop.ids()

    found = (await shop.source.reread(BILLS, {"2000": "1", "3": "1", "4": "1"})).rows
    assert [(row["COD_ARECEBER"], row["DATA_PAGAMENTO"]) for row in found] == [("2000", "2026-01-07"), ("3", "2026-01-08")]
    assert (await shop.source.reread(BILLS, {"4": "1"})).rows == []


async def test_a_file_is_not_opened_for_ids_that_it_never_had(shop: Shop) -> None:
    path = shop.put("Financeiro.csv", export("Financeiro", bill("1"), bill("2", paid_on="2026-01-07")))
    await shop.ids()
    path.unlink()

    assert (await shop.source.reread(BILLS, {"9": "1"})).rows == []
    with pytest.raises(RetryLater, match="cannot be read"):
        await shop.source.reread(BILLS, {"2": "1"})


async def test_a_small_question_reads_the_first_rows_and_leaves_the_rest_news(shop: Shop) -> None:
    shop.put("Clientes.csv", export("Clientes", person("1"), person("1.042")))
    shop.put("Financeiro.csv", export("Financeiro", *(bill(str(code)) for code in range(BATCH))))
    shop.put("Planos.csv", export("Planos"))
    clients, bills, plans = [await shop.source.probe(table) for table in (CLIENTS, BILLS, PLANS)]

    assert ([row["COD_CLIENTE"] for row in clients.rows], clients.total) == (["1", "1042"], 2)
    assert (len(bills.rows), bills.total) == (BATCH, None)
    assert (list(plans.rows), plans.total) == ([], 0)
    assert await shop.news("client")


async def test_nothing_is_known_between_two_exports(shop: Shop) -> None:
    shop.put("Clientes.csv", export("Clientes", person("1")))

    assert [page async for page in shop.source.recent(CLIENTS)] == []


async def test_an_instance_with_a_folder_is_read_by_it(shop: Shop) -> None:
    shop.put("Logins.csv", export("Logins", ("1.042", "77", "2.077", "fulano.teste", "SEGREDO")))
    source = open_source(instance(erp={"kind": "altarede-export", "folder": str(shop.folder)}), {})
    async with aclosing(source.pages(CONTRACTS)) as coming:
        found = [row async for page in coming for row in page.rows]
    await source.close()

    assert found == [{"CODIGO": "2077", "COD_CLIENTE": "1042", "COD_PLANO": "77"}]


async def test_files_whose_sweep_did_not_complete_stay_news(shop: Shop) -> None:
    """All pages were read, and then the broker was away: what they say may not have been published."""
    shop.put("Financeiro.csv", export("Financeiro", bill("1"), bill("2"), bill("3")))
    async with aclosing(shop.source.pages(BILLS)) as coming:
        assert [len(page.rows) async for page in coming] == [3]
    assert await shop.news()

    shop.source.swept("bill")
    assert not await shop.news()


async def test_a_set_that_is_replaced_while_it_is_read_is_read_as_it_was(shop: Shop) -> None:
    """Whoever exports every few minutes replaces the second file while the first is read; the new set is news again."""
    shop.put("Financeiro.csv", export("Financeiro", *(bill(str(code)) for code in range(1, 3 * BATCH + 1))))
    shop.put("Carnes.csv", export("Financeiro", bill("9001")))
    found: list[str] = []
    async with aclosing(shop.source.pages(BILLS)) as coming:
        async for page in coming:
            if not found:
                new = shop.put("new.part", export("Financeiro", bill("9002")), LONG_AGO + 1)
                new.rename(shop.folder / "Carnes.csv")
            found += [row["COD_ARECEBER"] for row in page.rows]
    shop.source.swept("bill")

    assert found[-1] == "9001"
    assert len(found) == 3 * BATCH + 1
    assert await shop.news()
    assert (await shop.ids())[0] == "9002"  # the newest file comes first


# --- what unpaid bills have for a day of payment

NULL_DATES = b"""COD_ARECEBER;COD_CLIENTE;DATA_VENCIMENTO;VALOR;VALOR_PAGO;DATA_PAGAMENTO
100;5;2026-11-01;99,90;0,00;00/00/0000
103;5;2026-11-01;99,90;0,00;30/12/1899
106;5;2026-11-01;99,90;0,00;1970-01-01
108;5;2026-11-01;99,90;0,00;NULL
110;5;2026-11-01;99,90;0,00;  /  /  \x20\x20
"""


async def test_an_export_that_writes_no_day_of_payment_in_five_ways_has_five_open_bills(shop: Shop) -> None:
    """None is paid, and none is refused."""
    shop.put("Financeiro.csv", NULL_DATES)
    rows = [row for page in await shop.pages(BILLS) for row in page]
    changes = [examine(BILLS, row, lambda _: "") for row in rows]

    assert [(change.code, change.member) for change in changes] == [
        (code, True) for code in ("100", "103", "106", "108", "110")
    ]
    for change in changes:
        event = ErpRow(
            instance="norte", erp=EXPORT.name, kind="bill", id=change.code, client="5", row=dict(change.row or {}),
            seen_at=datetime(2026, 11, 29, tzinfo=UTC), sweep="1", zone="America/Maceio",
        )  # fmt: skip
        (bill_,) = step(empty("norte", "5", event.seen_at), event).bills.values()
        assert (bill_.status, bill_.open_cents, bill_.due_on) == ("open", 9_990, date(2026, 11, 1))
