"""A poller among others: it joins their group, and holds what falls to it, as instances change and are shared out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from aiokafka.errors import KafkaError

from producers.held.keeper import Keeper, Lease
from producers.held.listed import Listed
from producers.held.turns import Turns
from schemas.errors import RetryLater
from schemas.runtime.progress import PROCESS

LOOK_EVERY_S = 2.0
T = TypeVar("T")
L = TypeVar("L", bound=Lease)


async def hold(what: str, listed: Listed, turns: Turns, keeper: Keeper[T, L], wanted: Callable[[], Mapping[str, T]]) -> None:
    """Keep what is `wanted` of the instances as they were listed last, until cancelled; then let it go. It joins `turns`.

    `what`: its name among the loops that are watched. Raises RetryLater or KafkaError where the group does not work.
    """
    try:
        with PROCESS.loop(what) as loop:
            while not await listed.look():  # who knows of no instances must not hold their turns
                loop.turned(within=LOOK_EVERY_S)
                await asyncio.sleep(LOOK_EVERY_S)
            await turns.start()
            while True:
                found = wanted()
                loop.begin()
                await keeper.keep(found, turns.round)
                loop.turned(within=LOOK_EVERY_S)
                await turns.wait(LOOK_EVERY_S)
                await listed.look()
    finally:
        await keeper.stop()


async def as_member(servers: str, turns: Turns, work: Awaitable[None]) -> None:
    """Do the `work` of a member, and leave. Raises RetryLater where the broker cannot be reached."""
    try:
        await work
    except KafkaError as exc:
        raise RetryLater(f"no broker at KAFKA_BOOTSTRAP_SERVERS={servers} ({type(exc).__name__})") from exc
    finally:
        await turns.stop()
