"""Fills what was missed: the debtors of then in a collection of their own, and the same pipelines over it."""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

from aiokafka import TopicPartition
from pymongo import DeleteOne, ReplaceOne

from schemas.figures.snapshots import Found, Snapshot
from schemas.instances import Instance
from schemas.records import Timed
from schemas.runtime.mongo import Database
from schemas.runtime.reading import read_through
from schemas.topics import BILLS, CALLS_KEPT, CLIENTS, CONTRACTS, REPLAY, SWEEPS
from schemas.views import Document
from sinks.snapshots.asking import NEEDED, called, owed
from sinks.snapshots.past import Past, Sweeps

SCRATCH = "snapshots_rebuilding_"
"""And the term: a holder that was paused works in another one than who took over."""
SWEPT_BEFORE = timedelta(days=2)
"""So far before a moment the last sweeps are looked for."""
AT_ONCE = 1_000


async def forget(database: Database) -> None:
    """Drop what other holders have left: one that still works there is fenced."""
    for name in await database.list_collection_names():
        if name.startswith(SCRATCH):
            await database.drop_collection(name)


class Filling:
    """`servers`: of Kafka. `term`: of the lease. `turned` is called while the topics are read."""

    def __init__(self, database: Database, servers: str, term: int, turned: Callable[[], None]) -> None:
        self._turned = turned
        self._read = 0
        self._database = database
        self._servers = servers
        self._scratch = f"{SCRATCH}{term}"

    async def rows(
        self, instance: Instance, moments: Sequence[datetime], now: datetime, *, calls_known: bool
    ) -> AsyncGenerator[Snapshot, None]:
        """One for each of `moments`, which are in their order and before `now`. Raises KafkaError and PyMongoError."""
        told = [at for at in moments if now - at < REPLAY]
        past, sweeps = Past(instance.name, told[0], told[-1]) if told else None, Sweeps(instance.name)
        if past is not None:
            raw = [TopicPartition(topic.name, n) for topic in (CLIENTS, CONTRACTS, BILLS) for n in range(topic.partitions)]
            await read_through(self._servers, raw, partial(self._take, past))
            oldest = told[0] - max(SWEPT_BEFORE, timedelta(minutes=instance.rules.max_data_age_minutes))
            swept = [TopicPartition(SWEEPS.name, 0)]
            await read_through(self._servers, swept, lambda record: sweeps.take(record.value), oldest)
        await self._database.drop_collection(self._scratch)
        try:
            for at in moments:
                found = Found()
                if past is not None and at >= told[0]:
                    await self._put(past.at(at))
                    if _is_known(instance, sweeps, at):
                        debt = await owed(self._database, instance, at, self._scratch)
                        found = found._replace(standing=debt.standing, debts=debt.debts, access=debt.access)
                if calls_known and now - at < CALLS_KEPT - timedelta(days=1):
                    found = found._replace(calls=await called(self._database, instance, at))
                yield Snapshot(instance.name, at, found, "rebuilt")
        finally:
            await self._database.drop_collection(self._scratch)

    def _take(self, past: Past, record: Timed) -> None:
        past.take(record)
        self._read += 1
        if self._read % AT_ONCE == 0:
            self._turned()

    async def _put(self, documents: Iterable[tuple[str, Document | None]]) -> None:
        writes: list[ReplaceOne[Document] | DeleteOne] = []
        for name, document in documents:
            if document is None:
                writes.append(DeleteOne({"_id": name}))
            else:
                writes.append(ReplaceOne({"_id": name}, document, upsert=True))
            if len(writes) == AT_ONCE:
                await self._database[self._scratch].bulk_write(writes, ordered=False)
                writes = []
        if writes:
            await self._database[self._scratch].bulk_write(writes, ordered=False)


def _is_known(instance: Instance, sweeps: Sweeps, at: datetime) -> bool:
    """Whether the ERP had been read whole by then, its bills as lately as the instance wants."""
    last = sweeps.last(at)
    oldest = timedelta(minutes=instance.rules.max_data_age_minutes)
    return all(kind in last for kind in NEEDED) and at - last["bill"] <= oldest
