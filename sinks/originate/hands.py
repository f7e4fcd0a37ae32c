"""Does the steps that need no PABX: the ledger's, the look, the publishing."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from random import uniform
from typing import Any

from aiokafka import AIOKafkaProducer

from schemas.calls import CallPlaced
from schemas.codec import encode
from schemas.keys import debtor_key, partition_of
from schemas.runtime.kafka import Message, publish
from schemas.topics import PLACED
from sinks.originate.desk import Desk
from sinks.originate.ledger import Ledger
from sinks.originate.steps import Begin, Find, Look, Move, Pause, Publish, Read, Replace, Step


class Hands:
    """`now`: this process's clock."""

    def __init__(self, ledger: Ledger, desk: Desk, sender: AIOKafkaProducer, now: Callable[[], datetime]) -> None:
        self.ledger = ledger
        self.desk = desk
        self.now = now
        self._sender = sender

    async def do(self, step: Step) -> Any:  # noqa: ANN401 - what each step says of itself
        """Raises RetryLater where it is not known whether it was done."""
        match step:
            case Begin() | Read() | Replace() | Move() | Find():
                return await self.ledger.do(step)
            case Look(request=request):
                return await self.desk.sight(request)
            case Publish(placed=placed):
                return await self._publish(placed)
            case Pause(most=most):
                return await asyncio.sleep(uniform(0, most))  # noqa: S311 - a jitter, no secret
            case _:
                raise TypeError(f"{type(step).__name__} needs a PABX")

    async def _publish(self, placed: CallPlaced) -> None:
        partition = partition_of(debtor_key(placed.instance, placed.code), PLACED.partitions)
        await publish(self._sender, PLACED.name, partition, [Message(placed.key, encode(placed), [])])
