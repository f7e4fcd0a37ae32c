"""One replay from its first record to its last; cut at any moment, run again it goes on."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.clients import database, reader
from deploy.replay.filling import Filling
from deploy.replay.folding import fold, shadow_of, stage_of
from deploy.replay.plan import Replay, State, asked, unfinished
from deploy.replay.untold import carried
from deploy.replay.wanted import Wanted, wanted
from deploy.topics import TopicSettings, ensure
from deploy.whole import written_down
from processors.keyed.restore import first_since, records_of
from schemas.errors import StopWorker
from schemas.runtime.clock import now
from schemas.runtime.mongo import Database, require_transactions
from schemas.runtime.settings import MongoSettings
from schemas.topics import Topic
from schemas.views import EPOCHS, REPLAYS

Tell = Callable[[str, int, int], None]
"""Hears (what is read, records done, records of this part); offsets stand for records."""


class ReplaySettings(TopicSettings, MongoSettings):
    """Broker and database."""


async def replay(settings: ReplaySettings, plan: Replay, tell: Tell = lambda *_: None) -> Replay:
    """Begin it, or go on with the one of that name. Raises StopWorker, RetryLater."""
    async with database(settings) as store:
        await require_transactions(store)
        found = await store[REPLAYS].find_one({"_id": plan.id})
        if found is None:
            plan = asked(plan, now(), settings.as_set, await written_down(store))
            await wanted(store, plan)  # what is refused is not begun
            plan = replace(plan, begun=now(), generations=await _generations(store, plan))
            await store[REPLAYS].insert_one(plan.document)
        elif not plan.asks_the_same(before := Replay.of(found)):
            raise StopWorker(f"{plan.id} is another replay, of {before.what}: see `collector replay --list`")
        else:
            plan = unfinished(before)
        return await caught_up(settings, store, plan, tell)


async def named(store: Database, name: str) -> Replay:
    """By its id. Raises StopWorker where there is none."""
    found = await store[REPLAYS].find_one({"_id": name})
    if found is None:
        raise StopWorker(f"there is no replay {name}: see `collector replay --list`")
    return Replay.of(found)


async def entered(store: Database, name: str, state: State, may: Callable[[Replay], None]) -> Replay:
    """In its new state, whatever others do with it at once. Raises StopWorker where there is none, and what `may` raises."""
    while True:
        may(plan := await named(store, name))
        if (await store[REPLAYS].update_one({"_id": name, "state": plan.state}, {"$set": {"state": state}})).matched_count:
            return replace(plan, state=state)


async def caught_up(settings: ReplaySettings, store: Database, plan: Replay, tell: Tell) -> Replay:
    """Everything up to now, or up to its end, is in it."""
    servers = settings.kafka_bootstrap_servers
    whose = await wanted(store, plan)
    if plan.is_folded:
        await ensure(servers, settings.kafka_replication, topics=settings.as_set(plan.topics))
        await _folded(servers, store, plan, whose, tell)
    async with reader(servers) as source:
        done = _Done(f"documents of {plan.what}", tell)
        filling = Filling(store, source, plan, whose, done.step)
        await filling.prepare()
        topic = plan.view.topic
        ends = await _ends(source, [topic], None if plan.is_folded else plan.until)
        done.of = sum(ends.values()) - sum(plan.filled.values())
        for tp, end in ends.items():
            await filling.fill(tp.partition, end)
            if plan.since is not None and not plan.is_folded:
                await filling.cut(tp.partition, await first_since(source, tp, plan.since))
        if plan.since is not None and plan.is_folded:
            await filling.cut_by_time()
    await carried(store, plan)
    if plan.is_folded:
        await _count_letters(servers, store, plan)
    await store[REPLAYS].update_one({"_id": plan.id, "state": "begun"}, {"$set": {"state": "filled"}})
    return await named(store, plan.id)


async def _folded(servers: str, store: Database, plan: Replay, whose: Wanted, tell: Tell) -> None:
    stage = shadow_of(await stage_of(plan, store), plan)
    async with reader(servers) as source:
        ends = await _ends(source, stage.sources, plan.until)
    done = _Done(f"states of {plan.what}", tell, sum(ends.values()))
    for number in range(stage.output.partitions):
        until = {tp.topic: end for tp, end in ends.items() if tp.partition == number}
        await fold(stage, number, servers, until, wanted=whose, step=done.step)


class _Done:
    def __init__(self, what: str, tell: Tell, of: int = 0) -> None:
        self.of = of
        self._what = what
        self._tell = tell
        self._done = 0

    def step(self, read: int) -> None:
        self._done += read
        self._tell(self._what, self._done, max(self.of, self._done))


async def _generations(store: Database, plan: Replay) -> dict[str, int]:
    """What stands in the live view, so that versions go on from there; a folded one is put back as states."""
    if plan.is_folded:
        return {}
    shares = store[EPOCHS].find({"view": plan.what})
    return {str(one["_id"]).rpartition(":")[2]: int(one["generation"]) async for one in shares}


async def _ends(
    source: AIOKafkaConsumer, topics: tuple[Topic, ...] | list[Topic], until: datetime | None
) -> Mapping[TopicPartition, int]:
    tps = [TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)]
    if until is not None:
        return {tp: await first_since(source, tp, until) for tp in tps}
    ends: Mapping[TopicPartition, int] = await source.end_offsets(tps)
    return ends


async def _count_letters(servers: str, store: Database, plan: Replay) -> None:
    """Of the fold: what a stage of ours wrote itself, its view can read."""
    count = 0
    async with reader(servers) as source:
        async for _ in records_of(source, TopicPartition(plan.topics[1].name, 0)):
            count += 1
    await store[REPLAYS].update_one({"_id": plan.id}, {"$set": {"letters": count}})
