"""How old is what waits? Asked of the broker itself, over a connection of its own, and only while something waits.

A reader cannot tell: what it has not read it knows by its number alone.
"""

from collections.abc import Mapping
from time import monotonic

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.runtime import kafka

WITHIN_S = 2.0
LOOK_MS = 200
FETCH_BYTES = 1_024
"""Of each partition: one batch comes in any case, and one record is looked at."""


class Oldest:
    """`servers`: of Kafka."""

    def __init__(self, servers: str) -> None:
        self._servers = servers
        self._reader: AIOKafkaConsumer | None = None

    async def written(self, waiting: Mapping[tuple[str, int], int]) -> float | None:
        """When the oldest of the records that stand first from these offsets on was written, Unix time.

        `waiting`: by topic and partition. None where the broker shows none of them in time: what is compacted away, or
        of a transaction that is still open.
        """
        since = {TopicPartition(*place): offset for place, offset in waiting.items()}
        try:
            reader = await self._started()
            reader.assign(list(since))
            for tp, offset in since.items():
                reader.seek(tp, offset)
            return await _first(reader, since)
        except KafkaError:
            await self.close()
            return None
        finally:
            if self._reader is not None:
                self._reader.unsubscribe()  # else it would fetch on

    async def _started(self) -> AIOKafkaConsumer:
        if self._reader is None:
            reader = kafka.reader(self._servers, fetch_bytes=FETCH_BYTES)
            try:
                await reader.start()
            except BaseException:
                await reader.stop()
                raise
            self._reader = reader
        return self._reader

    async def close(self) -> None:
        """Give the connection back."""
        reader, self._reader = self._reader, None
        if reader is not None:
            await reader.stop()


async def _first(reader: AIOKafkaConsumer, since: Mapping[TopicPartition, int]) -> float | None:
    """What stands before an offset is no answer: it comes from the beginning of a topic that ends before that offset."""
    found: dict[TopicPartition, float] = {}
    ends = monotonic() + WITHIN_S
    while len(found) < len(since) and monotonic() < ends:
        for tp, records in (await reader.getmany(timeout_ms=LOOK_MS)).items():
            if records[0].offset >= since[tp]:
                found.setdefault(tp, records[0].timestamp / 1_000)
    return min(found.values(), default=None)
