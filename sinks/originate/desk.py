"""What is known of the world right before ringing: instances, what people decided, refusals, the queue, MongoDB's clock."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pymongo
import structlog
from pydantic import ValidationError
from pymongo.errors import PyMongoError

from schemas.calls import CallRequest
from schemas.controls import NOTHING_DECIDED, AllControls, in_force_since
from schemas.errors import RetryLater
from schemas.instances import Instance
from schemas.pabx import PABX_HOLDS
from schemas.queue import QueueEntry
from schemas.runtime import mongo
from schemas.views import Document
from sinks.originate.clock_check import MOST, offset
from sinks.originate.holds import PabxHold, document, read
from sinks.originate.stored import WITHIN_S, away
from sinks.originate.weighing import Sight

GOOD_FOR = timedelta(seconds=1)
QUEUE_VIEW = "queue"
NEVER = datetime.min.replace(tzinfo=UTC)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class World:
    """As MongoDB showed it from `at` on."""

    at: datetime
    instances: Mapping[str, Instance] = field(default_factory=dict)
    controls: AllControls = NOTHING_DECIDED
    holds: Mapping[str, PabxHold] = field(default_factory=dict)
    clock_off: bool = False


class Desk:
    """`now`: this process's clock. Who asks gets what MongoDB says, at most a second old."""

    def __init__(self, database: mongo.Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._turn = asyncio.Lock()
        self._said_off = False
        self.world = World(NEVER)

    async def look(self) -> World:
        """Raises RetryLater."""
        async with self._turn:
            if not timedelta(0) <= self._now() - self.world.at < GOOD_FOR:
                self.world = await self._read()
        return self.world

    async def sight(self, request: CallRequest) -> Sight:
        """Raises RetryLater."""
        world = await self.look()
        stored = await self._found(f"{request.instance}:{request.code}")
        grave = stored.get("at") if stored and stored.get("erased") else None
        return Sight(
            at=world.at,
            instance=world.instances.get(request.instance),
            controls=world.controls.of(request.instance),
            entry=_entry(stored) if stored and grave is None else None,
            erased=grave,
            refusing=request.instance in world.holds,
            clock_off=world.clock_off,
        )

    async def hold(self, hold: PabxHold) -> None:
        """Store it. Raises RetryLater."""
        try:
            await self._database[PABX_HOLDS].replace_one({"_id": hold.instance}, document(hold), upsert=True)
        except PyMongoError as exc:
            raise away(exc) from exc
        self._forget()

    async def mended(self, hold: PabxHold) -> None:
        """It goes, unless there is another one meanwhile. Raises RetryLater."""
        try:
            same = {"at": hold.at} if hold.config else {}
            await self._database[PABX_HOLDS].delete_one({"_id": hold.instance, **same})
        except PyMongoError as exc:
            raise away(exc) from exc
        self._forget()

    def _forget(self) -> None:
        """What was just changed here is read anew at the next look."""
        self.world = replace(self.world, at=NEVER)

    async def _found(self, identity: str) -> Document | None:
        try:
            with pymongo.timeout(WITHIN_S):
                return await self._database[QUEUE_VIEW].find_one({"_id": identity})
        except PyMongoError as exc:
            raise away(exc) from exc

    async def _read(self) -> World:
        at = self._now()
        try:
            with pymongo.timeout(WITHIN_S):
                hello = await self._database.command("hello", codec_options=self._database.codec_options)
                told: datetime = hello["localTime"]
                off = offset(at, told, self._now())
                instances, _ = await mongo.instances(self._database)
                controls, _ = await mongo.controls(self._database, in_force_since(at.date()))
                holds = [read(one) async for one in self._database[PABX_HOLDS].find()]
        except PyMongoError as exc:
            raise away(exc) from exc
        self._tell(off)
        return World(at, instances, controls, {hold.instance: hold for hold in holds}, off > MOST)

    def _tell(self, off: timedelta) -> None:
        wrong = off > MOST
        if wrong != self._said_off:
            self._said_off = wrong
            tell = log.error if wrong else log.info
            tell("clock_off" if wrong else "clock_right", seconds=round(off.total_seconds(), 1), rings=not wrong)


def _entry(stored: Document) -> QueueEntry:
    """The view's document has no version of the event's own; none is needed. Raises RetryLater."""
    try:
        return QueueEntry.model_validate({**stored, "version": 0}, extra="ignore")
    except ValidationError as exc:
        raise RetryLater("an entry of the queue cannot be read: the views are of another version") from exc
