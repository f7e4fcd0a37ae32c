"""What reserving and ringing do, step by step, as values: whoever drives them does each and says what came of it.

A procedure is a generator that yields a step and is sent `Done`. So a test, or a simulation, can stop after any step as a
crash would, and let the steps of several originators run in any order.
"""

from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar

from schemas.attempts import Attempt, AttemptState, Mark, Marks, Outcome
from schemas.calls import CallPlaced, CallRequest
from schemas.instances import Instance

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Begin:
    """Insert the attempt. Done: False where it was there."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Read:
    """The marks of these subjects. Done: `Marks` by subject; who has none is left out."""

    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replace:
    """Replace a subject's marks where `n` is still `seen`; 0: where there are none. Done: whether it was so."""

    seen: int
    marks: Marks


@dataclass(frozen=True, slots=True)
class Move:
    """Change an attempt's state where it is one of `states`. Done: whether it was. None: the field stays as it is."""

    attempt: str
    states: tuple[AttemptState, ...]
    to: AttemptState
    changed_at: datetime
    at: datetime | None = None
    outcome: Outcome | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Find:
    """Done: the `Attempt`, or None."""

    attempt: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait a moment, at random and at most so many seconds: two that met do not meet again."""

    most: float


@dataclass(frozen=True, slots=True)
class Look:
    """What is known just now of the debtor's world. Done: `sinks.originate.weighing.Sight`."""

    request: CallRequest


@dataclass(frozen=True, slots=True)
class Ring:
    """Ask the PABX once, before `by` or not at all. Done: `sinks.originate.answers.Answered`."""

    attempt: Attempt
    instance: Instance
    by: datetime


@dataclass(frozen=True, slots=True)
class Ask:
    """Does its channel live? Done: `sinks.originate.answers.Answered`; None where it does not, or nobody knows."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Publish:
    """To `call.placed.v1`; done when the broker has it."""

    placed: CallPlaced


@dataclass(frozen=True, slots=True)
class Hold:
    """The PABX refuses this instance until somebody mends it. `status`: what it answered, which tells how to ask again."""

    instance: Instance
    status: int
    reason: str


LedgerStep: TypeAlias = Begin | Read | Replace | Move | Find
Step: TypeAlias = LedgerStep | Pause | Look | Ring | Ask | Publish | Hold


class Done(NamedTuple):
    """What came of a step, and what time it is then (aware)."""

    value: Any
    now: datetime


Steps: TypeAlias = Generator[Step, Done, T]
Fate = Literal["dropped", "handled", "refused", "ringing", "unclear", "dry"]
"""What became of a request. Dropped: it had lapsed, or nobody may ring now; handled: another has it, or had it."""


async def drive(steps: Steps[T], do: Callable[[Step], Awaitable[Any]], now: Callable[[], datetime]) -> T:
    """To the end. What `do` raises is raised: the procedure goes no further, as in a crash."""
    try:
        step = next(steps)
        while True:
            value = await do(step)
            step = steps.send(Done(value, now()))
    except StopIteration as ended:
        found: T = ended.value
        return found
    finally:
        steps.close()


def drive_at_once(steps: Steps[T], do: Callable[[Step], Any], now: Callable[[], datetime]) -> T:
    """The same without an event loop, for what lives in one process."""
    try:
        step = next(steps)
        while True:
            step = steps.send(Done(do(step), now()))
    except StopIteration as ended:
        found: T = ended.value
        return found
    finally:
        steps.close()


MarkChange: TypeAlias = Callable[[Mark], Mark | None]
"""What becomes of an attempt's mark; None: it goes."""
