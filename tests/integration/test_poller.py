"""The poller against the IXC simulator over real HTTP, and the real broker as its memory."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest
from aiokafka import TopicPartition
from pydantic import HttpUrl
from ulid import ULID

from deploy.simulators.ixc.columns import MARK
from deploy.simulators.ixc.provider import Size
from deploy.simulators.ixc.server import TOKEN, USER, application, clock_at
from deploy.simulators.ixc.simulator import Simulator
from deploy.simulators.ixc.store import Edit
from deploy.simulators.serving import in_thread
from producers.erp.lease import gain
from producers.erp.memory import read_back
from producers.erp.schedule import Schedule
from producers.erp.sources import open_source
from producers.erp.sweep import Sweeper
from schemas.codec import decode
from schemas.dead import Why, why_of
from schemas.erp import ERPS
from schemas.erp.ixc import Ixc
from schemas.errors import PipelineError, RetryLater, StopWorker
from schemas.instances import Instance
from schemas.rows import ErpRow, Kind
from schemas.runtime.clock import now
from schemas.runtime.kafka import reader
from schemas.sweeps import Sweep
from schemas.topics import BILLS, CLIENTS, CONTRACTS, DEAD, REFERENCES, ROW_TOPICS, SWEEPS
from tests.integration.pipeline import contents, eventually

pytestmark = pytest.mark.integration

CLIENTS_N = 300
ZONE = "America/Maceio"


class Shop:
    """One provider behind HTTP, and a sweeper of it under the name of one test."""

    def __init__(self, url: str, simulator: Simulator, sweeper: Sweeper, http: httpx.AsyncClient) -> None:
        self.url = url
        self.simulator = simulator
        self.sweeper = sweeper
        self.http = http

    async def command(self, name: str, **body: Any) -> None:  # noqa: ANN401 - JSON
        (await self.http.post(f"/_sim/{name}", json=body)).raise_for_status()

    async def sweep(self, *kinds: Kind) -> dict[str, Sweep]:
        return {kind: await self.sweeper.run(kind, str(ULID())) for kind in kinds}


@asynccontextmanager
async def shop(servers: str, prefix: str, page_size: int = 100) -> AsyncIterator[Shop]:
    clock = clock_at(None, ZONE)
    simulator = Simulator(Size(CLIENTS_N, 1.5), 3, clock().date())
    with in_thread(application(simulator, clock)) as url:
        erp = Ixc(url=HttpUrl(f"{url}/webservice/v1/"), token="-", page_size=page_size, gap=0, timeout=2)
        instance = Instance(name=prefix, zone=ZONE, state="AL", ddd="82", erp=erp)
        source = open_source(instance, {"token": f"{USER}:{TOKEN}"})
        lease = (await gain(servers, [prefix]))[prefix]
        sweeper = Sweeper(instance, ERPS["ixc"], source, lease.outbox, lease.books, lambda bare: f"hash{len(bare)}", now)
        async with httpx.AsyncClient(base_url=url, timeout=30) as http:
            yield Shop(url, simulator, sweeper, http)
        await source.close()
        await lease.close()


async def newest(servers: str, prefix: str, kind: str) -> dict[str, ErpRow]:
    """The last row of each id."""
    rows = [decode(ErpRow, value) for _, value in await contents(servers, ROW_TOPICS[kind], prefix)]  # type: ignore[index]
    return {event.id: event for event in rows}


def open_bills(rows: dict[str, ErpRow]) -> dict[str, str]:
    return {
        code: e.row["valor_aberto"]
        for code, e in rows.items()
        if e.row and e.row["status"] in "AP" and e.row["liberado"] == "S"
    }


def true_bills(simulator: Simulator) -> dict[str, str]:
    rows = simulator.provider["fn_areceber"].each()
    return {row["id"]: row["valor_aberto"] for row in rows if row["liberado"] == "S" and row["status"] in {"A", "P"}}


async def test_first_sync_is_whole_and_a_second_one_publishes_nothing(servers: str, prefix: str) -> None:
    """Whole tables, whitelisted, and silence where nothing changed; also after a restart that reads its memory back."""
    async with shop(servers, prefix) as ixc:
        first = await ixc.sweep("client", "contract", "bill", "reference")
        assert first["client"].rows == CLIENTS_N
        assert open_bills(await newest(servers, prefix, "bill")) == true_bills(ixc.simulator)
        again = await ixc.sweep("client", "contract", "bill", "reference")
        assert Counter({kind: done.published for kind, done in again.items()}).total() == 0
        ixc.sweeper.books = await read_back(servers, [prefix])
        restarted = await ixc.sweep("client", "contract", "bill", "reference")
        assert sum(done.published for done in restarted.values()) == 0
        assert ixc.simulator.writes == 0
        assert ixc.simulator.counts["most_in_flight"] <= 1
    everything = [
        value for topic in (CLIENTS, CONTRACTS, BILLS, REFERENCES) for _, value in await contents(servers, topic, prefix)
    ]
    assert everything
    assert not any(MARK.encode() in (value or b"") for value in everything)  # what must be dropped at the edge
    assert not any("cnpj_cpf" in orjson.loads(value or b"{}").get("row", {}) for value in everything)


async def test_what_left_the_query_is_read_again_by_its_id(servers: str, prefix: str) -> None:
    """Paid and cancelled bills are published as such, a deleted one as gone: never concluded from absence alone."""
    async with shop(servers, prefix) as ixc:
        await ixc.sweep("bill")
        for kind in ("pay", "cancel", "delete", "pay_part", "new_bill"):
            await ixc.command("change", count=5, kind=kind)
        done = (await ixc.sweep("bill"))["bill"]
        rows = await newest(servers, prefix, "bill")
        assert open_bills(rows) == true_bills(ixc.simulator)
        assert done.absent >= 10
        assert sum(event.row is None for event in rows.values()) == 5
        assert {"R", "C"} <= {event.row["status"] for event in rows.values() if event.row}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "html"}, RetryLater),
        ({"kind": "status500"}, RetryLater),
        ({"kind": "cut"}, RetryLater),
        ({"kind": "drop"}, RetryLater),
        ({"kind": "slow", "seconds": 4}, RetryLater),
        ({"kind": "permission"}, StopWorker),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
async def test_a_page_that_fails_ends_the_sweep_and_no_debt_disappears(
    servers: str, prefix: str, fault: dict[str, Any], error: type[PipelineError]
) -> None:
    """From the second page on nothing works: the sweep fails, concludes nothing, and the next one finds everything."""
    async with shop(servers, prefix, page_size=50) as ixc:
        await ixc.sweep("bill")
        before = open_bills(await newest(servers, prefix, "bill"))
        await ixc.command("change", count=20, kind="pay")
        await ixc.command("fail", table="fn_areceber", from_page=2, share=1, **fault)
        with pytest.raises(error):
            await ixc.sweep("bill")
        during = open_bills(await newest(servers, prefix, "bill"))
        assert before.keys() == during.keys()
        await ixc.command("fail", kind="clear")
        await ixc.sweep("bill")
        assert open_bills(await newest(servers, prefix, "bill")) == true_bills(ixc.simulator)
        phases = [decode(Sweep, value).phase for _, value in await contents(servers, SWEEPS, prefix)]
        assert phases == ["started", "completed", "started", "started", "completed"]


async def test_passing_faults_are_sat_out(servers: str, prefix: str) -> None:
    """One failed answer in five, rows shifting between pages: the sweep that completes holds the truth."""
    async with shop(servers, prefix, page_size=40) as ixc:
        for kind in ("html", "cut", "status500", "drop", "shift"):
            await ixc.command("fail", kind=kind, share=0.04)
        await ixc.sweep("client", "bill")
        await ixc.command("fail", kind="clear")
        await ixc.sweep("bill")
        assert open_bills(await newest(servers, prefix, "bill")) == true_bills(ixc.simulator)


async def test_a_failed_sweep_is_reported_and_the_next_succeeds(servers: str, prefix: str) -> None:
    """By the poller's own loop: failed with its reason, then completed."""
    async with shop(servers, prefix) as ixc:
        await ixc.command("fail", kind="permission", count=1)

        async def four() -> list[Sweep]:
            found = [decode(Sweep, value) for _, value in await contents(servers, SWEEPS, prefix)]
            return found if len(found) >= 4 else []

        loop = asyncio.create_task(Schedule(ixc.sweeper, ixc.sweeper.source, mending=0.5).kind("bill", 0.5))
        try:
            sweeps = await eventually(four, "a failure, and a whole sweep")
        finally:
            loop.cancel()
            await asyncio.wait([loop])
        assert [one.phase for one in sweeps[:4]] == ["started", "failed", "started", "completed"]
        assert "fn_areceber" in sweeps[1].error


@pytest.mark.parametrize("kind", ["bill", "contract"])
async def test_what_changed_lately_comes_without_a_whole_sweep(servers: str, prefix: str, kind: Kind) -> None:
    """Payments are seen by their time of change, with the date filter that this ERP was found to understand."""
    async with shop(servers, prefix) as ixc:
        await ixc.sweep(kind)
        before = ixc.simulator.counts["pages"]
        changes = {"bill": ("pay", "cancel", "new_bill"), "contract": ("unblock", "block", "trust_on")}[kind]
        for change in changes:
            await ixc.command("change", count=3, kind=change)
        published = await ixc.sweeper.recent(kind, str(ULID()))
        assert published >= 7
        assert ixc.simulator.counts["pages"] - before <= 4
        if kind == "bill":
            assert open_bills(await newest(servers, prefix, "bill")) == true_bills(ixc.simulator)
        assert (await ixc.sweep(kind))[kind].published == 0


async def test_a_row_that_is_too_large_disturbs_nobody(servers: str, prefix: str) -> None:
    """1.3 MB in one column: a letter names it, every other row goes on, in this instance and in the next."""
    async with shop(servers, prefix) as ixc, shop(servers, f"{prefix}n") as neighbour:
        await ixc.sweep("bill")
        victim, *others = sorted(true_bills(ixc.simulator), key=int)
        large = {"id_renegociacao": "7" * 1_300_000}
        ixc.simulator.provider.apply(Edit("fn_areceber", int(victim), large), now())
        await ixc.command("change", count=20, kind="pay")
        done = (await ixc.sweep("bill"))["bill"]

        assert done.published > 0
        assert (await neighbour.sweep("bill"))["bill"].published == len(true_bills(neighbour.simulator))
        expected = true_bills(ixc.simulator)
        shown = open_bills(await newest(servers, prefix, "bill"))
        assert {code: shown[code] for code in others if code in shown} == {c: expected[c] for c in others if c in expected}
        assert (await ixc.sweep("bill"))["bill"].published == 0
        assert victim in ixc.sweeper.books[prefix, "bill"]
    letters = await letters_of(servers, prefix)
    assert [(why.field, "1300000 bytes" in why.reason) for _, _, why in letters] == [("id_renegociacao", True)]
    assert len(letters[0][1]) < 10_000


async def letters_of(servers: str, prefix: str) -> list[tuple[bytes | None, bytes, Why]]:
    """Dead letters about one instance."""
    reading = reader(servers)
    await reading.start()
    found = []
    try:
        tp = TopicPartition(DEAD.name, 0)
        reading.assign([tp])
        end = (await reading.end_offsets([tp]))[tp]
        await reading.seek_to_beginning(tp)
        while await reading.position(tp) < end:
            for records in (await reading.getmany(timeout_ms=200)).values():
                found += [(r.key, r.value or b"", why_of(r.headers, "")) for r in records]
    finally:
        await reading.stop()
    return [one for one in found if f"[{prefix}]" in one[2].place]
