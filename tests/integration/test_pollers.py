"""Several pollers of one installation: each instance in one of them, whoever sleeps, wakes or dies."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import pytest
from pydantic import SecretStr

from deploy import clients
from deploy.beliefs import believe
from deploy.simulators.ixc.simulator import Simulator
from producers.erp.lease import gain
from producers.erp.poller import follow
from producers.erp.settings import PollerSettings
from producers.held.turns import Turns
from schemas.codec import decode
from schemas.erp.ixc import BILLS as BILL_TABLE
from schemas.rows import ErpRow
from schemas.topics import BILLS
from schemas.views import sweep as sweep_view
from tests.integration.pipeline import SECRETS, Worker, contents, eventually, running
from tests.integration.simulated import Served, served
from tests.integration.watching import Listed, Watch

pytestmark = pytest.mark.integration

KEY = SecretStr(SECRETS["COLLECTOR_SECRET_KEY"])
OFTEN = {"recent": {}, "every": {"bill": 0.5}, "page_size": 20}


def true_bills(simulator: Simulator) -> dict[str, str]:
    """What is open, to the cent."""
    return {row["id"]: row["valor_aberto"] for row in simulator.provider["fn_areceber"].each() if BILL_TABLE.member(row)}


async def shown(servers: str, name: str) -> dict[str, str]:
    """The same as the topic tells it: the last record of each row."""
    rows = [decode(ErpRow, value) for _, value in await contents(servers, BILLS, name)]
    newest = {event.id: event.row for event in rows}
    return {code: row["valor_aberto"] for code, row in newest.items() if row and BILL_TABLE.member(row)}


async def told_truly(servers: str, name: str, erp: Served) -> None:
    """Returns once the topic shows what the ERP holds, which nobody changes any more."""

    async def look() -> bool:
        return await shown(servers, name) == true_bills(erp.simulator)

    await eventually(look, f"the truth about {name}")


def change(erp: Served, *kinds: str) -> None:
    for kind in kinds:
        assert erp.simulator.change(5, datetime.now(UTC), kind)


def said(worker: Worker, event: str, instance: str) -> int:
    """How often it said so about an instance."""
    return sum(event in line and instance in line for line in worker.log.read_text().splitlines())


async def serves(worker: Worker, instance: str, times: int = 1) -> None:
    """Returns once it has taken the instance for that time since it was first started."""

    async def look() -> bool:
        return said(worker, "instance_taken", instance) >= times

    await eventually(look, f"{worker.log.name} takes {instance}")


async def next_sweep(watch: Watch, name: str) -> None:
    """Returns once a sweep that is yet to begin has completed."""
    await watch.until(name, "completed", count=len(watch.of(name, "completed")) + 2)


async def test_who_sleeps_is_replaced_and_writes_nothing_when_he_wakes(
    env: Mapping[str, str], servers: str, listed: Listed, watch: Watch, prefix: str, tmp_path: Path
) -> None:
    """He sleeps with an answer on its way that shows bills as open which are paid by the time he wakes."""
    a, b = f"{prefix}-a", f"{prefix}-b"
    with served("ixc") as erp_a, served("ixc") as erp_b:
        listed.put(erp_a.instance(a, KEY, **OFTEN), erp_b.instance(b, KEY, **OFTEN))
        with running("erp-poller", env, tmp_path, "one") as one:
            await serves(one, a)
            await serves(one, b)
            with running("erp-poller", env, tmp_path, "two") as two:
                await eventually(lambda: _either(two, a, b), "the second poller takes its share")
                mine, erp = (a, erp_a) if said(two, "instance_taken", a) else (b, erp_b)
                other = b if mine == a else a
                await next_sweep(watch, mine)
                assert (said(one, "instance_released", mine), said(one, "instance_released", other)) == (1, 0)

                erp.misbehave({"kind": "slow", "seconds": 3})
                change(erp, "new_bill", "pay_part")
                begun = erp.requests
                await eventually(lambda: _asked(erp, begun + 2), "the sleeper asks")
                two.process.send_signal(SIGSTOP)
                asleep = datetime.now(UTC)
                erp.misbehave()
                change(erp, "pay", "pay", "cancel")
                await serves(one, mine, 2)
                taken_over = datetime.now(UTC)
                await told_truly(servers, mine, erp)
                change(erp, "pay")
                await told_truly(servers, mine, erp)
                two.process.send_signal(SIGCONT)
                await serves_again(two, a, b)
                await next_sweep(watch, a)
                await next_sweep(watch, b)
        for name, served_by in ((a, erp_a), (b, erp_b)):
            await told_truly(servers, name, served_by)
            lease = (await gain(servers, [name]))[name]
            assert set(lease.books[name, "bill"]) == set(true_bills(served_by.simulator))
            await lease.close()
    assert taken_over - asleep < timedelta(seconds=60)
    log = two.log.read_text()
    assert said(two, "instance_let_go", mine) + said(two, "instance_released", mine) >= 1
    assert "Traceback" not in log + one.log.read_text()
    assert not watch.of(a, "failed") + watch.of(b, "failed")


async def _either(worker: Worker, *names: str) -> bool:
    return any(said(worker, "instance_taken", name) for name in names)


async def _asked(erp: Served, number: int) -> bool:
    return erp.requests >= number


async def serves_again(worker: Worker, *names: str) -> None:
    """Returns once it has taken any of them for the second time."""

    async def look() -> bool:
        return sum(said(worker, "instance_taken", name) for name in names) >= 2

    await eventually(look, f"{worker.log.name} serves again")


async def test_who_is_killed_is_replaced(
    env: Mapping[str, str], servers: str, listed: Listed, watch: Watch, prefix: str, tmp_path: Path
) -> None:
    a, b = f"{prefix}-a", f"{prefix}-b"
    with served("ixc") as erp_a, served("ixc") as erp_b:
        erps = {a: erp_a, b: erp_b}
        listed.put(*(erp.instance(name, KEY, **OFTEN) for name, erp in erps.items()))
        with running("erp-poller", env, tmp_path, "one") as one:
            await serves(one, a)
            await serves(one, b)
            with running("erp-poller", env, tmp_path, "two") as two:
                await eventually(lambda: _either(two, a, b), "the second poller takes its share")
                one.kill()
                for erp in erps.values():
                    change(erp, "pay", "new_bill")
                for name, erp in erps.items():
                    await serves(two, name)
                    await told_truly(servers, name, erp)
                one.start()
                await serves_again(two, a, b)
        assert not watch.of(a, "failed") + watch.of(b, "failed")


async def test_a_clock_that_steps_back_loses_no_payment(
    settings: PollerSettings, servers: str, listed: Listed, watch: Watch, prefix: str
) -> None:
    """The order of the partition is the order: what is told later is the truth, whatever its time says."""
    step = [timedelta(0)]
    turns = Turns(servers, group=f"erp-poller-{prefix}")
    with served("ixc") as erp:
        listed.put(erp.instance(prefix, KEY, recent={"bill": 0.3}, every={"bill": 1.0}))
        async with clients.database(settings) as database:
            life = asyncio.create_task(follow(settings, database, turns, clock=lambda: datetime.now(UTC) - step[0]))
            await watch.until(prefix, "completed")
            step[0] = timedelta(hours=3)
            change(erp, "pay", "new_bill")
            await told_truly(servers, prefix, erp)
            await next_sweep(watch, prefix)
            life.cancel()
            await asyncio.wait([life])
            await turns.stop()
    rows = [decode(ErpRow, value) for _, value in await contents(servers, BILLS, prefix)]
    assert min(row.seen_at for row in rows) < max(row.seen_at for row in rows) - timedelta(hours=2)


async def test_an_erp_that_shows_nothing_any_more_must_be_believed_by_somebody(
    settings: PollerSettings, servers: str, listed: Listed, watch: Watch, prefix: str
) -> None:
    """The rows of an ERP that answers with well-formed empty lists stay what they were."""
    turns = Turns(servers, group=f"erp-poller-{prefix}")
    with served("ixc", clients=80) as erp:
        listed.put(erp.instance(prefix, KEY, gap=0, recent={}, every={"bill": 1.0}))
        async with clients.database(settings) as database:
            life = asyncio.create_task(follow(settings, database, turns))
            known = (await watch.until(prefix, "completed")).rows
            assert known > 50
            erp.simulator.provider["fn_areceber"].rows.clear()
            erp.simulator.provider["fn_areceber"]._selections.clear()
            held = await watch.until(prefix, "held")
            assert (held.absent, held.missing, held.known) == (known, known, known)
            assert len(await shown(servers, prefix)) == known
            completed = len(watch.of(prefix, "completed"))

            await database["sweeps"].insert_one({**sweep_view(held), "version": 1})
            assert (await believe(settings, prefix, "bill")).missing == known
            done = await watch.until(prefix, "completed", count=completed + 1)
            assert (done.missing, done.published) == (known, known)
            assert await shown(servers, prefix) == {}
            life.cancel()
            await asyncio.wait([life])
            await turns.stop()
