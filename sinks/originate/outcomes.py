"""Reads `call.v1` and tells the ledger what became of each attempt.

From the beginning, where nothing was committed, and committed only when written: told again, an outcome changes nothing.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import stamina
import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import CommitFailedError, IllegalStateError

from schemas.calls import Call
from schemas.codec import decode
from schemas.dead import DeadLetter, Why
from schemas.errors import RejectRecord, RetryLater
from schemas.runtime.kafka import bury
from schemas.runtime.progress import Loop
from sinks.originate.ending import finish
from sinks.originate.hands import Hands
from sinks.originate.requests import NAME, POLL_MS
from sinks.originate.steps import drive
from sinks.originate.stored import UnreadableError

AT_ONCE = 8
RECORDS = 500
PATIENCE = timedelta(seconds=60)

log = structlog.get_logger()


class Outcomes:
    """Any originator may tell any attempt's."""

    def __init__(self, reader: AIOKafkaConsumer, sender: AIOKafkaProducer, hands: Hands) -> None:
        self._reader = reader
        self._sender = sender
        self._hands = hands
        self._room = asyncio.Semaphore(AT_ONCE)

    async def read(self, loop: Loop) -> None:
        """Until cancelled. Raises RetryLater where a peer was away for a minute."""
        while True:
            found = await self._reader.getmany(timeout_ms=POLL_MS, max_records=RECORDS)
            records = [record for part in found.values() for record in part]
            newest, letters = newest_of(records)
            if letters:
                await bury(self._sender, letters)
            if records:
                loop.begin()
            await asyncio.gather(*(self._finished(call) for call in newest))
            if records:
                await self._commit()
            (loop.turned if records else loop.idle)(within=POLL_MS / 1000)

    async def _finished(self, call: Call) -> None:
        patient = stamina.AsyncRetryingCaller(attempts=None, timeout=PATIENCE)
        async with self._room:
            await patient(RetryLater, self._finish, call)

    async def _finish(self, call: Call) -> None:
        try:
            await drive(finish(call, self._hands.now()), self._hands.do, self._hands.now)
        except UnreadableError as exc:  # one document must not stop what all others wait for
            log.warning("outcome_not_noted", attempt=call.attempt, reason=str(exc))

    async def _commit(self) -> None:
        with suppress(CommitFailedError, IllegalStateError):  # its new owner tells them again
            await self._reader.commit()


def newest_of(records: Iterable[Any]) -> tuple[list[Call], list[DeadLetter]]:
    """The last that is told of each attempt, and the letters of what cannot be read. Tombstones say nothing."""
    newest: dict[str, Call] = {}
    letters = []
    for record in records:
        if record.value is None:
            continue
        try:
            call = decode(Call, record.value)
        except RejectRecord as exc:
            place = f"{record.topic}[{record.partition}]@{record.offset}"
            letters.append(
                DeadLetter(record.key, record.value, Why(stage=NAME, place=place, field=exc.field, reason=str(exc)))
            )
        else:
            newest[call.attempt] = call
    return list(newest.values()), letters
