"""A replay in the place of what is shown; nobody sees an empty view meanwhile.

A view's collection takes the live one's name, and its sink goes on from where the replay was filled. States are put back
under the stage's own fence, at the very positions that its group has committed; views and dialer follow as always.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache, partial

from aiokafka import TopicPartition
from ulid import ULID

from deploy.clients import database, reader
from deploy.replay.folding import fold, shadow_of, stage_of
from deploy.replay.likeness import State, mended, put_back
from deploy.replay.plan import Replay, generation_of, promotable, undisturbed
from deploy.replay.run import ReplaySettings, Tell, caught_up, entered, named
from processors.keyed.partition import Partition
from processors.keyed.restore import records_of
from processors.keyed.stage import KeyedStage
from schemas.errors import RetryLater, StopWorker
from schemas.runtime.clock import now
from schemas.runtime.mongo import Database
from schemas.topics import STATES
from schemas.views import EPOCHS, REPLAYS
from sinks.views.epochs import Share

TRIES, AGAIN_AFTER_S = 20, 1.0
Begin = Callable[[], Awaitable[None]]
"""Asked right before a state is put back: from then on the replay is half promoted."""


async def promote(settings: ReplaySettings, name: str, tell: Tell = lambda *_: None) -> int:
    """How many states were put back; of a view, how many documents it has. Cut, it is finished by running it again.

    Raises StopWorker, RetryLater.
    """
    async with database(settings) as store:
        plan = await named(store, name)
        promotable(plan)
        if plan.is_folded or plan.state != "promoting":
            plan = await caught_up(settings, store, plan, tell)
        done = await (_states(settings, store, plan, tell) if plan.is_folded else take_place(store, plan))
        await store[REPLAYS].update_one({"_id": plan.id}, {"$set": {"state": "promoted"}})
        return done


async def take_place(store: Database, plan: Replay) -> int:
    """Of a view. The offsets are set when the collection is there: what its sink wrote into the old one is read again."""
    if plan.state != "promoting":
        undisturbed(plan, [one async for one in store[EPOCHS].find({"view": plan.what})])
    await entered(store, plan.id, "promoting", promotable)
    if plan.collection in await store.list_collection_names():
        await store[plan.collection].rename(plan.what, dropTarget=True)
    for number in range(plan.view.topic.partitions):
        share = Share(str(ULID()), generation_of(plan, number), 0)
        kept = {field: value for field, value in share.fields.items() if field not in {"next", "again", "until"}}
        at = {"next": plan.filled.get(str(number), 0), "again": True, "until": None}
        await store[EPOCHS].update_one(
            {"_id": f"{plan.what}:{number}"}, {"$set": at, "$setOnInsert": {"view": plan.what, **kept}}, upsert=True
        )
    return await store[plan.what].estimated_document_count()


async def _states(settings: ReplaySettings, store: Database, plan: Replay, tell: Tell) -> int:
    stage = await stage_of(plan, store)
    done = 0

    async def begin() -> None:
        await entered(store, plan.id, "promoting", promotable)

    for number in range(stage.output.partitions):
        tell("partitions put back", number, stage.output.partitions)
        done += await _patiently(settings.kafka_bootstrap_servers, stage, plan, number, begin)
    return done


async def _patiently(servers: str, stage: KeyedStage, plan: Replay, number: int, begin: Begin) -> int:
    """The stage may take its partition back while we are at it, or not have read as far as the replay yet."""
    last: RetryLater | None = None
    mend = cache(partial(mended, plan.what, now()))  # so that the second try is a short one
    for _ in range(TRIES):
        try:
            return await _partition(servers, stage, plan, number, mend, begin=begin)
        except RetryLater as exc:
            last = exc
            await asyncio.sleep(AGAIN_AFTER_S)
    raise StopWorker(f"{plan.id} is not promoted yet, run it again: {last}")


async def _partition(
    servers: str, stage: KeyedStage, plan: Replay, number: int, mend: Callable[[State, State], State], *, begin: Begin
) -> int:
    live = Partition(stage, number, servers)
    try:
        await live.open(now())  # from here on whoever runs the stage is fenced, and starts again
        made = await fold(shadow_of(stage, plan), number, servers, live.read)
        if any(made.read[topic] > live.read[topic] for topic in live.read):
            raise RetryLater(f"{stage.name} has not read what the replay has: see `collector status`")
        await _near(servers, stage, live)
        states = put_back(live.states, made.states, mend)
        await begin()
        await live.put(states)
    finally:
        await live.close()
    return len(states)


async def _near(servers: str, stage: KeyedStage, live: Partition) -> None:
    """Of a topic of states the one that was read may be gone, where a newer one waits: then nothing is concluded."""
    for name in (topic.name for topic in stage.sources if topic.replay == STATES):
        async with reader(servers) as source:
            async for _ in records_of(source, TopicPartition(name, live.number), None, live.read[name]):
                raise RetryLater(f"{stage.name} has not read all of {name}: see `collector status`")
