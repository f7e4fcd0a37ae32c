"""One writer for each partition of states and for each instance: only who holds its transactional id can write.

Opening a `Writer` fences, at the broker, whoever held its id before, and aborts what that one had not committed: a worker
that was paused and wakes late gets `Fenced` instead of writing old states over new ones
(`deploy/decisions/0010-one-writer.md`).
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import InvalidProducerEpoch, KafkaError, ProducerFenced

from schemas.dead import DeadLetter
from schemas.errors import RetryLater, StopWorker
from schemas.runtime.kafka import DURABLE, Message, publish
from schemas.runtime.kafka_login import connection
from schemas.runtime.spans import SPANS
from schemas.topics import DEAD
from schemas.ways import passing, written

TRANSACTION_MS = 60_000
"""A transaction that is open for longer is aborted by the broker, and whoever opened it is fenced."""
OPEN_WITHIN_S = 60.0
WRITE_WITHIN_S = 90.0
"""Longer than the broker keeps a transaction: whoever waits for longer waits for a sender that is gone."""

LEAVE_WITHIN_S = 5.0

MARKERS = 50
"""At most so many markers stand behind the last record of a partition: one for each of its last transactions."""

Place = tuple[str, int]
"""A topic's name and a partition."""
Parts = dict[Place, list[Message]]
Offsets = Mapping[TopicPartition, int]


class Fenced(RetryLater):
    """Somebody else has taken over this transactional id: nothing more may be written under it from here."""


class Reach(NamedTuple):
    """All that a writer may write: these topics, and the offsets of this group."""

    topics: frozenset[str]
    group: str

    def check(self, topics: Iterable[str], group: str) -> None:
        """Raises StopWorker for anything else."""
        beyond = sorted({*topics} - self.topics)
        if beyond or group not in {"", self.group}:
            raise StopWorker(f"{self.group} may not write {', '.join([*beyond, group])}: nothing was written")


class Writer:
    """`identity` names what is written (stage and partition, or poller and instance), never the process that writes it.

    `reach`: where it may write; None: wherever it is told to.

    After any error it is of no use, and refuses: close it; whoever needs it still opens a new one and restores what was
    committed. Whatever waits behind a write that failed follows from it, and would leave a gap.
    """

    def __init__(self, servers: str, identity: str, reach: Reach | None = None) -> None:
        self.identity = identity
        self._failed = False
        self._reach = reach
        self._sender = AIOKafkaProducer(
            **connection(servers), transactional_id=identity, transaction_timeout_ms=TRANSACTION_MS, **DURABLE
        )

    async def open(self) -> None:
        """Take over. What the last holder wrote is committed or aborted when this returns. Raises RetryLater."""
        try:
            async with asyncio.timeout(OPEN_WITHIN_S):
                await self._sender.start()
        except (
            AssertionError,
            KafkaError,
            TimeoutError,
        ) as exc:  # aiokafka asserts that it knows a broker: not while all are away
            raise RetryLater(f"the broker gives no transactions to {self.identity}: {type(exc).__name__}") from exc

    async def write(self, parts: Mapping[Place, Iterable[Message]], read: Offsets | None = None, group: str = "") -> None:
        """All of it or nothing, with the offsets that `group` has `read`. Returns when the broker has it on disk.

        Raises Fenced, RetryLater where the broker cannot be reached or refuses, or an earlier write failed, and StopWorker
        beyond its reach.
        """
        if self._failed:
            raise RetryLater(f"an earlier write of {self.identity} failed: what follows from it is not written")
        if self._reach is not None:
            self._reach.check((topic for topic, _ in parts), group)
        began = SPANS.now()
        try:
            async with asyncio.timeout(WRITE_WITHIN_S):
                await self._sender.begin_transaction()
                offsets = await asyncio.gather(
                    *(publish(self._sender, topic, partition, part) for (topic, partition), part in parts.items())
                )
                if read:
                    await self._sender.send_offsets_to_transaction(dict(read), group)
                await self._sender.commit_transaction()
        except (KafkaError, RetryLater, TimeoutError) as exc:
            await self._abort()
            raise self._reason(exc) from exc
        except asyncio.CancelledError:
            await self._abort()
            raise
        if SPANS.one_in:
            self._tell(parts, offsets, began)

    def _tell(self, parts: Mapping[Place, Iterable[Message]], offsets: Iterable[list[int]], began: int) -> None:
        """Rows begin their ways here; what was made of them is told of by whoever read them."""
        for ((topic, partition), part), places in zip(parts.items(), offsets, strict=True):
            of_rows = written(topic, partition, ((one.key, one.value) for one in part), places, SPANS.one_in)
            SPANS.passed(passing(of_rows, SPANS.one_in), began)

    async def _abort(self) -> None:
        """So that readers need not wait for the next holder; where the broker is away, only for a moment."""
        self._failed = True
        with suppress(Exception):  # one that was fenced has nothing to abort, and says so in many ways
            async with asyncio.timeout(LEAVE_WITHIN_S):
                await self._sender.abort_transaction()

    async def close(self) -> None:
        """Give the connection back. An open transaction is aborted by the next holder, or by the broker."""
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(LEAVE_WITHIN_S):
                await self._sender.stop()

    def _reason(self, exc: BaseException) -> RetryLater:
        cause: BaseException | None = exc
        while cause is not None:
            if isinstance(cause, ProducerFenced | InvalidProducerEpoch):
                return Fenced(f"another process has taken over {self.identity}: this one may write it no more")
            cause = cause.__cause__
        return RetryLater(f"the broker did not commit what {self.identity} wrote: {exc!r}")


def letters_part(letters: Iterable[DeadLetter], topic: str = DEAD.name) -> Parts:
    """Dead letters as a part of a transaction."""
    found = [Message(letter.key, letter.value, letter.headers()) for letter in letters]
    return {(topic, 0): found} if found else {}
