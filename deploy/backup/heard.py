"""Which stages work at a broker: whose heartbeat was told just now, and no goodbye since."""

from collections.abc import Iterable
from datetime import datetime

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from deploy.clients import admin, no_broker
from schemas.runtime.reading import read_through
from schemas.stages import SILENT_AFTER
from schemas.topics import HEARTBEATS

Beat = tuple[bytes, bytes | None]
"""Key and value of a record of `stage.v1`; without a value it is a goodbye."""


def working(beats: Iterable[Beat]) -> list[str]:
    """The stages of which some process has not said goodbye. `beats`: in their order. Pure."""
    last = dict(beats)
    return sorted({key.decode(errors="replace").partition(":")[0] for key, value in last.items() if value is not None})


async def heard(servers: str, now: datetime) -> list[str]:
    """Those of the last 30 seconds before `now` (aware): of one that was killed, too. Raises StopWorker."""
    beats: list[Beat] = []
    async with admin(servers) as client:
        if HEARTBEATS.name not in set(await client.list_topics()):
            return []
    try:
        tps = [TopicPartition(HEARTBEATS.name, number) for number in range(HEARTBEATS.partitions)]
        await read_through(servers, tps, lambda one: beats.append((one.key, one.value)), now - SILENT_AFTER)
    except KafkaError as exc:
        raise await no_broker(servers, exc) from exc
    return working(beats)
