"""What this process holds of all that is shared out, instances or PABX: takes it, lets it go, runs what serves each."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import structlog

from producers.held.publishing import UnpublishedError
from producers.held.shares import may_take
from schemas.errors import RetryLater

log = structlog.get_logger()


class Lease(Protocol):
    """The right to publish for one of them."""

    @property
    def broken(self) -> bool:
        """Whether a write was interrupted: what was published must then be read back."""
        ...

    async def close(self) -> None:
        """Give it back."""
        ...


T = TypeVar("T")
L = TypeVar("L", bound=Lease)


class LetGo(NamedTuple):
    """When one was lost to another process: the loop's time, and the round in which turns were given out."""

    at: float
    round: int


@dataclass(frozen=True, slots=True)
class Held(Generic[T, L]):
    """One in our hands, and what serves it."""

    what: T
    lease: L
    task: asyncio.Task[None]


class Keeper(Generic[T, L]):
    """`gain` takes some by name, as far as they can be had; `serve` runs one until it is cancelled or cannot publish.

    `read_as`: what serving depends on: where that changes, it begins anew. `noun`: what they are, for the log.
    """

    def __init__(
        self,
        gain: Callable[[Collection[str]], Awaitable[Mapping[str, L]]],
        serve: Callable[[T, L], Coroutine[Any, Any, None]],
        read_as: Callable[[T], object],
        noun: str = "instance",
    ) -> None:
        self._gain = gain
        self._serve = serve
        self._read_as = read_as
        self._noun = noun
        self._wanted: Mapping[str, T] = {}
        self._held: dict[str, Held[T, L]] = {}
        self._gains: dict[asyncio.Task[None], frozenset[str]] = {}
        self._let_go: dict[str, LetGo] = {}
        self._round = 0
        """The last one in which what we hold was still ours."""
        self._farewells: set[asyncio.Task[None]] = set()

    async def keep(self, wanted: Mapping[str, T], turn: int) -> None:
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
                self._say("released", name)
            elif self._read_as(wanted[name]) != self._read_as(held.what):
                await _stopped(held.task)
                self._restart(name, wanted[name], held.lease)
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
            log.warning(self._event("let_go"), **{self._noun: name}, reason=str(error))
        else:
            log.warning("writer_broken", **{self._noun: name}, reason=str(error), next="opened anew and read back")
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
            log.warning(self._event("not_taken"), names=sorted(names), reason=str(exc))
            return
        for name, lease in leases.items():
            self._let_go.pop(name, None)
            if name in self._wanted:
                self._start(name, self._wanted[name], lease)
                self._say("taken", name)
            else:
                await lease.close()

    def _restart(self, name: str, what: T, lease: L) -> None:
        """With what is remembered, unless a write was interrupted: then it is taken anew."""
        if lease.broken:
            self._drop(name)
        else:
            self._start(name, what, lease)

    def _start(self, name: str, what: T, lease: L) -> None:
        self._held[name] = Held(what, lease, asyncio.create_task(self._served(name, what, lease)))

    async def _served(self, name: str, what: T, lease: L) -> None:
        """Each line that is logged meanwhile names it."""
        with structlog.contextvars.bound_contextvars(**{self._noun: name}):
            await self._serve(what, lease)

    def _event(self, what: str) -> str:
        return f"{self._noun}_{what}"

    def _say(self, what: str, name: str) -> None:
        log.info(self._event(what), **{self._noun: name})


async def _stopped(task: asyncio.Task[None]) -> None:
    """Whatever it would still have raised is of no interest: it was to end."""
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.exception()
