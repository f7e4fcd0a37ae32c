"""Reads `call.requested.v1` and hands each request to the line of its PABX.

Committed as soon as it is read, before anything is rung: requests are perishable, the dialer asks again within a minute. So
whoever dies loses what he had read, and nobody ever rings for a request because it was read again; one that is read again
all the same has lapsed, or its attempt is known.
"""

from collections.abc import Callable, Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from schemas.calls import CallRequest
from schemas.codec import decode
from schemas.dead import DeadLetter, Why
from schemas.errors import RejectRecord
from schemas.keys import partition_of
from schemas.runtime.kafka import bury
from schemas.runtime.progress import Loop
from schemas.topics import REQUESTS

POLL_MS = 500
NAME = "originate"


class Shared(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka ships no types
    """Tells which partitions this process has."""

    def __init__(self, tell: Callable[[set[int]], None]) -> None:
        self._tell = tell

    def on_partitions_revoked(self, _: set[TopicPartition]) -> None:
        """Whoever gets one of them may begin at once."""
        self._tell(set())

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """All that this process has from now on."""
        self._tell({tp.partition for tp in assigned})


class Requests:
    """`take`: what is done with each."""

    def __init__(self, reader: AIOKafkaConsumer, sender: AIOKafkaProducer, take: Callable[[CallRequest], None]) -> None:
        self._reader = reader
        self._sender = sender
        self._take = take

    async def read(self, loop: Loop) -> None:
        """Until cancelled. Raises RetryLater where the broker takes no dead letter."""
        while True:
            found = await self._reader.getmany(timeout_ms=POLL_MS)
            records = [record for part in found.values() for record in part]
            good, letters = sorted_out(records)
            if letters:
                await bury(self._sender, letters)
            if records and await self._committed():
                for request in good:
                    self._take(request)
            (loop.turned if records else loop.idle)(within=POLL_MS / 1000)

    async def _committed(self) -> bool:
        try:
            await self._reader.commit()
        except (CommitFailedError, IllegalStateError):
            return False  # the group shares out anew: they are another's, or lost
        return True


def sorted_out(records: Iterable[Any]) -> tuple[list[CallRequest], list[DeadLetter]]:
    """The requests, and the letters of what is none or lies in another partition than its PABX's."""
    good, letters = [], []
    for record in records:
        try:
            good.append(_request(record.value, record.partition))
        except RejectRecord as exc:
            place = f"{record.topic}[{record.partition}]@{record.offset}"
            why = Why(stage=NAME, place=place, field=exc.field, reason=str(exc))
            letters.append(DeadLetter(record.key, record.value, why))
    return good, letters


def _request(value: bytes | None, partition: int) -> CallRequest:
    request = decode(CallRequest, value)
    if partition_of(request.pabx.encode(), REQUESTS.partitions) != partition:
        raise RejectRecord("a request in another partition than its PABX's", field="pabx")
    return request
