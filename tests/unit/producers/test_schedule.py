"""When each kind is swept, and tried again: by the second of every request, on a clock that jumps."""

import asyncio
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import structlog.testing
from aiokafka.errors import RequestTimedOutError

from producers.erp.exports.folder import ExportSource
from producers.erp.schedule import OUR_FAULT, Schedule
from producers.held.publishing import UnpublishedError
from schemas.codec import decode
from schemas.erp.altarede_options import AltaredeExport
from schemas.errors import RetryLater
from schemas.sweeps import Sweep
from schemas.topics import SWEEPS
from tests.strategies import instance
from tests.unit.producers.jumping_time import live
from tests.unit.producers.life import BEGIN, BILLS, PAGE, Answer, Life, sweeper
from tests.unit.producers.memory_broker import MemoryBroker
from tests.unit.producers.shop import opened

CONTRACTS, CLIENTS = "cliente_contrato", "cliente"
PROBE = 50
HOUR = 3_600.0


def down(begin: float, end: float, *tables: str, status: int = 500) -> Callable[[float, str], Answer]:
    """All tables unless some are named."""
    return lambda second, table: (
        httpx.Response(status) if begin <= second < end and (not tables or table in tables) else None
    )


# --- its pace


def test_each_kind_has_its_own_pace() -> None:
    life = Life()
    life.lasts(700, bill=180, contract=300, client=HOUR)

    assert life.seconds(BILLS) == [0, 180, 360, 540]
    assert life.seconds(CONTRACTS) == [0, 300, 600]
    assert life.seconds(CLIENTS) == [0]


def test_a_sweep_that_takes_longer_than_its_pace_is_followed_by_the_next() -> None:
    life = Life()
    life.takes = 50
    life.lasts(160, bill=20)

    assert life.seconds(BILLS) == [0, 50, 100, 150]


# --- failures that may pass


def test_the_first_failures_are_tried_again_sooner_than_the_pace() -> None:
    life = Life()
    life.faults = down(0, 10)
    life.lasts(400, bill=180)

    assert life.seconds(BILLS) == [0, 5, 15, 195, 375]
    assert [phase for phase, _ in life.told()] == ["started", "failed"] * 2 + ["started", "completed"] * 3


def test_the_wait_begins_when_the_failure_ends() -> None:
    """An ERP that lets every question time out must be left alone between two attempts."""
    life = Life()
    life.takes = 60
    life.faults = lambda _second, _table: httpx.ReadTimeout("late")
    life.lasts(500, bill=180)

    assert life.seconds(BILLS) == [0, 60, 120, 180, 245, 305, 365, 425, 495]


def test_after_three_failures_one_small_question_goes_before_a_sweep() -> None:
    life = Life()
    life.faults = down(0, 300)
    life.lasts(700, bill=180)

    assert life.seconds(BILLS, PAGE) == [0, 5, 15, 315, 495, 675]
    assert life.seconds(BILLS, PROBE) == [35, 75, 155, 315]
    asked = [second for second, _, size in life.asked if size == PROBE]
    assert len(asked) == len(set(asked))  # without a second attempt


def test_kinds_that_fail_together_do_not_wait_longer_for_that() -> None:
    """Four kinds, one outage: each doubles its own wait."""
    life = Life()
    life.faults = down(0, 100)
    life.lasts(300, bill=180, contract=300, client=HOUR, reference=HOUR)

    for table in (BILLS, CONTRACTS, "tipo_cliente"):
        assert life.seconds(table)[:6] == [0, 5, 15, 35, 75, 155]
    # a sweep of clients asks for the states first; a small question asks for clients alone
    assert [*life.seconds("uf")[:1], *life.seconds(CLIENTS)[:5]] == [0, 5, 15, 35, 75, 155]


def test_whoever_finds_the_erp_back_wakes_the_others() -> None:
    """Clients fail for long and wait for long: the bills' return, unlike their usual success, ends that."""
    life = Life()
    life.faults = lambda second, table: down(0, 1_000, CLIENTS)(second, table) or down(600, 1_000, BILLS)(second, table)
    life.lasts(1_250, bill=100, client=HOUR)

    assert life.seconds(BILLS)[-2:] == [915, 1_235]
    assert life.seconds(CLIENTS) == [0, 5, 15, 35, 75, 155, 315, 635, 1_235]


def test_one_broken_table_neither_delays_the_others_nor_is_hammered() -> None:
    life = Life()
    life.faults = down(0, HOUR, BILLS)
    life.lasts(1_000, bill=30, contract=100)

    assert life.seconds(CONTRACTS) == list(range(0, 1_000, 100))
    assert life.seconds(BILLS) == [0, 5, 15, 35, 75, 155, 315, 635]


def test_what_cannot_be_published_is_not_the_erps_fault() -> None:
    """Every kind ends at once, and nothing is told of a failed sweep: whoever holds the instance takes it anew."""
    life = Life()
    life.broker.refuse = [None, RequestTimedOutError()]
    with pytest.raises(UnpublishedError) as caught:
        life.lasts(10, bill=180)

    assert not caught.value.fenced
    assert life.told() == [("started", "")]


# --- failures that somebody must mend


def test_what_an_operator_must_mend_is_tried_again_after_five_minutes() -> None:
    life = Life()
    life.faults = down(0, 1_000, BILLS, status=403)
    life.lasts(1_000, bill=60, contract=400)

    assert life.seconds(BILLS) == [0, 300, 600, 900]
    assert life.seconds(BILLS, PROBE) == life.seconds(CONTRACTS, PROBE) == []
    assert life.seconds(CONTRACTS) == [0, 400, 800]
    assert "HTTP 403" in life.told()[1][1]


def test_a_kind_that_is_swept_seldom_is_not_tried_more_often_for_a_mistake() -> None:
    life = Life()
    life.faults = down(0, HOUR, status=401)
    life.lasts(1_500, bill=700)

    assert life.seconds(BILLS) == [0, 700, 1_400]


def test_an_error_of_ours_stays_with_the_kind_that_met_it() -> None:
    """Whatever one ERP's answers bring out, the process and all other instances go on."""
    life = Life()
    life.faults = lambda _, table: ZeroDivisionError("a bug") if table == BILLS else None
    with structlog.testing.capture_logs() as lines:
        life.lasts(700, bill=60, contract=100)

    assert life.seconds(BILLS) == [0, 300, 600]
    assert life.seconds(CONTRACTS) == list(range(0, 700, 100))
    assert life.told()[1] == ("failed", OUR_FAULT)
    assert [line["log_level"] for line in lines if line["event"] == "sweep_crashed"] == ["error"] * 3


# --- what changed lately


def test_what_changed_lately_is_looked_at_between_two_sweeps() -> None:
    life = Life(recent={"bill": 60})
    life.lasts(400, bill=180, contract=180)

    assert life.seconds(BILLS) == [0, 60, 120, 180, 240, 300, 360]
    assert life.seconds(CONTRACTS) == [0, 180, 360]
    assert {phase for phase, _ in life.told()} == {"started", "completed"}


def test_nothing_is_looked_at_after_a_failure() -> None:
    """Also where the next attempt comes when the next sweep would."""
    life = Life(recent={"bill": 1})
    life.faults = down(0, 10)
    life.lasts(16, bill=4)

    assert [second for second in life.seconds(BILLS) if second < 13] == [0, 4, 8]


def test_nothing_is_looked_at_while_only_small_questions_may_be_asked() -> None:
    life = Life(recent={"contract": 60})
    life.faults = down(10, 1_000, BILLS)
    life.lasts(600, bill=20, contract=900)

    assert life.seconds(CONTRACTS) == [0]


def test_what_fails_between_two_sweeps_is_the_next_ones_to_tell() -> None:
    life = Life(recent={"bill": 60})
    life.faults = lambda second, _: (
        httpx.Response(500) if 110 < second < 130 else ZeroDivisionError("a bug") if 170 < second < 190 else None
    )
    with structlog.testing.capture_logs() as lines:
        life.lasts(320, bill=300)

    assert [phase for phase, _ in life.told()] == ["started", "completed"] * 2
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["sweep_crashed"]


# --- folders

HEADER = "COD_CLIENTE;NOME;CPF;CNPJ;TELEFONE_CELULAR1;TELEFONE_RESIDENCIAL;ATIVO;BAIRRO;CIDADE;ESTADO\n"
CLIENT = "1;FULANA DE TESTE;11144477735;;82999990001;;S;Centro;Maceió;AL\n"


def watch(folder: Path, seconds: float, *orders: tuple[float, Callable[[], object]]) -> list[tuple[float, str, str]]:
    """What is told of clients, and when. `orders`: what somebody does at which second. Files are as old as the loop."""
    broker = MemoryBroker()
    options = AltaredeExport(folder=str(folder), look=5, quiet=3)
    here = instance(erp=options.model_dump())

    async def polled() -> None:
        loop = asyncio.get_running_loop()
        opened = ExportSource(options, clock=loop.time)
        await Schedule(sweeper(here, opened, broker), opened).kind("client", 86_400)

    async def somebody() -> None:
        loop = asyncio.get_running_loop()
        for second, order in orders:
            await asyncio.sleep(second - loop.time())
            order()
            for path in folder.glob("*"):  # noqa: ASYNC240 - nobody is kept waiting in here
                os.utime(path, (second, second))
        await asyncio.sleep(seconds)

    live(seconds, somebody(), polled())
    events = [decode(Sweep, one.value) for one in broker.of(SWEEPS.name)]
    return [((one.at - BEGIN).total_seconds(), one.phase, one.error) for one in events]


def write(file: Path, text: str) -> Callable[[], object]:
    return lambda: file.write_text(text, "latin-1")


def test_an_export_is_read_once_it_rests_and_a_growing_one_is_told_of_once(tmp_path: Path) -> None:
    file = tmp_path / "Clientes.csv"
    grow = [(float(second), write(file, HEADER + CLIENT * (second - 5))) for second in range(6, 12)]

    assert [(at, phase) for at, phase, _ in watch(tmp_path, 60, *grow)] == [(15, "started"), (15, "completed")]


def test_a_corrected_export_is_read_within_seconds(tmp_path: Path) -> None:
    """The one before had no telephone: an operator has exported it again, and waits."""
    file = tmp_path / "Clientes.csv"
    wrong = write(file, HEADER.replace("TELEFONE_CELULAR1;", "") + CLIENT)
    found = watch(tmp_path, 200, (1, wrong), (101, write(file, HEADER + CLIENT)))

    assert [phase for _, phase, _ in found] == ["started", "failed", "started", "completed"]
    assert "Clientes.csv has no column TELEFONE_CELULAR1" in found[1][2]
    assert found[-1][0] <= 110


def test_exports_that_end_too_early_do_not_delay_the_next_one(tmp_path: Path) -> None:
    file = tmp_path / "Clientes.csv"
    cut = [(float(at), write(file, (HEADER + CLIENT)[: -at // 20])) for at in (20, 40, 60, 80)]
    found = watch(tmp_path, 200, *cut, (101, write(file, HEADER + CLIENT)))

    assert [phase for _, phase, _ in found].count("failed") == len(cut)
    assert found[-1][1] == "completed"
    assert found[-1][0] <= 110


def test_a_folder_that_is_not_there_is_told_of_once_and_read_once_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    file = folder / "Clientes.csv"
    found = watch(folder, 200, (100, folder.mkdir), (101, write(file, HEADER + CLIENT)))

    assert [phase for _, phase, _ in found] == ["failed", "started", "completed"]
    assert "create it" in found[0][2]
    assert found[-1][0] <= 110


async def test_what_comes_in_its_own_time_is_not_told_as_a_failure() -> None:
    """A clerk need not read that an export was being written when it was looked at."""
    async with opened() as shop:
        schedule = Schedule(shop.sweeper, shop.sweeper.source)
        await schedule._failed(
            "bill", 180, "1", RetryLater("Financeiro.xls is still being written", after=timedelta(seconds=1))
        )
        assert shop.phases() == []

        await schedule._failed("bill", 180, "1", RetryLater("IXC answers HTTP 500 on fn_areceber"))
        assert shop.phases() == ["failed"]
