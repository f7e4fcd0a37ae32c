"""The live witnesses: ARI's websocket and the manager. What they say is queued, looked up in bulk, and published."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from producers.cdr import ami_said, ari_said
from producers.cdr.desk import Desk
from producers.cdr.pieces import Said, Unread
from producers.cdr.witness import Witness
from producers.held.publishing import UnpublishedError
from schemas.errors import RejectRecord, RetryLater, StopWorker
from schemas.pabx import Ari, ManagerInterface
from schemas.runtime.ami import Message, connected
from schemas.runtime.ari_events import listening

WAITING = 20_000
"""Pieces that name an attempt and wait for MongoDB or the broker; a PABX of ours says fewer in an hour."""
GATHER_S = 0.2
TRY_AGAIN_S = 1.0
PING_EVERY_S = 10.0
OUR_FAULT = StopWorker("an error of the collector itself: the log has it as events_crashed")
log = structlog.get_logger()


class Queue:
    """What was heard and is not published yet. `zone`: of times without an offset."""

    def __init__(self, desk: Desk, zone: str) -> None:
        self._desk = desk
        self._zone = zone
        self._waiting: asyncio.Queue[Said | Unread] = asyncio.Queue(WAITING)
        self.lost = 0

    def put(self, heard: Said | Unread) -> None:
        """Where MongoDB is away for so long that nothing more fits, it is lost, with a line: records tell it again."""
        try:
            self._waiting.put_nowait(heard)
        except asyncio.QueueFull:
            self.lost += 1
            if self.lost == 1:
                log.warning("events_lost", waiting=WAITING, next="see why MongoDB does not answer")

    async def publish(self) -> None:
        """Until cancelled. Raises UnpublishedError."""
        while True:
            batch = [await self._waiting.get()]
            await asyncio.sleep(GATHER_S)
            while not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            said = [one for one in batch if isinstance(one, Said)]
            unread = [one for one in batch if isinstance(one, Unread)]
            while not await self._taken(said, unread):
                await asyncio.sleep(TRY_AGAIN_S)
            self.lost = 0

    async def _taken(self, said: list[Said], unread: list[Unread]) -> bool:
        try:
            await self._desk.take(said, unread, self._zone)
        except UnpublishedError:
            raise
        except RetryLater as exc:
            log.warning("events_wait", pieces=len(said), reason=str(exc))
            return False
        return True


async def listen_ari(ari: Ari, password: Callable[[], str], queue: Queue, witness: Witness) -> None:
    """Until cancelled, over as many connections as it takes."""

    async def once() -> None:
        async with listening(str(ari.url), ari.user, password()) as events:
            witness.there()
            async for raw in events.each():
                hear_ari(raw, queue)

    await _again(once, witness)


def hear_ari(raw: bytes, queue: Queue) -> None:
    """One event."""
    try:
        said = ari_said.said(raw)
    except RejectRecord as exc:
        queue.put(Unread(raw, "ari/events", exc.field, str(exc)))
        return
    if said is not None and said.ids:
        queue.put(said)


async def listen_ami(ami: ManagerInterface, password: Callable[[], str], queue: Queue, witness: Witness) -> None:
    """Until cancelled, over as many connections as it takes. A manager that answers no ping is gone."""

    def heard(message: Message) -> None:
        said = ami_said.said(message)
        if said is not None:
            queue.put(said)

    async def once() -> None:
        there = connected(ami.host, ami.port, ami.user, password(), heard=heard, events=ami_said.CLASSES)
        async with there as manager:
            witness.there()
            while True:
                try:
                    async with asyncio.timeout(PING_EVERY_S):
                        await manager.ended()
                except TimeoutError:
                    await manager.action("Ping")
                else:
                    raise RetryLater("the PABX's manager has closed the connection")

    await _again(once, witness)


async def _again(once: Callable[[], Awaitable[None]], witness: Witness) -> None:
    try:
        while True:
            try:
                await once()
            except (RetryLater, StopWorker) as exc:
                wait = witness.gone(exc)
            except Exception:
                # What one PABX says must not end the process, and with it every other PABX's listeners.
                log.exception("events_crashed")
                wait = witness.gone(OUR_FAULT)
            await asyncio.sleep(wait)
    finally:
        witness.left()
