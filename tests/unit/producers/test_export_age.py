"""What an export tells is as old as its oldest file, whenever it is read; what is older than that is never read again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pymongo.errors import AutoReconnect

from producers.erp.exports.names import group_of
from producers.erp.last_told import last_told
from producers.erp.webhooks.source import WebhookSource
from producers.erp.wire import Wire
from schemas.calling.freshness import Signs, is_stale
from schemas.errors import RetryLater, StopWorker
from schemas.rows import Kind
from schemas.stages import Heartbeat
from schemas.sweeps import Sweep
from tests.strategies import instance
from tests.unit.producers.export_shop import NOW, ExportShop
from tests.unit.producers.memory_isp import Isp
from tests.unit.producers.sheets import bill, export, person, put

DAY = 86_400.0
MOMENT = datetime.fromtimestamp(NOW, UTC)
PAID = bill("1", paid_on="2026-01-09")


@pytest.fixture
def shop(tmp_path: Path) -> ExportShop:
    return ExportShop(tmp_path)


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


async def news(shop: ExportShop) -> bool:
    return await shop.sweeper.source.has_news("bill")


def stale(done: Sweep) -> bool:
    beat = Heartbeat(stage="hydrate", worker="0", at=MOMENT, since=MOMENT, lag=0, progress=MOMENT)
    return is_stale(Signs({"norte": done.told_at}, (beat,)), instance(), MOMENT)


@pytest.mark.parametrize("age", [10.0, 60.0, 3 * 3_600.0, 20 * DAY])
async def test_a_sweep_of_an_old_export_is_as_old_as_that(shop: ExportShop, age: float) -> None:
    put(shop.folder, "Financeiro.csv", export("Financeiro", bill("1")), NOW - age)
    done = await shop.sweep()

    assert (done.at, done.as_of) == (MOMENT, at(NOW - age))
    assert stale(done) is (age > 7_200)


async def test_it_is_as_old_as_the_oldest_file(shop: ExportShop) -> None:
    put(shop.folder, "Financeiro.csv", export("Financeiro", bill("1")), NOW - 60)
    put(shop.folder, "Carnes.csv", export("Financeiro", bill("2")), NOW - DAY)

    assert (await shop.sweep()).as_of == at(NOW - DAY)


async def test_it_is_never_younger_than_its_reading(shop: ExportShop) -> None:
    """The clock of the machine that wrote it may be ahead."""
    put(shop.folder, "Financeiro.csv", export("Financeiro", bill("1")), NOW + DAY)
    shop.sweeper.source._quiet = 0  # type: ignore[attr-defined]  # it rests

    assert (await shop.sweep()).as_of == MOMENT


async def test_a_file_without_a_row_is_as_old_as_any(shop: ExportShop) -> None:
    put(shop.folder, "Financeiro.csv", export("Financeiro"), NOW - DAY)

    assert (await shop.sweep()).as_of == at(NOW - DAY)


async def test_a_restart_makes_no_old_export_young(shop: ExportShop) -> None:
    put(shop.folder, "Financeiro.csv", export("Financeiro", bill("1")), NOW - DAY)
    await shop.sweep()
    shop.restart()

    assert await news(shop)
    assert (await shop.sweep()).as_of == at(NOW - DAY)


async def test_an_older_export_reopens_no_bill_after_a_restart(shop: ExportShop) -> None:
    """The newest was archived, and the poller started anew."""
    put(shop.folder, "Financeiro-01.csv", export("Financeiro", bill("1"), bill("2")), NOW - 2 * DAY)
    newest = put(shop.folder, "Financeiro-02.csv", export("Financeiro", PAID, bill("2")), NOW - DAY)
    await shop.sweep()
    newest.unlink()
    assert not await news(shop)
    shop.restart()

    with pytest.raises(StopWorker, match=r"Financeiro-01.csv is older than the export of Financeiro that was read last"):
        await news(shop)
    put(shop.folder, "Financeiro-03.csv", export("Financeiro", PAID), NOW - 60)
    assert await news(shop)


async def test_who_does_not_know_what_was_read_last_does_not_guess() -> None:
    class Away:
        """A database that does not answer."""

        def __getitem__(self, name: str) -> "Away":
            return self

        async def find_one(self, wanted: object) -> object:
            raise AutoReconnect(str(wanted))

    with pytest.raises(RetryLater, match="MONGO_URI"):
        await last_told(Away(), "norte", "bill")  # type: ignore[arg-type]


# --- files that were passed over


async def test_the_files_that_do_not_count_are_named(shop: ExportShop) -> None:
    for month in range(1, 7):
        put(shop.folder, f"Financeiro-{month}.csv", export("Financeiro", bill(str(month))), NOW - DAY + month)
    done = await shop.sweep()

    said = "Financeiro: only Financeiro-6.csv counts, the newest: passed over were Financeiro-5.csv, Financeiro-4.csv"
    assert done.rows == 1
    assert any(said in note and note.endswith("Financeiro-3.csv and 2 more") for note in done.notes)


async def test_one_file_is_no_note(shop: ExportShop) -> None:
    shop.put("Financeiro.csv", export("Financeiro", bill("1")))

    assert (await shop.sweep()).notes == ()


@pytest.mark.parametrize("name", ["Financeiro_a_pagar.csv", "financeiro A PAGAR.xls", "Financeiro-fornecedores.csv"])
async def test_what_the_provider_itself_owes_is_nobodys_debt(shop: ExportShop, name: str) -> None:
    """Also where it is the newest."""
    assert group_of(name) == ""
    payable = put(shop.folder, name, export("Financeiro", bill("9", "77")), NOW - 60)
    with pytest.raises(StopWorker, match="what the provider itself owes, and no other export of Financeiro"):
        await news(shop)
    put(shop.folder, "Financeiro.csv", export("Financeiro", bill("1")), NOW - DAY)
    done = await shop.sweep()

    assert [(row.id, row.client) for row in shop.news()] == [("1", "1")]
    assert payable.name in done.notes[0]


@pytest.mark.parametrize(
    "name",
    ["Financeiro_da_Pagarme.csv", "Financeiro Lapa-Garanhuns.csv", "Financeiro_ja_pagaram.csv", "Financeiro Pagar.me.csv"],
)
def test_letters_of_two_words_are_no_word(name: str) -> None:
    assert group_of(name) == "financeiro"
    for payable in ("Financeiro Contas a Pagar.csv", "FinanceiroAPagar.xls", "Financeiro-contasapagar-2026.csv"):
        assert group_of(payable) == ""


async def test_the_clients_whom_webhooks_are_asked_for_grow_no_older_either(tmp_path: Path) -> None:
    put(tmp_path, "Clientes.csv", export("Clientes", person("1")), NOW - DAY)
    resources = {name: one for name, one in Isp().options.resources.items() if name != "client"}
    options = Isp().options.model_copy(update={"folder": str(tmp_path), "resources": resources})

    async def told(kind: Kind) -> datetime | None:
        return at(NOW - 60) if kind == "client" else None

    wire = Wire(options, httpx.MockTransport(Isp().answer))
    source = WebhookSource(options, wire, {"token": "SEGREDO"}, lambda: MOMENT, told)
    with pytest.raises(StopWorker, match=r"Clientes\.csv is older than the export of Clientes that was read last"):
        await source.has_news("client")
    await source.close()


def test_a_sweep_is_as_old_as_the_oldest_of_it() -> None:
    done = Sweep(instance="norte", erp="altarede-export", kind="bill", sweep="1", phase="completed", at=MOMENT)
    older, oldest = MOMENT - timedelta(hours=1), MOMENT - timedelta(hours=2)

    assert done.as_old_as(None).told_at == MOMENT
    assert done.as_old_as(older).as_old_as(oldest).as_old_as(older).as_old_as(None).told_at == oldest
