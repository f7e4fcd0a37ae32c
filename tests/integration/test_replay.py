"""`collector replay` on the real parts: made beside what is shown, compared, promoted; nothing live is written meanwhile."""

import asyncio
import csv
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from pydantic import SecretStr
from pymongo import AsyncMongoClient

from deploy.clients import admin, reader
from deploy.committed import committed
from deploy.replay.comparing import Compared, compare
from deploy.replay.dropping import drop
from deploy.replay.folding import fold
from deploy.replay.plan import Replay
from deploy.replay.promoting import promote, take_place
from deploy.replay.run import ReplaySettings, named, replay
from deploy.verify.difference import WHOLE, Difference
from processors.dialer.desk import Desk
from processors.dialer.stage import NAME as DIALER
from processors.dialer.worker import stage_at
from processors.hydrate.stage import HYDRATE
from processors.keyed.stage import Folded, KeyedStage
from schemas.codec import decode, encode
from schemas.debtor import Debtor
from schemas.errors import StopWorker
from schemas.records import Record
from schemas.runtime.mongo import Database, reread
from schemas.runtime.secrets import person_hash
from schemas.suppression import SUPPRESSED, Suppressed, client_text
from schemas.topics import CLIENTS, HEARTBEATS, KEYED_PARTITIONS, TOPICS
from schemas.views import EPOCHS, LIVING, REPLAYS
from sinks.views.worker import EVERY, Fed
from tests.integration.command import Collector, Done
from tests.integration.pipeline import SECRETS, eventually, put_rows, row, running
from tests.integration.written import ends

pytestmark = pytest.mark.integration

PERSON_KEY = SecretStr(SECRETS["COLLECTOR_PERSON_KEY"])
CODES = [str(code) for code in range(30)]
RIGHT, WRONG = 9990, 4995
LIVE = [topic for topic in TOPICS if topic is not HEARTBEATS]
FED = [fed for fed in EVERY if fed.view.topic is not HEARTBEATS]
SINKS = [f"views.{fed.view.name}" for fed in FED]
GROUPS = (HYDRATE.name, DIALER, "originate", "views.debtors", "views.queue")


@pytest_asyncio.fixture
async def store(mongo_uri: str, database: str) -> AsyncIterator[Database]:
    async with AsyncMongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        yield client[database]


def mapping_of_before(instance: str) -> KeyedStage:
    """`hydrate` as it would have been with a mistake: half of what is owed."""

    def folded(key: bytes, state: bytes | None, records: Sequence[Record], now: datetime) -> Folded:
        found = HYDRATE.fold(key, state, records, now)
        if found.state is None or not key.startswith(f"{instance}:".encode()):
            return found
        debtor = decode(Debtor, found.state)
        bills = {code: bill.model_copy(update={"open_cents": WRONG}) for code, bill in debtor.bills.items()}
        return found._replace(state=encode(debtor.model_copy(update={"bills": bills})))

    return replace(HYDRATE, fold=folded)


async def run_stage(servers: str, stage: KeyedStage) -> None:
    """To the end of all that there is, in its live topics and under its live name."""
    at = await ends(servers, *stage.sources)
    for number in range(KEYED_PARTITIONS):
        await fold(stage, number, servers, at[number])


async def owed(store: Database, collection: str, instance: str) -> dict[str, int]:
    found = store[collection].find({"instance": instance})
    return {one["code"]: sum(bill["open_cents"] for bill in one["bills"]) async for one in found}


async def shows(store: Database, collection: str, instance: str, wanted: Mapping[str, int]) -> None:
    async def look() -> bool:
        return await owed(store, collection, instance) == wanted

    await eventually(look, f"{collection} as wanted")


async def live(servers: str) -> tuple[Any, Any]:
    """The ends of all live topics, and what live groups have committed."""
    async with admin(servers) as client, reader(servers) as source:
        tps = [TopicPartition(topic.name, number) for topic in LIVE for number in range(topic.partitions)]
        return await source.end_offsets(tps), await committed(client, GROUPS)


@asynccontextmanager
async def least(store: Database, collection: str) -> AsyncIterator[list[int]]:
    """How many documents whoever looks all the time sees, from before to after; like a page, it asks a killed read again."""
    seen: list[int] = []
    over = asyncio.Event()

    async def look() -> None:
        seen.append(await reread(lambda: store[collection].count_documents({})))

    async def watch() -> None:
        while not over.is_set():
            await look()
            await asyncio.sleep(0.005)

    await look()
    async with asyncio.TaskGroup() as group:
        group.create_task(watch())
        try:
            yield seen
        finally:
            over.set()
    await look()


def cut(what: str, done: int, _of: int) -> None:
    """Whoever is told of the first documents is interrupted."""
    if what.startswith("documents") and done:
        raise KeyboardInterrupt


def settings_of(env: Mapping[str, str]) -> ReplaySettings:
    return ReplaySettings.model_validate({name.lower(): value for name, value in env.items()})


def ours(found: Compared, prefix: str) -> list[Difference]:
    """Without what other tests left on this broker: states that nobody folded, verdicts of instances that are gone."""
    return [one for one in found.differences if one.instance.startswith(prefix)]


def told(done: Done, code: int) -> str:
    assert done.returncode == code, done.stderr
    return done.stderr


async def test_a_corrected_mapping_is_seen_and_promoted(
    servers: str, sender: AIOKafkaProducer, env: Mapping[str, str], store: Database, prefix: str, tmp_path: Path
) -> None:
    """Interrupted and gone on with; compared; only then promoted: the queue follows, and nobody sees an empty view."""
    other = f"{prefix}b"
    for name, codes in ((prefix, CODES), (other, CODES[:3]), (other, CODES[3:5])):
        since = datetime.now(UTC)
        await put_rows(sender, [row(name, "client", code, code) for code in codes])
        await put_rows(sender, [row(name, "bill", code, f"{code}1") for code in codes])
    await run_stage(servers, mapping_of_before(prefix))
    await run_stage(servers, stage_at(Desk(store)))
    collector = Collector(tmp_path, env)
    with running("views", env, tmp_path):
        await shows(store, "debtors", prefix, dict.fromkeys(CODES, WRONG))
        await eventually(partial(store["queue"].count_documents, {"instance": other}), "the queue")
        before = await eventually(partial(settled, servers), "what the sinks commit")

        settings = settings_of(env)
        with pytest.raises(KeyboardInterrupt):
            await replay(settings, Replay("mapping", "debtors"), cut)
        assert (await named(store, "mapping")).filled
        assert "goes on" not in told(collector("replay", "debtors", "--id", "mapping"), 0)
        assert await owed(store, "debtors@mapping", prefix) == dict.fromkeys(CODES, RIGHT)
        await replay(settings, Replay("part", "debtors", other, since))
        assert await owed(store, "debtors@part", prefix) == {}
        assert await owed(store, "debtors@part", other) == dict.fromkeys(CODES[3:5], RIGHT)
        await replay(settings, Replay("ranks", "queue"))
        ranks = await compare(settings, "ranks")
        assert (ours(ranks, prefix), ranks.documents) == ([], await store["queue"].count_documents(dict(LIVING)))
        told(collector("replay", "--compare", "mapping", "--output", "found.csv"), 1)
        with (tmp_path / "found.csv").open() as file:
            lines = list(csv.DictReader(file))
        assert {(one["code"], one["field"], one["live"], one["replay"]) for one in lines if one["instance"] == prefix} == {
            (code, f"bills.{code}1.open_cents", str(WRONG), str(RIGHT)) for code in CODES
        }
        assert not [one for one in lines if one["instance"] == other]
        assert await live(servers) == before  # no request to call, no state, no letter, and no group moved

        with pytest.raises(StopWorker, match="part is a part"):
            await promote(settings, "part")
        assert "is whole from" in told(collector("replay", "debtors", "--from", "2020-01-01"), 2)
        async with least(store, "debtors") as seen:
            told(await asyncio.to_thread(collector, "replay", "--promote", "mapping"), 0)
            await shows(store, "debtors", prefix, dict.fromkeys(CODES, RIGHT))
        assert min(seen) == max(seen) > 0
        with pytest.raises(StopWorker, match="mapping was promoted"):
            await replay(settings, Replay("mapping", "debtors"))
        await replay(settings, Replay("after", "debtors"))
        assert ours(await compare(settings, "after"), prefix) == []

        # whoever runs `hydrate` next goes on from there: nothing is read twice, nothing of before comes back
        await put_rows(sender, [row(prefix, "bill", "3", "32")])
        await run_stage(servers, HYDRATE)
        await shows(store, "debtors", prefix, {**dict.fromkeys(CODES, RIGHT), "3": 2 * RIGHT})
        await all_dropped(servers, store, collector)


async def all_dropped(servers: str, store: Database, collector: Collector) -> None:
    """Nothing of any replay is left, and its name may be used again."""
    names = ("mapping", "part", "ranks", "after")
    listed = collector("replay", "--list").stdout
    assert all(name in listed for name in names)
    for name in names[1:]:
        await drop(settings_of(collector.env), name)
    told(collector("replay", "--drop", names[0]), 0)
    async with admin(servers) as client:
        await eventually(partial(no_topics, client), "the end of its topics")
        gone = await committed(client, ["replay-mapping"])
    assert set(gone["replay-mapping"].values()) == {0}
    assert await store[REPLAYS].count_documents({}) == 0
    assert not [one for one in await store.list_collection_names() if "@" in one]


async def no_topics(client: AIOKafkaAdminClient) -> bool:
    return not [one for one in await client.list_topics() if "replay-" in one]


async def settled(servers: str) -> Any:  # noqa: ANN401 - what `live` tells
    """Once every view has read all that there is: of what other tests left, some buries letters here."""
    at, offsets = await live(servers)
    async with admin(servers) as client:
        read = await committed(client, SINKS)
    everything = all(read[f"views.{fed.view.name}"].get(tp) == one for fed in FED for tp, one in at.items() if of(fed, tp))
    return (at, offsets) if everything and await live(servers) == (at, offsets) else None  # none was written meanwhile


def of(fed: Fed, tp: TopicPartition) -> bool:
    return bool(tp.topic == fed.view.topic.name)


async def without_the_erased(
    settings: ReplaySettings, store: Database, prefix: str, then: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replay of what was before somebody was erased: no tombstone stands there."""
    erased = Suppressed(
        hash=person_hash(client_text(prefix, CODES[-1]), PERSON_KEY),
        what="client",
        person="-",
        instance=prefix,
        since=then - timedelta(days=40),  # erased, brought back by an older poller, erased again: the first entry stays
    )
    await store[SUPPRESSED].insert_one(erased.document)
    monkeypatch.delenv("COLLECTOR_PERSON_KEY", raising=False)
    with pytest.raises(StopWorker, match="COLLECTOR_PERSON_KEY"):
        await replay(settings, Replay("erased", "closed_bills", prefix, until=then))
    monkeypatch.setenv("COLLECTOR_PERSON_KEY", PERSON_KEY.get_secret_value())
    await replay(settings, Replay("erased", "closed_bills", prefix, until=then))
    assert (await bills(store, "closed_bills@erased")).keys() == {f"{code}1" for code in CODES[:-1]}


async def test_a_view_is_made_before_its_sink_and_replaced_beside_it(
    sender: AIOKafkaProducer,
    env: Mapping[str, str],
    store: Database,
    prefix: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sink goes on from where the replay was filled: it reads nothing anew, and loses nothing that came meanwhile."""
    settings = settings_of(env)
    await put_rows(sender, [row(prefix, "bill", code, f"{code}1") for code in CODES])
    await replay(settings, Replay("first", "closed_bills"))
    found = [one for one in (await compare(settings, "first")).differences if one.instance == prefix]
    assert {(one.field, one.expected, one.found) for one in found} == {(WHOLE, "absent", "present")}
    assert len(found) == len(CODES)
    await promote(settings, "first")
    with running("views", env, tmp_path) as sink:
        await put_rows(sender, [row(prefix, "bill", "1", "11", status="R")])
        await eventually(partial(closed, store, prefix, "11"), "the closed bill")
        assert await store["closed_bills"].count_documents({"instance": prefix}) == len(CODES)

        await store["closed_bills"].update_many({"instance": prefix}, {"$set": {"cents": WRONG}})
        second = await replay(settings, Replay("second", "closed_bills"))
        then = datetime.now(UTC) - timedelta(milliseconds=10)
        await put_rows(sender, [row(prefix, "bill", "2", "21", status="R"), row(prefix, "bill", "2", "22")])
        await eventually(partial(closed, store, prefix, "21"), "the bill that closes after the replay")
        await replay(settings, Replay("since", "closed_bills", prefix, since=then))
        await replay(settings, Replay("until", "closed_bills", prefix, until=then))
        assert await bills(store, "closed_bills@since") == {"21": "paid", "22": None}
        assert await bills(store, "closed_bills@until") == {**{f"{code}1": None for code in CODES}, "11": "paid"}
        await without_the_erased(settings, store, prefix, then, monkeypatch)
        async with least(store, "closed_bills") as seen:
            await take_place(store, second)  # without catching up: what came since is in the old collection alone
            await eventually(partial(closed, store, prefix, "21"), "the same bill in its new place")
            await eventually(partial(on_its_way, store), "the sink where it was")
        assert min(seen) >= len(CODES)
        cents = {one["bill"]: one["cents"] async for one in store["closed_bills"].find({"instance": prefix})}
        assert cents == dict.fromkeys([f"{code}1" for code in CODES] + ["22"], RIGHT)
        anew = [line for line in sink.log.read_text().splitlines() if "read_anew" in line and "closed_bills" in line]
        assert not anew
    with pytest.raises(StopWorker, match="half promoted"):
        await drop(settings, "second")
    await promote(settings, "second")
    await drop(settings, "second")


async def bills(store: Database, collection: str) -> dict[str, str | None]:
    return {one["bill"]: one.get("how") async for one in store[collection].find()}


async def closed(store: Database, instance: str, bill: str) -> bool:
    found = await store["closed_bills"].find_one({"instance": instance, "bill": bill})
    return found is not None and found["how"] is not None


async def on_its_way(store: Database) -> bool:
    """Every partition was taken again, and none is being read anew."""
    found = await store[EPOCHS].find({"view": "closed_bills"}).to_list()
    return len(found) == CLIENTS.partitions and not any(one.get("again") or one["until"] for one in found)
