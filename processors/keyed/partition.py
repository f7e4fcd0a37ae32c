"""One partition of a stage's states, held by one worker: fenced, restored, folded, published.

Who opens a partition fences whoever held it before (`schemas.runtime.transactions`), and only then reads what was committed:
states, positions and offsets agree, and nothing can be added behind our back. States, dead letters and offsets of a round
are one transaction.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from processors.keyed.restore import Restored, first_since, records_of, restore
from processors.keyed.rounds import Round, bounded, fold_round, messages
from processors.keyed.stage import KeyedStage
from schemas.errors import RejectRecord, RetryLater
from schemas.keys import partition_of
from schemas.records import Record
from schemas.runtime.kafka import reader
from schemas.runtime.spans import SPANS
from schemas.runtime.transactions import Parts, Reach, Writer, letters_part

BREATH = 500
SWEEP_EVERY = timedelta(hours=1)
LOOKS, LOOK_S = 10, 0.5
log = structlog.get_logger()


class Partition:
    """`states`: bytes by key, as committed; `read`: the next offset of each source topic. `reach`: see `Writer`.

    `busy`: whoever changes states, or writes, holds it from the first look at them to the commit.
    """

    def __init__(self, stage: KeyedStage, number: int, servers: str, reach: Reach | None = None) -> None:
        self.number = number
        self.busy = asyncio.Lock()
        self.states: dict[bytes, bytes] = {}
        self.read: dict[str, int] = {}
        self._stage = stage
        self._swept = datetime.min.replace(tzinfo=UTC)
        self._servers = servers
        self._writer = Writer(servers, f"{stage.name}-{number}", reach)

    async def open(self, now: datetime, turned: Callable[[], None] = lambda: None) -> None:
        """Take over; `turned` is called for each stretch that was read. Raises RetryLater."""
        await self._writer.open()
        source = reader(self._servers)
        try:
            committed = await self._committed()
            await source.start()
            found = await restore(self._stage, self.number, source, turned, now)
            self.states, self.read = found.states, await self._positions(source, committed, found, now)
            self._swept = now
            if found.unreadable:
                await self._fold_again(source, found, now, turned)
        except KafkaError as exc:
            raise RetryLater(f"the states of {self._writer.identity} cannot be read ({type(exc).__name__})") from exc
        finally:
            await source.stop()
        log.info("restored", partition=self.number, states=len(self.states), unreadable=len(found.unreadable))

    async def _committed(self) -> dict[str, int]:
        """The group's offsets, by source; 0 where it has none.

        Asked by a client that is assigned nothing: aiokafka's coordination dies (AssertionError) where partitions are
        assigned anew while it still looks for the group's coordinator, as in the first moments of a new broker.
        """
        asked = reader(self._servers, self._stage.name)
        try:
            await asked.start()
            places = [TopicPartition(topic.name, self.number) for topic in self._stage.sources]
            return {place.topic: await asked.committed(place) or 0 for place in places}
        finally:
            await asked.stop()

    async def _positions(
        self, source: AIOKafkaConsumer, committed: Mapping[str, int], found: Restored, now: datetime
    ) -> dict[str, int]:
        """The group's offsets; where they were reset or expired, what the states themselves know.

        Where neither knows, a source is read from its beginning, or from as far back as states are remembered.
        """
        read = {}
        for topic in self._stage.sources:
            known = max(committed[topic.name], found.read.get(topic.name, 0))
            read[topic.name] = known or await self._since(source, topic.name, now)
        for name in await self._shorter(source, read):
            log.warning("read_anew", topic=name, partition=self.number, why="it is shorter than what was read of it")
            read[name] = await self._since(source, name, now)
        return read

    async def _since(self, source: AIOKafkaConsumer, name: str, now: datetime) -> int:
        """Of a source, the offset from which records may belong to states that are remembered."""
        return await first_since(source, TopicPartition(name, self.number), self._stage.remembers_since(now))

    async def _shorter(self, source: AIOKafkaConsumer, read: Mapping[str, int]) -> list[str]:
        """Sources that end before what was read of them: made anew, or restored. Asked again before it is believed."""
        for _ in range(LOOKS):
            ends = await source.end_offsets([TopicPartition(name, self.number) for name in read])
            found = [tp.topic for tp, end in ends.items() if end < read[tp.topic]]
            if not found:
                return []
            await asyncio.sleep(LOOK_S)  # a broker that has just started may not know its ends yet
        return found

    async def _fold_again(
        self, source: AIOKafkaConsumer, found: Restored, now: datetime, turned: Callable[[], None]
    ) -> None:
        """States that nobody can read, made anew from all that the sources say up to our positions.

        One that stood in another's partition is erased here: its own has all of it.
        """
        rows: defaultdict[bytes, list[Record]] = defaultdict(list)
        for topic, end in self.read.items():
            start = await self._since(source, topic, now)
            async for record in records_of(source, TopicPartition(topic, self.number), end, start):
                try:
                    key = self._stage.key_of(record)
                except RejectRecord:
                    continue  # it had its letter when it was read first
                home = partition_of(self._stage.home(key), self._stage.output.partitions)
                if key in found.unreadable and home == self.number:
                    rows[key].append(record)
            turned()
        states: dict[bytes, bytes | None] = {}
        for count, key in enumerate(found.unreadable):
            states[key] = bounded(self._stage, key, None, rows[key], now).state
            if count % BREATH == 0:
                turned()
                await asyncio.sleep(0)
        log.warning("folded_again", partition=self.number, keys=[key.decode(errors="replace") for key in states])
        await self._commit(Round(states, list(found.unreadable.values()), self.read))

    async def take(self, records: Sequence[Record], now: datetime) -> Collection[bytes]:
        """One round; the keys whose states it changed.

        Raises RetryLater; then nothing of it was done, and the partition must be opened anew.
        """
        self._forget(now)
        began = SPANS.now()
        found = fold_round(self._stage, records, self.states, self.read, now, SPANS.one_in)
        if found.read != self.read:
            await self._commit(found)
            for ways in found.ways.values():
                SPANS.passed(ways, began)
        return found.states.keys()

    def _forget(self, now: datetime) -> None:
        """Drop what is not remembered any more, now and then: no record can touch it, and nothing is published."""
        if self._stage.memory is not None and now - self._swept > SWEEP_EVERY:
            self._swept = now
            self.states = {key: state for key, state in self.states.items() if not self._stage.forgets(key, now)}

    async def put(self, states: Mapping[bytes, bytes | None]) -> None:
        """States that no record changed. Raises RetryLater."""
        if states:
            await self._commit(Round(dict(states), [], self.read))

    async def send(self, parts: Parts) -> None:
        """What is no state, under the same fence: who has lost the partition sends nothing. Raises RetryLater."""
        await self._writer.write(parts)

    async def _commit(self, found: Round) -> None:
        parts: Parts = letters_part(found.letters, self._stage.letters.name)
        if found.states:
            parts[self._stage.output.name, self.number] = messages(found.states, found.read, found.ways)
        offsets = {TopicPartition(topic, self.number): offset for topic, offset in found.read.items()}
        await self._writer.write(parts, offsets, self._stage.name)
        self.read = found.read
        for key, state in found.states.items():
            if state is None:
                self.states.pop(key, None)
            else:
                self.states[key] = state

    async def close(self) -> None:
        """Give it back as it is."""
        await self._writer.close()
