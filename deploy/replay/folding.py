"""A stage's states folded anew, with its own shell and pure code, into topics of the replay's own."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from aiokafka import TopicPartition

from deploy.clients import reader
from deploy.replay.merged import as_then, by_time
from deploy.replay.plan import Replay
from deploy.replay.wanted import Wanted, everybody
from processors.dialer.desk import Desk
from processors.dialer.worker import stage_at
from processors.hydrate.stage import HYDRATE
from processors.keyed.partition import Partition
from processors.keyed.restore import records_of
from processors.keyed.stage import KeyedStage
from schemas.records import Timed
from schemas.runtime.clock import now
from schemas.runtime.mongo import Database
from schemas.runtime.transactions import Reach

AT_ONCE = 30_000
"""Records of a partition in one transaction: with fewer a state is written, and shown, once more for each few rows."""
Step = Callable[[int], None]
"""Hears how many records were read since."""


async def stage_of(plan: Replay, store: Database) -> KeyedStage:
    """The live one whose states the view shows; the dialer's in today's world. Raises RetryLater."""
    if plan.what == "debtors":
        return HYDRATE
    desk = Desk(store)
    await desk.look()
    return stage_at(desk)


def shadow_of(stage: KeyedStage, plan: Replay) -> KeyedStage:
    """The same under a name, a group and topics of its own."""
    output, letters = plan.topics
    return replace(as_then(stage), name=plan.group, output=output, letters=letters)


def reach_of(stage: KeyedStage) -> Reach:
    """All that a replay writes to Kafka."""
    return Reach(frozenset({stage.output.name, stage.letters.name}), stage.name)


async def fold(
    stage: KeyedStage,
    number: int,
    servers: str,
    until: Mapping[str, int],
    *,
    wanted: Wanted = everybody,
    step: Step = lambda _: None,
) -> Partition:
    """One partition, from where it was left up to the offsets `until`, by topic. Closed: its states and positions stay.

    Cut at any moment it goes on where its last transaction ended. Raises RetryLater, StopWorker.
    """
    part = Partition(stage, number, servers, reach_of(stage))
    try:
        await part.open(now())
        async with AsyncExitStack() as closing:
            step(sum(part.read.values()))
            streams = []
            for topic in stage.sources:
                source = await closing.enter_async_context(reader(servers))
                tp = TopicPartition(topic.name, number)
                streams.append(records_of(source, tp, until[topic.name], part.read[topic.name]))
            async for batch in _batches(by_time(streams)):
                await part.take([record for record in batch if wanted(record.key)], now())
                step(len(batch))
    finally:
        await part.close()
    return part


async def _batches(records: AsyncIterator[Timed]) -> AsyncIterator[Sequence[Timed]]:
    waiting: list[Timed] = []
    async for record in records:
        waiting.append(record)
        if len(waiting) == AT_ONCE:
            yield waiting
            waiting = []
    if waiting:
        yield waiting
