"""The stage `snapshots` on the real parts: the dashboard's numbers, one writer, and what it missed."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient

from dashboard.facts.reads import Reader
from schemas import views
from schemas.codec import encode
from schemas.debtor import Debtor
from schemas.figures.names import FAMILIES
from schemas.figures.snapshots import STEP, quarter, row_id
from schemas.hydration.fold import step
from schemas.instances import Instance
from schemas.keys import debtor_key, partition_of, row_key
from schemas.pabx import PABX_HOLDS
from schemas.rows import ErpRow
from schemas.runtime.mongo import Database
from schemas.stages import Heartbeat
from schemas.sweeps import Sweep
from schemas.topics import ROW_TOPICS, SWEEPS
from schemas.views import INSTANCES, LEASES, SNAPSHOTS, STAGES
from sinks.snapshots.asking import doubts, measured
from sinks.snapshots.lease import FencedError, Lease
from tests.integration import dashboard_provider
from tests.integration.dashboard_provider import Owing, entry
from tests.integration.pipeline import eventually, row, running
from tests.strategies import event

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest_asyncio.fixture
async def store(mongo_uri: str, database: str) -> AsyncIterator[Database]:
    async with AsyncMongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        yield client[database]


def instance(name: str) -> Instance:
    erp = {"kind": "ixc", "url": "http://127.0.0.1:1/", "token": "x"}
    return Instance.model_validate({"name": name, "zone": "America/Maceio", "state": "AL", "ddd": "82", "erp": erp})


async def put(sender: AIOKafkaProducer, at: datetime, *rows: ErpRow) -> None:
    """As they were written at `at`."""
    for one in rows:
        topic = ROW_TOPICS[one.kind]
        number = partition_of(debtor_key(one.instance, one.client), topic.partitions)
        key = row_key(one.instance, one.client, one.kind, one.id)
        stamp = round(at.timestamp() * 1000)
        await sender.send_and_wait(topic.name, encode(one), key=key, partition=number, timestamp_ms=stamp)


async def swept(sender: AIOKafkaProducer, name: str, at: datetime) -> None:
    for kind in ("client", "contract", "bill"):
        one = Sweep(instance=name, erp="ixc", kind=kind, sweep="1", phase="completed", at=at)
        stamp = round(at.timestamp() * 1000)
        key = f"{name}:{kind}".encode()
        await sender.send_and_wait(SWEEPS.name, encode(one), key=key, partition=0, timestamp_ms=stamp)


async def fresh(store: Database, name: str, now: datetime) -> None:
    """As if everything had just been read and nothing waited."""
    for kind in ("client", "contract", "bill"):
        one = Sweep(instance=name, erp="ixc", kind=kind, sweep="1", phase="completed", at=now)
        await store["sweeps"].insert_one({**views.sweep(one), "version": 1})
    for stage in ("hydrate", "views"):
        beat = Heartbeat(stage=stage, worker="0", at=now, since=now, lag=0)
        await store[STAGES].insert_one({**views.stage(beat), "version": 1})


async def rows_of(store: Database, name: str) -> dict[datetime, dict[str, Any]]:
    return {one["at"]: one async for one in store[SNAPSHOTS].find({"instance": name})}


async def test_the_numbers_are_the_dashboards_and_what_is_old_is_not_known(store: Database, prefix: str) -> None:
    """At the same instant, of the same views; a stage that is silent, or a view that is read anew, leaves no number.

    Who may be called is the same too, also while the PABX refuses.
    """
    now = datetime.now(UTC)
    of = dashboard_provider.instance(prefix, prefix)
    await store[INSTANCES].insert_one({"_id": prefix, **of.model_dump(mode="json", exclude={"name"}), "name": prefix})
    today = now.astimezone(of.clock).date()
    for code in range(40):
        late = timedelta(days=code * 3 - 5)
        rows = [
            event("client", str(code), client=str(code), bairro=f"B{code % 7}", ativo="SN"[code % 2]),
            event("contract", f"c{code}", client=str(code), status_internet=("CA", "CM", "A", "FA")[code % 4]),
            event("bill", f"b{code}", client=str(code), id_contrato=f"c{code}", data_vencimento=(today - late).isoformat()),
        ]
        state = Debtor(instance=prefix, code=str(code), version=1, changed_at=now)
        for one in rows:
            state = step(state, one.model_copy(update={"instance": prefix}))
        await store["debtors"].insert_one(views.debtor(state))
        owing = Owing(str(code), f"N{code}", active=True, bills=((today - late, 1_000 + code),))
        await store["queue"].insert_one(views.queue(entry(of, owing, today, now)))
    await fresh(store, prefix, now)

    found = await measured(store, of, now, await doubts(store))
    (shown,) = (await Reader(store).read(now)).instances
    assert (found.standing, found.waiting, found.debts) == (shown.standing, shown.waiting, dict(shown.debts))
    assert found.waiting is not None
    assert found.waiting.ready > 10
    assert found.waiting.held > 5
    await store[PABX_HOLDS].insert_one({"_id": prefix})
    refused = (await measured(store, of, now, await doubts(store))).waiting
    (shown,) = (await Reader(store).read(now)).instances
    assert refused == shown.waiting
    assert refused is not None
    assert (refused.ready, refused.held) == (0, found.waiting.ready + found.waiting.held)

    assert found.standing is not None
    assert found.standing.overdue.debtors > 30
    assert found.access is not None
    assert found.calls is not None
    assert (found.access.n, found.access.access["blocked_auto"], sum(found.access.blocked.values())) == (40, 10, 20)
    late_short = sum(0 < code * 3 - 5 <= 7 for code in range(40) if code % 4 < 2)
    late_long = sum(code * 3 - 5 > 7 for code in range(40) if code % 4 < 2)
    assert (found.access.blocked["short"], found.access.blocked["long"]) == (late_short, late_long)

    later = now + timedelta(minutes=2)
    old = await measured(store, of, later, await doubts(store))
    assert (old.standing, old.access, old.waiting, old.debts) == (None, None, None, None)
    await store[views.EPOCHS].insert_one({"_id": "calls:0", "view": "calls", "next": 0, "until": 5})
    assert (await measured(store, of, now, await doubts(store))).calls is None
    await store["sweeps"].delete_one({"_id": f"{prefix}:client:completed"})
    assert (await measured(store, of, now, await doubts(store))).standing is None


async def test_who_was_paused_over_the_lease_writes_nothing(store: Database) -> None:
    """Two holders: the later one's row stays, the earlier one's next row is none; a row is written once by whoever asks."""
    early, late = Lease(store, "early", "1"), Lease(store, "late", "2")
    await early.prepare()
    await late.prepare()
    assert await early.take() == 1
    assert await late.take() is None
    assert await early.take() == 1
    assert await early.write(1, [{"_id": "x@1", "by": "early"}]) == 1

    await store[LEASES].update_one({"_id": SNAPSHOTS}, {"$set": {"until": datetime.now(UTC) - HOUR}})
    assert await late.take() == 2
    assert await late.write(2, [{"_id": "x@1", "by": "late"}, {"_id": "x@2", "by": "late"}]) == 1
    for rows in ([{"_id": "x@2", "by": "early"}], [{"_id": "x@3", "by": "early"}]):
        with pytest.raises(FencedError):
            await early.write(1, rows)
    with pytest.raises(FencedError):
        await early.thin(1, ["x@2"])
    assert await early.take() is None

    found = {one["_id"]: (one["by"], one["term"]) async for one in store[SNAPSHOTS].find()}
    assert found == {"x@1": ("early", 1), "x@2": ("late", 2)}


@pytest.mark.timeout(900)
async def test_a_day_that_was_missed_is_rebuilt_where_it_can_be_and_two_never_write_twice(  # noqa: PLR0915 - one started stack
    env: Mapping[str, str], store: Database, sender: AIOKafkaProducer, prefix: str, tmp_path: Path
) -> None:
    """Two processes; the one that fills is stopped in the middle, the other goes on, the first is woken.

    The debt of each quarter is what the raw topics had by then; while no sweep was complete it is not known; who could be
    called is not known at all.
    """
    now = quarter(datetime.now(UTC))
    began = now - DAY
    of = instance(prefix)
    due = (began - 20 * DAY).date().isoformat()
    bill = {"data_vencimento": due, "id_contrato": "7"}
    await put(
        sender, began - HOUR, row(prefix, "client", "1", "1"), row(prefix, "bill", "1", "b1", valor_aberto="10.00", **bill)
    )
    await put(sender, began + 2 * HOUR, row(prefix, "bill", "1", "b2", valor_aberto="5.00", **bill))
    await put(sender, began + 12 * HOUR, row(prefix, "bill", "1", "b1", status="R", valor_aberto="0.00", **bill))
    for hours in (*range(-1, 14), *range(18, 24)):  # none was complete from 15 to 18 hours after the beginning
        await swept(sender, prefix, began + hours * HOUR)
    await store[SNAPSHOTS].insert_one({"_id": row_id(prefix, began), "instance": prefix, "at": began})
    changes = await store[SNAPSHOTS].watch()
    await store[INSTANCES].insert_one({"_id": prefix, **of.model_dump(mode="json")})

    with running("snapshots", env, tmp_path, "a") as one, running("snapshots", env, tmp_path, "b") as other:

        async def some() -> Any:  # noqa: ANN401 - a document
            done = await store[SNAPSHOTS].count_documents({"instance": prefix})
            return done > 20 and await store[LEASES].find_one({"_id": SNAPSHOTS})

        lease = await eventually(some, "a part of the gap filled")
        first = {"a": one, "b": other}[lease["holder"]]
        first.process.send_signal(SIGSTOP)
        try:

            async def whole() -> bool:
                found = await rows_of(store, prefix)
                return len(found) >= 96 and set(found) == {began + n * STEP for n in range(len(found))}

            await eventually(whole, "the other one has filled the rest")
        finally:
            first.process.send_signal(SIGCONT)

        async def noticed() -> bool:
            return "fenced" in first.log.read_text()

        await eventually(noticed, "the woken one is told that its term is over")
        after = await store[LEASES].find_one({"_id": SNAPSHOTS})
    assert after is not None
    assert (after["term"], after["holder"]) == (lease["term"] + 1, {"a": "b", "b": "a"}[lease["holder"]])

    found = await rows_of(store, prefix)
    told = Counter[str]()
    while (change := await changes.try_next()) is not None:
        assert change["operationType"] == "insert"
        told[change["documentKey"]["_id"]] += 1
    assert set(told.values()) == {1}
    assert {one.get("term") for one in found.values()} == {None, lease["term"], after["term"]}

    filled = {at: one for at, one in found.items() if one.get("source", {}).get("calls") == "rebuilt"}
    assert len(filled) >= 90
    for at, one in filled.items():
        assert one["source"]["waiting"] == "missing"
        hours = (at - began) / HOUR
        if 15 < hours < 18:
            assert (one["source"]["standing"], "standing.overdue_cents" in one["figures"]) == ("missing", False)
            continue
        expected = 500 + (1_000 if hours < 12 else 0) - (500 if hours < 2 else 0)
        assert (one["source"]["standing"], one["figures"]["standing.overdue_cents"]) == ("rebuilt", expected), hours
        assert one["figures"]["standing.clients"] == 1
        assert one["source"]["access"] == "rebuilt"
    assert set(found) == {began + n * STEP for n in range(len(found))}
    assert all(set(one["source"]) == set(FAMILIES) for at, one in found.items() if at != began)
    assert not [name for name in await store.list_collection_names() if name.startswith("snapshots_rebuilding")]
