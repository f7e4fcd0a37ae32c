"""RBX as the poller reads it from the simulator over HTTP, through its mapping to the debtors, against the truth."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import HttpUrl

from deploy.comparison import differences
from deploy.simulators.ixc.columns import MARK
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.server import clock_at
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.rbx import truth
from deploy.simulators.rbx.server import KEY, KEY_V2, application
from deploy.simulators.serving import in_thread
from producers.erp.outbox import Outbox
from producers.erp.sources import open_source
from producers.erp.sweep import Sweeper
from schemas.codec import decode
from schemas.debtor import Debtor
from schemas.erp.rbx import RBX, Rbx
from schemas.errors import PipelineError, RejectRecord, RetryLater, StopWorker
from schemas.hydration.fold import empty, step
from schemas.instances import Instance
from schemas.rows import ErpRow, Kind
from schemas.topics import ROW_TOPICS
from schemas.views import debtor as document
from tests.unit.producers.memory_broker import MemoryBroker

pytestmark = pytest.mark.integration

ZONE = "America/Maceio"
CLIENTS_N = 250
KINDS: tuple[Kind, ...] = ("client", "contract", "bill", "reference")


class Shop:
    """One simulated RBX provider, and a sweeper of it that publishes into memory."""

    def __init__(self, simulator: Simulator, sweeper: Sweeper, broker: MemoryBroker, http: httpx.AsyncClient) -> None:
        self.simulator = simulator
        self.sweeper = sweeper
        self.broker = broker
        self.http = http

    async def command(self, name: str, **body: Any) -> None:  # noqa: ANN401 - JSON
        (await self.http.post(f"/_sim/{name}", json=body)).raise_for_status()

    async def sweep(self, *kinds: Kind) -> dict[Kind, int]:
        """How many rows of each kind were published."""
        return {kind: (await self.sweeper.run(kind, "1")).published for kind in kinds or KINDS}

    def rows(self) -> list[ErpRow]:
        return [
            decode(ErpRow, one.value)
            for kind in ("client", "contract", "bill")
            for one in self.broker.of(ROW_TOPICS[kind].name)
        ]

    def debtors(self) -> tuple[dict[str, Debtor], list[RejectRecord]]:
        """What `hydrate` makes of all that was published, and what it cannot read."""
        found: dict[str, Debtor] = {}
        rejected: list[RejectRecord] = []
        for event in self.rows():
            state = found.get(event.client) or empty(event.instance, event.client, event.seen_at)
            try:
                found[event.client] = step(state, event)
            except RejectRecord as exc:
                rejected.append(exc)
        return found, rejected

    async def wrong(self) -> list[str]:
        """Differences between the views and the truth."""
        held = (await self.http.get("/_sim/truth")).raise_for_status().json()
        found, rejected = self.debtors()
        assert rejected == []
        return differences([document(debtor) for debtor in found.values()], held, "rbx")


@asynccontextmanager
async def opened(*, v2: bool = True, **rbx: Any) -> AsyncIterator[Shop]:  # noqa: ANN401 - options of the simulator
    clock = clock_at(None, ZONE)
    simulator = Simulator(Size(CLIENTS_N, 1.5), 3, clock().date(), truth.clients)
    with in_thread(application(simulator, clock, **rbx)) as url:
        erp = Rbx(url=HttpUrl(f"{url}/routerbox/"), token="-", page_size=50, gap=0, timeout=2)
        instance = Instance(name="rbx", zone=ZONE, state="AL", ddd="82", erp=erp)
        source = open_source(instance, {"token": KEY, **({"token_v2": KEY_V2} if v2 else {})})
        broker = MemoryBroker()
        sweeper = Sweeper(
            instance,
            RBX,
            source,
            Outbox(broker),
            defaultdict(dict),
            lambda bare: f"hash{len(bare)}",
            lambda: datetime.now(UTC),
        )
        async with httpx.AsyncClient(base_url=url, timeout=30) as http:
            yield Shop(simulator, sweeper, broker, http)
        await source.close()


@pytest.mark.parametrize("due_form", ["ymd", "ydm"])
async def test_a_provider_is_read_whole_and_silence_follows(due_form: str) -> None:
    """Whichever way it writes its due dates; suppliers' documents and secret columns stay where they are."""
    async with opened(due_form=due_form) as shop:
        assert (await shop.sweep())["client"] == CLIENTS_N
        assert await shop.wrong() == []
        assert await shop.sweep() == dict.fromkeys(KINDS, 0)
        assert not any(MARK in str(event.row) for event in shop.rows())


async def test_what_left_the_open_documents_is_paid_cancelled_or_unknown() -> None:
    """Settled ones say how; one that is in no list any more is kept as lost, and nobody is called for it."""
    async with opened() as shop:
        await shop.sweep()
        for kind in ("pay", "cancel", "delete", "new_bill", "block", "unblock", "slow", "fast", "deactivate"):
            await shop.command("change", count=4, kind=kind)
        await shop.sweep()
        await shop.sweep()  # who is no longer in the list of reduced ones is believed when two sweeps agree
        last = {event.id: event for event in shop.rows() if event.kind == "bill"}
        reasons = {event.row["Motivo"] for event in last.values() if event.row}

        assert await shop.wrong() == []
        assert {"", "PAGTO"} < reasons
        assert sum(event.lost for event in last.values()) == 4
        lost = [bill for debtor in shop.debtors()[0].values() for bill in debtor.bills.values() if bill.lost]
        assert [bill.status for bill in lost] == ["unknown"] * 4
        assert await shop.sweep() == dict.fromkeys(KINDS, 0)


async def test_passing_faults_are_sat_out() -> None:
    """One failed answer in six, rows leaving between two ranges: the sweep that completes holds the truth."""
    async with opened() as shop:
        for kind in ("html", "cut", "status500", "drop", "shift"):
            await shop.command("fail", kind=kind, share=0.04)
        await shop.sweep()
        await shop.command("fail", kind="clear")
        await shop.sweep()

        assert await shop.wrong() == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [({"kind": "html"}, RetryLater), ({"kind": "slow", "seconds": 4}, RetryLater), ({"kind": "permission"}, StopWorker)],
)
async def test_a_range_that_fails_ends_the_sweep_and_no_debt_disappears(
    fault: dict[str, Any], error: type[PipelineError]
) -> None:
    async with opened() as shop:
        await shop.sweep()
        before = len(shop.rows())
        await shop.command("change", count=20, kind="pay")
        await shop.command("fail", table="ConsultaDocumentosAbertos", from_page=3, **fault)
        with pytest.raises(error):
            await shop.sweep("bill")
        assert not any(event.row is None or event.row["DataBaixa"] for event in shop.rows()[before:])
        await shop.command("fail", kind="clear")
        await shop.sweep("bill")

        assert await shop.wrong() == []


async def test_fictitious_answers_are_refused_before_anything_is_published() -> None:
    """A key in mode Homologação: well-formed answers about people who do not exist."""
    async with opened(mode="homologacao") as shop:
        for kind in KINDS:
            with pytest.raises(StopWorker, match="Homologação"):
                await shop.sweep(kind)

        assert shop.rows() == []


async def test_ambiguous_due_dates_wait_for_what_settles_them() -> None:
    """Bills of one day whose two readings differ: without v2 they are rejected by name, with v2 they are read."""
    for v2 in (False, True):
        async with opened(v2=v2, due_form="ydm") as shop:
            bills = shop.simulator.provider["fn_areceber"]
            for code in list(bills.rows):
                bills.put(code, {"data_vencimento": "2026-03-04"})
            await shop.sweep()
            found, rejected = shop.debtors()
            if v2:
                assert await shop.wrong() == []
            else:
                assert {exc.field for exc in rejected} == {"Vencimento"}
                assert all("ambiguous" in str(exc) for exc in rejected)
                assert not any(debtor.bills for debtor in found.values())
