"""Alive means progress: which loops this process has, and which of them owe a turn. Values and rules first, then the loops.

A loop turns when it got somewhere or truly had nothing to do. From a turn on it is at rest until it owes the next one:
because it begins a piece of work, because records wait for it, or because it said that it comes round by itself. Seconds
are those of one monotonic clock.
"""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

from schemas.errors import RetryLater
from schemas.stages import Held, Underway


@dataclass(frozen=True, slots=True)
class Standing:
    """`owes`: since when a turn is due, which may lie ahead; None at rest. `turned`: the last turn, None before the first.

    `lag`: records that are known to wait; None where nobody measured.
    """

    owes: float | None = None
    turned: float | None = None
    lag: int | None = None
    busy: bool = False

    def begun(self, now: float) -> "Standing":
        """In the middle of work. Beginning again before a turn wins no time."""
        return replace(self, busy=True, owes=now if self.owes is None else min(self.owes, now))

    def with_turn(self, now: float, within: float | None = None) -> "Standing":
        """Got somewhere. `within`: seconds after which it comes round by itself, whatever happens."""
        due = now if self.lag else None if within is None else now + within
        return replace(self, busy=False, turned=now, owes=due)

    def with_nothing(self, now: float, within: float | None = None) -> "Standing":
        """Nothing came: a turn, except where it is known that something waits."""
        return self if self.lag or self.busy else self.with_turn(now, within)

    def with_lag(self, now: float, lag: int | None) -> "Standing":
        """Measured from outside; what could not be measured leaves everything as it was."""
        if lag is None:
            return self
        if lag:
            return replace(self, lag=lag, owes=now if self.owes is None else min(self.owes, now))
        caught_up = self.lag and not self.busy and self.turned is not None  # the first turn is owed in any case
        return replace(self, lag=0, owes=None if caught_up else self.owes)

    def afresh(self, now: float) -> "Standing":
        """A new chance: what went by until now does not count."""
        return self if self.owes is None else replace(self, owes=max(self.owes, now))

    def late(self, now: float) -> float:
        """Seconds for which a turn is due; 0 at rest."""
        return 0.0 if self.owes is None else max(0.0, now - self.owes)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a reader holds and by how many records it is behind; None where the broker did not say.

    `waiting`: of each partition (topic, number) in which records wait, the offset from which on.
    """

    held: tuple[Held, ...]
    lag: int | None
    waiting: Mapping[tuple[str, int], int] = field(default_factory=dict)


Measure = Callable[[], Awaitable[Measured]]


class Loop:
    """One loop of this process, watched while its `with` block lasts. Thread-safe: its standing is replaced whole.

    `oldest`: when the oldest record that waits for it was written, Unix time; None where none waits, or nobody knows.
    """

    def __init__(
        self,
        owner: "Progress",
        name: str,
        measure: Measure | None = None,
        sweep: Underway | None = None,
        standing: Standing | None = None,
    ) -> None:
        self._owner = owner
        self.name = name
        self.measure = measure
        self.sweep = sweep
        self.held: tuple[Held, ...] = ()
        self.oldest: float | None = None
        self.standing = standing or Standing()

    def again(self) -> None:
        """What it waits for goes on elsewhere: see `Standing.afresh`."""
        self.standing = self.standing.afresh(self._owner.clock())

    def begin(self) -> None:
        """A piece of work that must end within the limit."""
        self.standing = self.standing.begun(self._owner.clock())

    def turned(self, within: float | None = None) -> None:
        """See `Standing.with_turn`."""
        now = self._owner.clock()
        self.standing = self.standing.with_turn(now, within)
        if self is not self._owner.pulse:  # an event loop turns whatever else does not
            self._owner.moved = now

    def idle(self, within: float | None = None) -> None:
        """See `Standing.with_nothing`."""
        self.standing = self.standing.with_nothing(self._owner.clock(), within)

    def measured(self, found: Measured, oldest: float | None = None) -> None:
        """What the process's own measuring found; a loop that measures itself may call it too. `oldest`: as the field."""
        self.held = found.held
        self.oldest = oldest
        self.standing = self.standing.with_lag(self._owner.clock(), found.lag)

    def __enter__(self) -> Self:
        self._owner.loops.append(self)
        self._owner.moved = self._owner.clock()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None) -> None:
        self._owner.left(self)


class Progress:
    """The loops of one process. `pulse` is the event loop's own turning; `away`: peers that did not answer last.

    `whole`: the process itself, which owes to be alive; `moved`: when a loop last began, turned or ended, None before.
    `without`: what it goes on without for now, such as a PABX: told in its heartbeat, and the end of nothing.
    `invalid`: instances whose documents it cannot read, with the part that is wrong; replaced whole.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.pulse = Loop(self, "the event loop")
        self.whole = Loop(self, "the stage as a whole")
        self.moved: float | None = None
        self.loops: list[Loop] = []
        self.away: tuple[str, ...] = ()
        self.without: set[str] = set()
        self.invalid: frozenset[tuple[str, str]] = frozenset()
        self.fatal: RetryLater | None = None
        self._last: float | None = None

    def loop(self, name: str, measure: Measure | None = None) -> Loop:
        """A loop that owes its first turn from now on. `measure` is called every few seconds."""
        return Loop(self, name, measure, standing=Standing(owes=self.clock()))

    @contextmanager
    def working(self, name: str) -> Iterator[None]:
        """One piece of work that must end within the limit, with whatever result."""
        with self.loop(name) as loop:
            try:
                yield
            finally:
                loop.turned()

    @contextmanager
    def sweeping(self, sweep: Underway) -> Iterator[None]:
        """A sweep under way, which owes nothing while it waits for an ERP; its work is `working`."""
        with Loop(self, f"sweep {sweep.instance} {sweep.kind}", sweep=sweep, standing=Standing(turned=self.clock())):
            yield

    def left(self, loop: Loop) -> None:
        """It has ended: nothing is expected of it any more."""
        self.loops.remove(loop)
        self._last = _latest(self._last, loop.standing.turned)
        self.moved = self.clock()

    def end(self, reason: RetryLater) -> None:
        """The process cannot go on: `schemas.runtime.process` ends it in order, for this reason."""
        self.fatal = self.fatal or reason

    def stuck(self, now: float, limit: float) -> list[Loop]:
        """Loops whose turn has been due for `limit` seconds, the longest first; where there is none, the process itself."""
        found = [loop for loop in (self.pulse, *self.loops) if loop.standing.late(now) >= limit]
        return sorted(found, key=lambda loop: -loop.standing.late(now)) or [
            loop for loop in (self.whole,) if loop.standing.late(now) >= limit
        ]

    def live(self) -> bool:
        """Whether it is alive just now; to be asked again and again. While nothing begins, turns or ends it owes to be."""
        alive = self.under_way()
        if alive or _latest(self.moved, self.whole.standing.turned) != self.whole.standing.turned:
            self.whole.standing = self.whole.standing.with_turn(self.clock(), within=0)
        else:
            self.whole.begin()
        return alive

    def under_way(self) -> bool:
        """Every loop has turned at least once, and there is one."""
        loops = list(self.loops)
        return bool(loops) and all(loop.standing.turned is not None for loop in loops)

    def afresh(self, *, event_loop: bool) -> None:
        """A new chance for every loop, for the event loop only where that is said."""
        now = self.clock()
        for loop in (self.whole, *self.loops, *([self.pulse] if event_loop else [])):
            loop.standing = loop.standing.afresh(now)

    def lag(self) -> int | None:
        """Of all loops that know theirs; None where none does."""
        known = [loop.standing.lag for loop in list(self.loops) if loop.standing.lag is not None]
        return sum(known) if known else None

    def last_turn(self, now: float) -> float | None:
        """Of the loop that has waited longest, of all loops where none waits; None before the first."""
        loops = list(self.loops)
        waiting = [loop.standing for loop in loops if loop.standing.late(now)]
        if waiting:
            return min(waiting, key=lambda one: -one.late(now)).turned
        last = self._last
        for loop in loops:
            last = _latest(last, loop.standing.turned)
        return last


def _latest(one: float | None, other: float | None) -> float | None:
    return max((at for at in (one, other) if at is not None), default=None)


PROCESS = Progress()
"""Of this process: one process is one stage."""
