"""The instances that this process holds: takes them, lets them go, and runs what serves each."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import structlog

from producers.erp.lease import Lease
from producers.erp.outbox import UnpublishedError
from producers.erp.shares import may_take
from schemas.errors import RetryLater
from schemas.instances import Instance

log = structlog.get_logger()
Gain = Callable[[Collection[str]], Awaitable[dict[str, Lease]]]
Serve = Callable[[Instance, Lease], Coroutine[Any, Any, None]]


class LetGo(NamedTuple):
    """When an instance was lost to another process: the loop's time, and the round in which turns were given out."""

    at: float
    round: int


@dataclass(frozen=True, slots=True)
class Held:
    """An instance in our hands, and what serves it."""

    instance: Instance
    lease: Lease
    task: asyncio.Task[None]


def read_as(instance: Instance) -> tuple[object, ...]:
    """What sweeps depend on. Whatever else is changed, such as a reverse map, must not begin them anew."""
    return instance.erp, instance.zone, instance.ddd, instance.brake


class Keeper:
    """`gain` takes instances, as far as they can be had; `serve` runs one until it is cancelled or cannot publish."""

    def __init__(self, gain: Gain, serve: Serve) -> None:
        self._gain = gain
        self._serve = serve
        self._wanted: Mapping[str, Instance] = {}
        self._held: dict[str, Held] = {}
        self._gains: dict[asyncio.Task[None], frozenset[str]] = {}
        self._let_go: dict[str, LetGo] = {}
        self._round = 0
        """The last one in which what we hold was still ours."""
        self._farewells: set[asyncio.Task[None]] = set()

    async def keep(self, wanted: Mapping[str, Instance], turn: int) -> None:
        """Hold what is `wanted` and nothing else. `turn`: the round in which turns were given out.

        It does not wait for what is being taken. Raises what only a bug can raise.
        """
        self._wanted = wanted
        for task in [task for task in self._gains if task.done()]:
            del self._gains[task]
            task.result()
        for name, held in list(self._held.items()):
            if held.task.done():
                self._ended(name, held.task)
            elif name not in wanted:
                await _stopped(held.task)
                self._drop(name)
                log.info("instance_released", instance=name)
            elif read_as(wanted[name]) != read_as(held.instance):
                await _stopped(held.task)
                self._restart(wanted[name], held.lease)
        self._let_go = {name: when for name, when in self._let_go.items() if name in wanted}
        self._take(turn)
        self._round = turn

    async def stop(self) -> None:
        """Let everything go."""
        self._wanted = {}
        for task in [*self._gains, *(held.task for held in self._held.values())]:
            await _stopped(task)
        for name in list(self._held):
            self._drop(name)
        if self._farewells:
            await asyncio.wait(self._farewells)

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        error = task.exception()
        if not isinstance(error, UnpublishedError):
            raise error or RuntimeError(f"{name} is served no more")  # a bug: the supervisor tells the operator
        if error.fenced:
            self._let_go[name] = LetGo(asyncio.get_running_loop().time(), self._round)
            log.warning("instance_let_go", instance=name, reason=str(error))
        else:
            log.warning("writer_broken", instance=name, reason=str(error), next="opened anew and read back")
        self._drop(name)

    def _drop(self, name: str) -> None:
        """Its connection is closed beside everything else: where the broker is away, that takes seconds."""
        farewell = asyncio.create_task(self._held.pop(name).lease.close())
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)

    def _take(self, turn: int) -> None:
        """Begin to take what is wanted, all at once; whoever was taken from us before is left in peace for a while."""
        now = asyncio.get_running_loop().time()
        coming = frozenset[str]().union(*self._gains.values())
        resting = {name for name, when in self._let_go.items() if not may_take(when.at, when.round, now, turn)}
        if names := frozenset(self._wanted) - self._held.keys() - coming - resting:
            task = asyncio.create_task(self._gained(names))
            self._gains[task] = names

    async def _gained(self, names: frozenset[str]) -> None:
        """What cannot be had now is taken at a later look."""
        try:
            leases = await self._gain(names)
        except RetryLater as exc:
            log.warning("instances_not_taken", instances=sorted(names), reason=str(exc))
            return
        for name, lease in leases.items():
            self._let_go.pop(name, None)
            if name in self._wanted:
                self._start(self._wanted[name], lease)
                log.info("instance_taken", instance=name)
            else:
                await lease.close()

    def _restart(self, instance: Instance, lease: Lease) -> None:
        """With what is remembered, unless a write was interrupted: then it is taken anew."""
        if lease.outbox.broken:
            self._drop(instance.name)
        else:
            self._start(instance, lease)

    def _start(self, instance: Instance, lease: Lease) -> None:
        self._held[instance.name] = Held(instance, lease, asyncio.create_task(self._serve(instance, lease)))


async def _stopped(task: asyncio.Task[None]) -> None:
    """Whatever it would still have raised is of no interest: it was to end."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.exception()
