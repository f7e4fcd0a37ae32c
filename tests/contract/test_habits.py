"""What simulated ERPs do without failing, each habit by its name; the real source reads them all the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

import httpx
import pytest

from deploy.demo.erps import ERPS as SIMULATED
from deploy.demo.options import Options
from deploy.simulators.habits import HABITS, LATE, named, of_erp
from deploy.simulators.ixc import server as ixc
from deploy.simulators.ixc import truth as ixc_truth
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.rbx import server as rbx
from deploy.simulators.rbx import truth as rbx_truth
from producers.erp.columns import Columns
from producers.erp.lists.paged import PagedSource
from producers.erp.wire import Wire
from schemas.erp import ERPS
from schemas.erp.connections import Connection
from schemas.erp.declaration import Erp, Row, Table
from schemas.errors import StopWorker
from schemas.rows import Kind
from tests.strategies import instance

CLIENTS = 60
NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)


@asynccontextmanager
async def reading(erp: str, *habits: str) -> AsyncIterator[tuple[PagedSource, Simulator]]:
    judge = ixc_truth.clients if erp == "ixc" else rbx_truth.clients
    simulator = Simulator(Size(CLIENTS, 1.5), 3, date(2026, 1, 14), judge, frozenset(habits))
    app = (ixc if erp == "ixc" else rbx).application(simulator, lambda: NOON)  # type: ignore[attr-defined]  # both have one
    path = "webservice/v1/" if erp == "ixc" else "routerbox/"
    here = instance(erp={"kind": erp, "url": f"http://erp.example/{path}", "token": "-", "gap": 0, "page_size": 50})
    connection: Connection = here.erp
    secrets = {"token": f"{ixc.USER}:{ixc.TOKEN}" if erp == "ixc" else rbx.KEY, "token_v2": rbx.KEY_V2}
    protocol = ERPS[erp].protocol
    assert protocol is not None
    wire = Wire(connection, httpx.ASGITransport(app=app))  # type: ignore[arg-type]  # of those that are asked over HTTP
    source = PagedSource(protocol, wire, secrets, 50, here.clock)
    yield source, simulator
    await source.close()


async def members(source: PagedSource, erp: str, kind: Kind) -> list[Row]:
    table = ERPS[erp].of_kind(kind)[0]
    found = [row async for told in source.pages(table) for row in told.rows if table.member(row)]
    source.swept(kind)
    return found


async def checked(source: PagedSource, erp: Erp, table: Table) -> None:
    """As a sweep reads a list."""
    columns = Columns(erp, table)
    async for told in source.pages(table):
        columns.check_list(told)
    columns.check_any()


def owed(simulator: Simulator) -> set[str]:
    return {code for client in simulator.facts().values() for code in client.bills}


@pytest.mark.parametrize(
    ("erp", "habit"),
    [(erp, name) for erp in ("ixc", "rbx") for name, habit in HABITS.items() if erp in habit.erps and not habit.fatal],
)
async def test_what_an_erp_does_without_failing_hides_no_bill(erp: str, habit: str) -> None:
    async with reading(erp, habit) as (source, simulator):
        table = ERPS[erp].of_kind("bill")[0]
        found = {row[table.key] for row in await members(source, erp, "bill")}
        again = {row[table.key] for row in await members(source, erp, "bill")}
        back = await source.reread(table, dict.fromkeys(sorted(found)[:5], "0") | {"1": "0"})
        problems = {code for client in simulator.facts().values() for code in client.contracts}
        contracts = ERPS[erp].of_kind("contract")[0]
        shown = [{row[contracts.key] for row in await members(source, erp, "contract")} for _ in range(4)]

    assert found == again == owed(simulator)
    assert {row[table.key] for row in back.rows} >= (set(sorted(found)[:5]) if habit != "no-code-filter" else set())
    assert all(one >= problems for one in shown)


@pytest.mark.parametrize(
    ("erp", "habit"),
    [(erp, name) for erp in ("ixc", "rbx") for name, habit in HABITS.items() if erp in habit.erps and habit.fatal],
)
async def test_on_what_no_debt_can_be_read_from_no_sweep_completes(erp: str, habit: str) -> None:
    async with reading(erp, habit) as (source, simulator):
        assert owed(simulator)
        table = ERPS[erp].of_kind("bill")[0]
        with pytest.raises(StopWorker, match=rf"{table.name} .*Nothing was concluded"):
            await checked(source, ERPS[erp], table)


async def test_a_total_of_its_own_page_is_no_end() -> None:
    async with reading("ixc", "page-totals") as (source, simulator):
        probe = await source.survey(ERPS["ixc"].of_kind("bill")[0])

        assert len(owed(simulator)) > len(probe.rows)
        assert probe.total is None, "where it may be more, it is not said how many"


async def test_late_codes_are_late() -> None:
    async with reading("rbx", "late-codes") as (source, simulator):
        assert min(map(int, owed(simulator))) > LATE
        assert await members(source, "rbx", "bill")


def test_all_are_those_on_which_a_sweep_may_complete() -> None:
    assert named("all") == {name for name, habit in HABITS.items() if not habit.fatal}
    assert named("") == frozenset()
    assert of_erp("ixc", named("other-in,blank-marks")) == ("other-in",)
    with pytest.raises(ValueError, match="nail-biting is none of all, "):
        named("nail-biting")


def test_a_demonstration_hands_each_erp_its_own_habits() -> None:
    options = Options(None, habits=named("other-in,blank-marks"))
    commands = {erp: one.command(options, 1, "x") for erp, one in SIMULATED.items()}

    assert [command[-2:] == ["--habits", "other-in"] for command in commands.values()] == [True, False, False, False]
    assert commands["rbx"][-1] == "blank-marks"
    assert "--habits" not in commands["altarede-webhooks"]
