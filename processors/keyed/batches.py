"""Faust's consumer, handing over what a fetch brought as one message a partition instead of one a record.

Faust 0.15.3 spends two asyncio tasks and a `wait` on each record (`reference/stack.md`, Faust): reading alone ends near
13,000 records a second on this project's machines. Here a fetch of n records of a partition is one message whose value is
the list of them and whose offset is the last one; acknowledging it commits behind its last record. Changelog records, read
in recovery only, stay single. This touches private parts of Faust: the version is pinned, and
`tests/integration/test_batches.py` fails when they change.
"""

from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

from aiokafka.errors import IllegalStateError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, Message

from schemas.runtime.membership import pushed_out, watch
from schemas.runtime.progress import PROCESS

PINNED = "0.15.3"


class MemberThread(driver.AIOKafkaConsumerThread):
    """Faust's own consumer in its thread; the process ends when another one of its name is there."""

    async def on_start(self) -> None:
        await super().on_start()
        conf = self.app.conf
        watch(
            self._consumer,
            conf.broker_session_timeout,
            lambda: PROCESS.end(pushed_out(conf.consumer_group_instance_id)),
        )


class BatchConsumer(driver.Consumer):
    """Acknowledgement is in order of delivery, as one agent that takes one batch after the other gives it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Faust's own signature
        super().__init__(*args, **kwargs)
        self._done: dict[TP, int] = {}
        self._handed_over: defaultdict[TP, deque[int]] = defaultdict(deque)

    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return MemberThread(self, loop=self.loop, beacon=self.beacon)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:  # noqa: ASYNC109 - Faust's own signature
        records, active = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        if records is None:
            return  # the service is stopping
        if not self.flow_active:
            # A fetch that ended after the flow was stopped for a rebalance: what it brought is read again. Where a
            # partition is gone meanwhile the seek fails, and Faust seeks once more when the new assignment is restored.
            with suppress(IllegalStateError):
                await self.perform_seek()
            return
        for tp, found in records.items():
            # both may change while we are suspended in a yield, which mypy does not see
            if not self.flow_active or self.app.consumer_generation_id != generation:  # type: ignore[redundant-expr]
                return
            if active is not None and tp not in active and tp not in self._buffered_partitions:
                continue
            if self._is_changelog_tp(tp):
                for record in found:
                    yield tp, self._to_message(tp, record)
            elif fresh := self._unread(tp, found):
                message = self._to_message(tp, fresh[-1])
                self._handed_over[tp].append(message.offset)
                message.value = fresh  # type: ignore[assignment]  # the whole point: many records in one message
                yield tp, message

    def _unread(self, tp: TP, found: list[Any]) -> list[Any]:
        """Records behind the read offset, which Faust would drop one by one."""
        read = self._read_offset[tp]
        return found if read is None or found[0].offset >= read else [r for r in found if r.offset >= read]

    async def perform_seek(self) -> None:
        """Back to what is committed, with the flow stopped until Faust resumes it.

        Faust seeks while it still fetches, then resumes the flow, and that empties its queues: what a fetch brought in
        between was gone, and the next acknowledgement covered it. Seen with three workers and kill -9 under load.
        """
        self.stop_flow()
        self._handed_over.clear()
        await super().perform_seek()

    def ack(self, message: Message) -> bool:
        """Everything up to the message's offset is done. Raises RuntimeError where an earlier batch never came back."""
        waiting = self._handed_over[message.tp]
        if message.offset in waiting and waiting.popleft() != message.offset:
            raise RuntimeError(f"a batch of {message.tp} was lost before offset {message.offset}: nothing is committed")
        message.acked = True
        self._done[message.tp] = message.offset + 1
        return True

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """A batch is no gap, and a compacted offset needs no acknowledgement."""

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:  # noqa: ANN401 - Faust's own signature
        return (tp for tp in list(self._done) if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        return self._done.get(tp)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        await super().on_partitions_revoked(revoked)
        for tp in revoked:
            self._done.pop(tp, None)
            self._handed_over.pop(tp, None)


class BatchTransport(driver.Transport):
    """Faust's aiokafka transport with the consumer above."""

    Consumer = BatchConsumer
