"""The heartbeat of a process, to `stage.v1`: one that cannot be sent is dropped, it blocks nothing and ends nothing."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from aiokafka import AIOKafkaProducer

from schemas.codec import encode
from schemas.runtime.kafka_login import connection
from schemas.runtime.progress import Progress
from schemas.stages import BEAT_S, Heartbeat, Held
from schemas.topics import HEARTBEATS

SEND_WITHIN_S = 5.0
GOODBYE_WITHIN_S = 2.0
STUCK_SHOWN = 10
WITHOUT_SHOWN = 10


def heartbeat(like: Heartbeat, progress: Progress, limit: float, at: datetime) -> Heartbeat:
    """What `progress` shows just now. `like`: who it is; `limit`: seconds after which a loop is stuck; `at`: aware."""
    now = progress.clock()
    last = progress.last_turn(now)
    loops = list(progress.loops)
    return like.model_copy(
        update={
            "at": at,
            "held": merged(held for loop in loops for held in loop.held),
            "lag": progress.lag(),
            "progress": None if last is None else at - timedelta(seconds=now - last),
            "stuck": tuple(loop.name for loop in progress.stuck(now, limit)[:STUCK_SHOWN]),
            "away": (*progress.away, *sorted(progress.without)[:WITHOUT_SHOWN]),
            "sweeps": tuple(loop.sweep for loop in loops if loop.sweep is not None),
        }
    )


def merged(held: Iterable[Held]) -> tuple[Held, ...]:
    """One entry a topic, its partitions in order."""
    found: dict[str, set[int]] = {}
    for one in held:
        found.setdefault(one.topic, set()).update(one.partitions)
    return tuple(Held(topic=topic, partitions=tuple(sorted(found[topic]))) for topic in sorted(found) if found[topic])


class Heart:
    """`me`: who it is. `servers`: of Kafka. `limit`: seconds after which a loop is stuck."""

    def __init__(self, me: Heartbeat, servers: str, progress: Progress, limit: float) -> None:
        self._me = me
        self._servers = servers
        self._progress = progress
        self._limit = limit
        self._sender: AIOKafkaProducer | None = None

    async def beat(self) -> None:
        """Until cancelled."""
        while True:
            event = heartbeat(self._me, self._progress, self._limit, datetime.now(UTC))
            await self._send(event.key, encode(event), SEND_WITHIN_S)
            await asyncio.sleep(BEAT_S)

    async def goodbye(self) -> None:
        """The process ends in order: nobody need miss it."""
        await self._send(self._me.key, None, GOODBYE_WITHIN_S)
        await self.close()

    async def close(self) -> None:
        """Give the connection back."""
        sender, self._sender = self._sender, None
        if sender is not None:
            with suppress(Exception):
                async with asyncio.timeout(GOODBYE_WITHIN_S):
                    await sender.stop()

    async def _send(self, key: bytes, value: bytes | None, within: float) -> None:
        try:
            async with asyncio.timeout(within):
                if self._sender is None:
                    self._sender = AIOKafkaProducer(**connection(self._servers), acks=1)
                    await self._sender.start()
                await self._sender.send_and_wait(HEARTBEATS.name, value, key=key, partition=0)
        except Exception:  # noqa: BLE001 - whatever it was: the next heartbeat comes with a new connection
            await self.close()
