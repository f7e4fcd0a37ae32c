"""One originating process: its clock, what it knows of the world, and its procedures, a step at a time.

The procedures, the ledger, the rules and what an answer means are the real ones; here is only what asyncio, MongoDB's
driver, Kafka and HTTP do in their place: time passes between any two steps, and the process may end after each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, Protocol, TypeVar

from deploy.simulation.crashes import Crashes
from deploy.simulation.ledger import TimedLedger
from deploy.simulation.timeline import Timeline
from schemas.calls import CallPlaced, CallRequest
from sinks.originate.answers import Answered
from sinks.originate.clock_check import MOST
from sinks.originate.steps import Ask, Begin, Done, Find, Hold, Look, Move, Pause, Publish, Read, Replace, Ring, Step, Steps
from sinks.originate.weighing import Sight

T = TypeVar("T")
GOOD_FOR: Final = timedelta(seconds=1)
STEP_S: Final = (0.001, 0.008)
SLOW, SLOW_S = 0.05, (0.05, 3.0)
STILL, STILL_S = 0.001, (3.0, 90.0)
"""Of all steps: how many take how long."""
UNKNOWN: Final = 0.0005
"""Of the ledger's steps so many are not answered: done or not, the procedure ends there."""
NEVER = datetime.min.replace(tzinfo=UTC)


class Surroundings(Protocol):
    """What a process asks of the world."""

    time: Timeline
    ledger: TimedLedger
    crashes: Crashes

    def sight(self, request: CallRequest, at: datetime, *, clock_off: bool) -> Sight:
        """What MongoDB shows."""

    def publish(self, placed: CallPlaced) -> None:
        """The broker has it."""

    def hold(self, step: Hold) -> None:
        """The PABX refuses an instance."""

    def died(self, process: "Process") -> None:
        """All that it was doing is gone."""


class Phones(Protocol):
    """The PABXs as one process has them."""

    def ring(self, step: Ring, then: Callable[[Answered], None]) -> None:
        """Once."""

    def ask(self, step: Ask) -> Answered | None:
        """Whether its channel lives."""


@dataclass(slots=True)
class Process:
    """`off`: how far its clock is ahead. `epoch`: grows with each death; what was begun before goes no further."""

    name: str
    world: Surroundings
    random: Random
    alive: bool = False
    off: timedelta = timedelta(0)
    epoch: int = 0
    looked_at: datetime = NEVER
    saw_off: bool = False

    def now(self) -> datetime:
        """By its own clock."""
        return self.world.time.now + self.off

    def end(self) -> None:
        """At once."""
        self.alive, self.epoch = False, self.epoch + 1

    def die(self) -> None:
        """By a crash, which the world sees."""
        self.end()
        self.world.died(self)

    def start(self) -> None:
        """Anew, knowing nothing."""
        self.alive, self.looked_at = True, NEVER

    def clock_off(self) -> bool:
        """As it was when last looked at, at most a second ago."""
        if not timedelta(0) <= self.now() - self.looked_at < GOOD_FOR:
            self.looked_at, self.saw_off = self.now(), abs(self.off) > MOST
        return self.saw_off

    def begin(self, name: str, steps: Steps[T], phones: Phones, then: Callable[[T | None], None]) -> None:
        """Do one procedure; `then` is told what came of it, None where it was broken off, nothing where the process died."""
        _Run(self, name, steps, phones, then).go()


class _Run:
    def __init__(self, process: Process, name: str, steps: Steps[Any], phones: Phones, then: Callable[[Any], None]) -> None:
        self._process, self._name, self._steps, self._phones, self._then = process, name, steps, phones, then
        self._epoch = process.epoch
        self._index = 0

    def go(self, done: Done | None = None) -> None:
        if self._process.epoch != self._epoch:
            return
        try:
            step = next(self._steps) if done is None else self._steps.send(done)
        except StopIteration as ended:
            self._then(ended.value)
            return
        self._index += 1
        time, chance = self._process.world.time, self._process.random
        pace = chance.random()
        span = (
            (0.0, step.most)
            if isinstance(step, Pause)
            else STILL_S
            if pace < STILL
            else SLOW_S
            if pace < STILL + SLOW
            else STEP_S
        )
        time.after(chance.uniform(*span), lambda: self._do(step))

    def _do(self, step: Step) -> None:
        """Its effect comes about now, whatever becomes of the process."""
        process = self._process
        if process.epoch != self._epoch:
            return
        if isinstance(step, Ring):
            self._ring(step)
            return
        if isinstance(step, Begin | Read | Replace | Move | Find) and process.random.random() < UNKNOWN:
            if process.random.random() < 0.5:  # noqa: PLR2004 - done in half of the cases
                self._effect(step)
            self._steps.close()
            self._then(None)
            return
        value = self._effect(step)
        if not self._dies(type(step).__name__):
            self.go(Done(value, process.now()))

    def _ring(self, step: Ring) -> None:
        def heard(found: Answered) -> None:
            if self._process.epoch == self._epoch and not self._dies("Ring, answered"):
                self.go(Done(found, self._process.now()))

        self._phones.ring(step, heard)
        self._dies("Ring, asked")

    def _effect(self, step: Step) -> Any:  # noqa: ANN401 - what each step says of itself
        process, world = self._process, self._process.world
        match step:
            case Look(request=request):
                off = process.clock_off()
                return world.sight(request, process.looked_at, clock_off=off)
            case Publish(placed=placed):
                return world.publish(placed)
            case Ask():
                return self._phones.ask(step)
            case Hold():
                return world.hold(step)
            case Begin() | Read() | Replace() | Move() | Find():
                return world.ledger.at_once(step)
            case Pause() | Ring():
                return None

    def _dies(self, step: str) -> bool:
        if dies := self._process.world.crashes.strike(self._name, self._index, step):
            self._process.die()
        return dies
