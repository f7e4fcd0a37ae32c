"""The PABXs that this process has, by the partitions of their addresses: one line each.

What a crash has left is taken up here, and instances that a PABX refuses are asked about until they are mended.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta

import structlog

from schemas.attempts import Attempt
from schemas.calling.short_calls import Pressure, pressure, share_of_pace
from schemas.calls import CallRequest
from schemas.errors import RetryLater
from schemas.instances import Instance
from schemas.keys import partition_of
from schemas.runtime.progress import Loop
from schemas.topics import REQUESTS
from sinks.originate.hands import Hands
from sinks.originate.holds import PabxHold, config_of
from sinks.originate.line import Line
from sinks.originate.pbx import takes_calls
from sinks.originate.phones import Phones
from sinks.originate.short_counts import ShortCalls

LOOK_EVERY_S = 2.0
HEAL_EVERY_S = 10.0
MEND_EVERY_S = 30.0
COUNT_EVERY_S = 60.0
CLEAN_AFTER = timedelta(minutes=10)
AT_ONCE = 20
"""Attempts that are taken up together; a PABX that does not answer takes its time."""
THROUGH_WITHIN_S = 8.0
"""A process that ends waits for its calls for so long; what is not through then is taken up as after a crash."""
log = structlog.get_logger()


class Switchboard:
    """`short`: counts short calls."""

    def __init__(self, hands: Hands, phones: Phones, short: ShortCalls, spawn: Callable[[Line], asyncio.Task[None]]) -> None:
        self._hands = hands
        self._phones = phones
        self._short = short
        self._spawn = spawn
        self._lines: dict[str, Line] = {}
        self._running: dict[asyncio.Task[None], Line] = {}
        self._mine: frozenset[int] = frozenset()
        self._clean: set[str] = set()
        self._pressures: dict[str, Pressure] = {}
        self._due = dict.fromkeys((self._heal, self._mend, self._count), 0.0)

    def assigned(self, partitions: Collection[int]) -> None:
        """From now on this process has these partitions and no others."""
        gained = frozenset(partitions) - self._mine
        self._mine = frozenset(partitions)
        for address in [address for address in self._lines if not self._has(address)]:
            self._lines.pop(address).retire()
        if gained:
            self._due[self._heal] = 0.0

    def take(self, request: CallRequest) -> None:
        """To the line of its PABX; one of a partition that was just taken away is nobody's here."""
        if self._has(request.pabx):
            self._line(request.pabx).take(request)

    async def watch(self, loop: Loop) -> None:
        """Until cancelled: all that comes round by itself."""
        turn = asyncio.get_running_loop().time
        every = {self._heal: HEAL_EVERY_S, self._mend: MEND_EVERY_S, self._count: COUNT_EVERY_S}
        while True:
            loop.begin()
            try:
                world = await self._hands.desk.look()
                for one, seconds in every.items():
                    if not world.clock_off and turn() >= self._due[one]:
                        self._due[one] = turn() + seconds
                        await one()
            except RetryLater as exc:
                log.warning("not_looked", reason=str(exc))
            loop.turned(within=LOOK_EVERY_S)
            await asyncio.sleep(LOOK_EVERY_S)

    async def through(self) -> None:
        """Nothing more is begun; wait, not for long, for what was."""
        for line in self._lines.values():
            line.retire()
        ending = [asyncio.create_task(line.through()) for line in (*self._lines.values(), *self._running.values())]
        if ending:
            _, left = await asyncio.wait(ending, timeout=THROUGH_WITHIN_S)
            for task in left:
                task.cancel()

    def _has(self, address: str) -> bool:
        return partition_of(address.encode(), REQUESTS.partitions) in self._mine

    def _line(self, address: str) -> Line:
        if address not in self._lines:
            line = self._lines[address] = Line(address, self._hands, self._phones)
            line.share = share_of_pace(self._pressures.get(address, ""))
            task = self._spawn(line)
            self._running[task] = line
            task.add_done_callback(self._running.pop)
        return self._lines[address]

    async def _heal(self) -> None:
        left = await self._hands.ledger.left(self._hands.now())
        mine = [one for one in left if self._has(one.pabx) and one.attempt not in self._clean]
        await asyncio.gather(*(self._healed(one) for one in mine[:AT_ONCE]))
        if len(mine) > AT_ONCE:
            self._due[self._heal] = 0.0

    async def _healed(self, attempt: Attempt) -> None:
        if await self._line(attempt.pabx).heal(attempt):
            log.warning("healed", attempt=attempt.attempt, instance=attempt.instance, was=attempt.state)
        elif attempt.state == "abandoned" and self._hands.now() - attempt.changed_at > CLEAN_AFTER:
            self._clean.add(attempt.attempt)

    async def _mend(self) -> None:
        world = self._hands.desk.world
        held = [(hold, world.instances.get(name)) for name, hold in world.holds.items()]
        mine = [(hold, one) for hold, one in held if one and one.pabx and self._has(one.pabx.address)]
        await asyncio.gather(*(self._looked_at(hold, one) for hold, one in mine))

    async def _looked_at(self, hold: PabxHold, instance: Instance) -> None:
        if await self._is_mended(hold, instance):
            await self._hands.desk.mended(hold)
            log.info("pabx_mended", instance=hold.instance)

    async def _is_mended(self, hold: PabxHold, instance: Instance) -> bool:
        if instance.pabx is None or hold.config != config_of(instance.pabx):
            return True
        pbx = self._phones.of(instance, instance.pabx.address)
        return pbx is not None and await takes_calls(pbx, hold.status)

    async def _count(self) -> None:
        for address, sharing in self._sharing():
            found = pressure(await self._short.of(sharing, self._hands.now()))
            if found != self._pressures.get(address, ""):
                tell = log.warning if found else log.info
                tell("short_calls", pabx=address, pressure=found or "none")
            self._pressures[address] = found
            if address in self._lines:
                self._lines[address].share = share_of_pace(found)

    def _sharing(self) -> Iterator[tuple[str, list[Instance]]]:
        found: dict[str, list[Instance]] = {}
        for instance in self._hands.desk.world.instances.values():
            if instance.pabx and self._has(instance.pabx.address):
                found.setdefault(instance.pabx.address, []).append(instance)
        yield from found.items()
