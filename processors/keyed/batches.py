"""Faust's consumer, handing over what a fetch brought as one message a partition, and only from where we say.

Three things are ours. Faust 0.15.3 spends two asyncio tasks and a `wait` on each record, which ends near 13,000 records a
second: here a fetch is one message. Faust seeks to committed offsets in the middle of fetches, and aiokafka then leaves a
partition that has none where it is, so that first rows were lost for good: here `expected` is the truth, what a fetch
brought and was not handed over is fetched again, and nothing is read of a partition that is not open. And Faust's reader
would see aborted transactions.

This touches private parts of Faust: the version is pinned, and `tests/integration/test_hydrate.py` fails when they change.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, Message

from schemas.errors import RetryLater
from schemas.runtime.kafka import COMMITTED, HEARTBEAT_MS, SESSION_MS, reader
from schemas.runtime.kafka_login import connection
from schemas.runtime.membership import Member, measured
from schemas.runtime.progress import PROCESS, Measured

PINNED = "0.15.3"
FETCH_RECORDS = 5_000
FETCH_BYTES = 4 * 1024 * 1024
LOOK_S = 0.1
"""So long at most waits a partition that is opened while others are asked for records; Faust would let it wait a second."""


class Fetch(NamedTuple):
    """Records of one partition in their order. `epoch`: of the consumer when it was handed over."""

    records: list[Any]
    epoch: int


class ReaderThread(driver.AIOKafkaConsumerThread):
    """Faust's own, with a reader of committed records only, and Faust's assignor, which keeps topics side by side.

    The process ends when another one of its name has joined.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self._asking = asyncio.Lock()
        self._asker: AIOKafkaConsumer | None = None

    def _create_worker_consumer(self, transport: Any) -> Member:  # noqa: ANN401 - Faust's own signature
        conf = self.app.conf
        self._assignor = self.app.assignor
        return Member(
            **connection(_servers(transport)),
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            partition_assignment_strategy=[self._assignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level=COMMITTED,
            max_poll_records=FETCH_RECORDS,
            max_partition_fetch_bytes=FETCH_BYTES,
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            max_poll_interval_ms=int(conf.broker_max_poll_interval * 1000),  # a worker without partitions never polls
        )

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust warns of a partition whose offsets it does not commit; they go into our transactions."""

    async def measured(self, number: int | None) -> Measured:
        """On this thread's loop, where the consumer is, but not through Faust's queue, in which it would wait for a fetch.

        The ends come over a connection of their own: on the consumer's they wait until the broker answers its fetch, which
        it holds for half a second where nothing comes (six partitions, asked one after the other, 2.5 s instead of 0.3).
        """
        if self._consumer is None:  # this thread has not started yet
            return Measured((), None)
        async with self._asking:
            if self._asker is None:
                there = cast(BatchTransport, self.transport)
                asker = reader(_servers(there))
                try:
                    await asker.start()
                except KafkaError:
                    await asker.stop()
                    return Measured((), None)
                self._asker = asker
        return await measured(self._consumer, number, self._asker)

    async def on_thread_stop(self) -> None:
        """Faust's, and the second connection."""
        await super().on_thread_stop()
        if self._asker is not None:
            await self._asker.stop()


def _servers(transport: Any) -> str:  # noqa: ANN401 - of Faust
    return ",".join(driver.server_list(transport.url, transport.default_port))


class BatchConsumer(driver.Consumer):
    """`expected`: of each open partition, the offset after the last record that was handed over."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Faust's own signature
        super().__init__(*args, **kwargs)
        self.expected: dict[TP, int] = {}
        self.epoch = 0

    def _new_consumer_thread(self) -> ReaderThread:
        return ReaderThread(self, loop=self.loop, beacon=self.beacon)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:  # noqa: ASYNC109 - Faust's own signature
        epoch = self.epoch
        if not self.expected:  # Faust would look away for a second
            await self.sleep(LOOK_S)
            return
        records, _ = await self._wait_next_records(min(timeout, LOOK_S))
        if records is None:
            return  # the service is stopping
        left = dict(records)
        for tp, found in records.items():
            # both may change while we are suspended in a yield
            if not self.flow_active or self.epoch != epoch:
                break
            del left[tp]
            self._look_back(tp, found)
            if tp in self.expected and (fresh := [one for one in found if one.offset >= self.expected[tp]]):
                message = self._to_message(tp, fresh[-1])
                message.value = Fetch(fresh, epoch)  # type: ignore[assignment]  # the whole point: many records in one
                self.expected[tp] = message.offset + 1
                yield tp, message
        await self._again(left)

    async def measured(self, number: int | None = None) -> Measured:
        """What is held and how far reading is from the end: of all, or of the partitions of one number."""
        thread = cast(ReaderThread, self._thread)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(thread.measured(number), thread.thread_loop))

    def failure(self) -> BaseException | None:
        """What ended the group's coordination. aiokafka tells whoever asks it for records, and Faust asks its fetcher.

        Seen after a pause of worker and broker: metadata without a broker is an AssertionError, and nobody joins any more.
        """
        reading = self._thread._consumer  # noqa: SLF001 - our own thread
        if reading is None:
            return None
        task = reading._coordinator._coordination_task  # noqa: SLF001 - aiokafka tells it nowhere else
        return task.exception() if task.done() and not task.cancelled() else None

    async def _again(self, dropped: Iterable[TP]) -> None:
        """What was fetched and not handed over is fetched once more."""
        for tp in list(dropped):
            if tp not in self.expected:
                continue
            try:  # as it is now: a rebalance may set it back while we wait
                await self._thread.seek_wait({TopicPartition(tp.topic, tp.partition): self.expected[tp]})
            except IllegalStateError:
                continue  # lost meanwhile: the next assignment tells

    def _look_back(self, tp: TP, found: list[Any]) -> None:
        """Out of range, aiokafka begins again: what is read then is not what our positions mean."""
        if tp in self.expected and found[-1].offset < self.expected[tp]:
            PROCESS.end(RetryLater(f"{tp.topic}[{tp.partition}] is shorter than what was read of it: it is read anew"))

    async def open(self, positions: Mapping[TP, int]) -> None:
        """From now on these are read, each from its position."""
        self.expected.update(positions)
        await self._again(positions)
        # whether the flow is stopped just now or not: who resumes it may have passed over this partition already
        super().resume_partitions(positions.keys() & self.assignment())

    def shut(self, tps: Iterable[TP]) -> None:
        """Nothing more is read of these."""
        for tp in tps:
            self.expected.pop(tp, None)

    def rewind(self, positions: Mapping[TP, int]) -> None:
        """A rebalance: what was handed over and not folded is dropped by its epoch, and read again from here on."""
        self.epoch += 1
        self.expected.update((tp, offset) for tp, offset in positions.items() if tp in self.expected)

    def resume_partitions(self, tps: Iterable[TP]) -> None:
        """Faust resumes all; only those that are open may be read."""
        super().resume_partitions(set(tps) & self.expected.keys())

    async def perform_seek(self) -> None:
        """Faust calls it before it resumes the flow, in a task of its own: beside our `assigned`, or before it."""
        await self._again(self.expected)

    def ack(self, message: Message) -> bool:
        """Offsets are committed with the states that they led to; Faust commits none."""
        message.acked = True
        return True

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """A fetch is no gap, and a compacted offset needs no acknowledgement."""

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:  # noqa: ANN401 - Faust's own signature
        del topics
        return iter(())


class BatchTransport(driver.Transport):
    """Faust's aiokafka transport with the consumer above."""

    Consumer = BatchConsumer
