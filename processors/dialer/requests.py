"""Asks for calls: whose turn it is, the best first, as many as a PABX can place before the requests lapse.

Decisions are in `schedule`, `agenda`, `pace` and `choosing`; here they meet the partitions that this worker holds. What was
asked for is remembered in memory until it lapses: after a restart the same debtor may be asked for twice, and the ledger
refuses one.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

from ulid import ULID

from processors.dialer.agenda import Agenda
from processors.dialer.choosing import Chosen, Looked, choose
from processors.dialer.desk import NEVER, Desk
from processors.dialer.pace import Round, paces
from processors.dialer.schedule import Turn, turn
from processors.keyed.partition import Partition
from schemas.codec import decode, encode
from schemas.instances import Instance
from schemas.keys import partition_of
from schemas.queue import QueueEntry
from schemas.runtime import clock
from schemas.runtime.kafka import Message
from schemas.runtime.progress import PROCESS
from schemas.runtime.transactions import Parts
from schemas.topics import REQUESTS

LOOK_EVERY = timedelta(seconds=5)
"""At most so long nobody looks, so that a clock that was set, or another world, is seen."""
SETTLE_S = 0.1
"""Changes come in crowds: so long after the first of them they are looked at together."""
BEHIND = timedelta(seconds=0.5)
BREATH = 200


class Holder(Protocol):
    """What is asked of `processors.keyed.worker.Worker`, which says it there."""

    @property
    def held(self) -> Mapping[int, Partition]: ...
    async def has_read_all(self, number: int) -> bool: ...
    async def send(self, part: Partition, made: Callable[[], Parts]) -> bool: ...


class Asked(NamedTuple):
    """`state`: what was looked at; another one since needs another look."""

    chosen: Chosen
    state: bytes


@dataclass(slots=True)
class Mine:
    """One partition: whose turn it is, and how much was asked of each PABX this minute."""

    part: Partition
    agenda: Agenda = field(default_factory=Agenda)
    minute: Round = field(default_factory=lambda: Round(NEVER))


def new_attempt(at: datetime) -> str:
    """Another id each time."""
    return str(ULID.from_datetime(at))


class Asking:
    """`live`: debtors whose request has not lapsed, and when it does."""

    def __init__(
        self,
        desk: Desk,
        now: Callable[[], datetime] = clock.now,
        attempt: Callable[[datetime], str] = new_attempt,
    ) -> None:
        self._desk = desk
        self._now = now
        self._attempt = attempt
        self._mine: dict[int, Mine] = {}
        self._instances: dict[str, Instance] = {}
        self._woken = asyncio.Event()
        self.live: dict[bytes, datetime] = {}

    def changed(self, number: int, keys: Collection[bytes]) -> None:
        """States of partition `number` have changed."""
        if keys and (mine := self._mine.get(number)) is not None:
            mine.agenda.unsure.update(keys)
            self._woken.set()

    async def run(self, worker: Holder) -> None:
        """Until cancelled. Raises RetryLater where the broker does not commit."""
        with PROCESS.loop("the dialer's requests") as loop:
            while True:
                again_at = await self.round(worker)
                loop.turned(within=LOOK_EVERY.total_seconds())
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), max(0.0, (again_at - self._now()).total_seconds()))
                    await asyncio.sleep(SETTLE_S)
                self._woken.clear()

    async def round(self, worker: Holder) -> datetime:
        """Ask for all whose turn it is and for whom there is room; when to look again."""
        self._follow(worker)
        again_at = [self._now() + LOOK_EVERY]
        for mine in list(self._mine.values()):
            await self._look(mine)
            now = self._now()
            self.live = {key: lapses_at for key, lapses_at in self.live.items() if lapses_at > now}
            mine.minute.renew(now)
            chosen = self._choose(mine, now)
            if chosen and not await self._send(worker, mine, chosen, now):
                again_at.append(now + BEHIND)
            again_at += self._due(mine)
        return min(again_at)

    def _due(self, mine: Mine) -> list[datetime]:
        times = [mine.agenda.next_at(), mine.minute.ends_at(), min(self.live.values(), default=None)]
        return [at for at in times if at is not None]

    def _follow(self, worker: Holder) -> None:
        """New partitions, and instances that have changed: nobody's turn is known in them any more."""
        held = worker.held
        self._mine = {number: mine for number, mine in self._mine.items() if held.get(number) is mine.part}
        before, self._instances = self._instances, dict(self._desk.world.instances)
        names = {name for name in before | self._instances if before.get(name) != self._instances.get(name)}
        for number, part in held.items():
            known = self._mine.get(number)
            if known is None:
                known = self._mine[number] = Mine(part)
                known.agenda.unsure.update(part.states)
            elif names:
                known.agenda.unsure.update(key for key in part.states if key.split(b":", 1)[0].decode() in names)

    async def _look(self, mine: Mine) -> None:
        """Everybody of whom it is not known when his turn comes; then whose turn has come."""
        mine.agenda.come(self._now())
        count = 0
        while mine.agenda.unsure:
            key = mine.agenda.unsure.pop()
            mine.agenda.put(key, self._turn(mine.part.states.get(key), self._now()))
            count += 1
            if count % BREATH == 0:
                await asyncio.sleep(0)
        mine.agenda.come(self._now())

    def _turn(self, state: bytes | None, now: datetime) -> Turn | None:
        if state is None:
            return None
        entry = decode(QueueEntry, state)
        instance = self._instances.get(entry.instance)
        return turn(entry, instance, self._desk.world.controls.of(entry.instance), now) if instance else None

    def _choose(self, mine: Mine, now: datetime) -> list[Asked]:
        """The best of each PABX for whom there is room."""
        found = choose(
            mine.agenda,
            mine.minute,
            paces(self._instances.values(), self._desk.signs, now),
            self.live,
            partial(self._looked, mine.part),
            now=now,
        )
        return [Asked(one, mine.part.states[one.key]) for one in found]

    def _looked(self, part: Partition, key: bytes) -> Looked:
        entry = decode(QueueEntry, part.states[key])
        return Looked(entry, self._instances[entry.instance], self._desk.world.controls.of(entry.instance))

    async def _send(self, worker: Holder, mine: Mine, chosen: list[Asked], now: datetime) -> bool:
        if not await worker.has_read_all(mine.part.number):
            return False
        return await worker.send(mine.part, partial(self._made, mine, chosen, now))

    def _made(self, mine: Mine, chosen: Iterable[Asked], now: datetime) -> Parts:
        """The requests, of those whose state is still the one that was looked at."""
        parts: Parts = {}
        for one, state in chosen:
            if mine.part.states.get(one.key) is not state:
                continue
            request = one.request(self._attempt(now), now)
            place = (REQUESTS.name, partition_of(one.address.encode(), REQUESTS.partitions))
            parts.setdefault(place, []).append(Message(request.key, encode(request), []))
            self.live[one.key] = request.lapses_at
            mine.minute.asked[one.address] += 1
        return parts
