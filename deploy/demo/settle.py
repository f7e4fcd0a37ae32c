"""Waiting until what the ERP says has arrived in the views, and comparing the two."""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import TopicPartition

from deploy.clients import reader
from deploy.comparison import differences
from deploy.demo.erps import EVERY
from deploy.demo.provider import Provider
from deploy.status import Lag, read_lag
from schemas.instances import Instance
from schemas.runtime.mongo import Database
from schemas.topics import HEARTBEATS, SWEEPS, TOPICS, Topic
from schemas.views import DEAD_LETTERS, LIVING, VIEWS

WITHIN = timedelta(seconds=180)
POLL_S = 0.5
SWEEPS_VIEW = "views.sweeps"
SAID_ANYWAY = (SWEEPS, HEARTBEATS)
"""What is written while nothing changes: on a busy machine there is no moment in which all of it has been read."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a demonstration ended. `lag` sums what groups should have read; `differences` are empty when all is well."""

    events: Mapping[str, int]
    documents: Mapping[str, int]
    lag: int
    differences: list[str]


async def events(servers: str) -> dict[str, int]:
    """Records ever published, by topic."""
    ends = await _ends(servers, TOPICS)
    return {topic.name: sum(end for tp, end in ends.items() if tp.topic == topic.name) for topic in TOPICS}


async def documents(database: Database) -> dict[str, int]:
    """Documents by view."""
    names = [*(view.name for view in VIEWS), DEAD_LETTERS]
    return {name: await database[name].count_documents(LIVING) for name in names}


async def first_sync(database: Database, names: Collection[str]) -> bool:
    """Whether a sweep of every kind of every instance has completed since the start."""
    return len(await _completed(database, names)) == len(EVERY) * len(names)


async def settle(
    providers: Mapping[str, Provider],
    database: Database,
    servers: str,
    instances: list[Instance],
    *,
    faults: bool = False,
    longer: float = 0,
) -> Result:
    """Stop the changes, wait for a whole sweep of each kind after that and for every group, and compare with the truth.

    `providers`: by the instance's name. `faults`: their answers fail now and then, and go on to.
    `longer`: seconds beyond what a sweep usually takes.
    """
    for provider in providers.values():
        await provider.pause(faults=faults)
    deadline = time.monotonic() + WITHIN.total_seconds() + longer
    said = await _ends(servers, SAID_ANYWAY)
    while await _behind(servers, said, SWEEPS_VIEW) and time.monotonic() < deadline:
        await asyncio.sleep(POLL_S)
    begun = await _begun(database, providers.keys())
    for provider in providers.values():
        await provider.export()
    while True:
        if not (swept := await _swept_anew(database, begun, providers.keys())):
            said = await _ends(servers, SAID_ANYWAY)
        behind = await _behind(servers, said)
        lag = sum(one.behind for one in behind)
        found = [f"{one.group} is {one.behind} records behind in {one.topic}" for one in behind]
        if not swept:
            found.append("no complete sweep since the changes stopped")
        if swept and lag == 0:
            found = [
                f"{instance.name}: {line}"
                for instance in instances
                for line in await compare(providers[instance.name], database, instance)
            ]
        if (swept and lag == 0 and not found) or time.monotonic() > deadline:
            return Result(await events(servers), await documents(database), lag, found)
        await asyncio.sleep(POLL_S)


async def compare(provider: Provider, database: Database, instance: Instance) -> list[str]:
    """Readable differences between the views and the provider's truth on the instance's local day."""
    today = datetime.now(UTC).astimezone(instance.clock).date()
    truth = await provider.truth(today, instance.rules.min_days_overdue)
    debtors = [document async for document in database["debtors"].find({"instance": instance.name})]
    return differences(debtors, truth, instance.erp.kind)


async def _behind(servers: str, until: Mapping[TopicPartition, int], group: str = "") -> list[Lag]:
    """The groups that have something left to read; `until` as `read_lag` has it."""
    return [one for one in await read_lag(servers, group, until) if one.behind]


async def _ends(servers: str, topics: Sequence[Topic]) -> dict[TopicPartition, int]:
    async with reader(servers) as consumer:
        partitions = [TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)]
        found: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
    return found


async def _begun(database: Database, names: Collection[str]) -> set[str]:
    """The sweeps that are known by now, under way or ended. Their names tell a time, but of whose clock?"""
    return {one["sweep"] async for one in database["sweeps"].find({"instance": {"$in": list(names)}})}


async def _swept_anew(database: Database, begun: Collection[str], names: Collection[str]) -> bool:
    """Every kind has a completed sweep that is none of `begun`."""
    completed = await _completed(database, names)
    wanted = [(name, kind) for name in names for kind in EVERY]
    return all(one in completed and completed[one]["sweep"] not in begun for one in wanted)


async def _completed(database: Database, names: Collection[str]) -> dict[tuple[str, str], Mapping[str, Any]]:
    found = database["sweeps"].find({"instance": {"$in": list(names)}, "phase": "completed"})
    return {(one["instance"], one["kind"]): one async for one in found}
