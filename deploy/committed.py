"""What consumer groups have committed. A broker that came back just now still loads them: it is asked again."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError

from schemas.topics import HEARTBEATS

WITHIN_S = 30.0
AGAIN_AFTER_S = 0.5
LOADING = (GroupLoadInProgressError, GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError)
ANY = TopicPartition(HEARTBEATS.name, 0)
T = TypeVar("T")


async def groups(client: AIOKafkaAdminClient, prefix: str = "") -> list[str]:
    """Those whose name begins with `prefix`. Raises KafkaError, also where the broker still loads them after 30 s."""
    found = await patiently(client.list_consumer_groups)
    return sorted(name for name, *_ in found if name.startswith(prefix))


async def committed(client: AIOKafkaAdminClient, names: Iterable[str]) -> dict[str, dict[TopicPartition, int]]:
    """Of each of these groups; of one that never committed nothing. Raises KafkaError as `groups` does."""
    return {name: await _of(client, name) for name in names}


async def _of(client: AIOKafkaAdminClient, group: str) -> dict[TopicPartition, int]:
    async def ask() -> dict[TopicPartition, int]:
        found = await client.list_consumer_group_offsets(group)
        # aiokafka passes over "I am still loading", and gives nothing; of a partition that is named it would give -1
        if not found and ANY not in await client.list_consumer_group_offsets(group, partitions=[ANY]):
            raise GroupLoadInProgressError(group)
        return {tp: one.offset for tp, one in found.items() if one.offset >= 0}

    return await patiently(ask)


async def patiently(ask: Callable[[], Awaitable[T]], within: float = WITHIN_S, again_after: float = AGAIN_AFTER_S) -> T:
    """What `ask` gives, once the broker has loaded what it is asked for."""
    gives_up = time.monotonic() + within
    while True:
        try:
            return await ask()
        except LOADING:
            if time.monotonic() > gives_up:
                raise
        await asyncio.sleep(again_after)
