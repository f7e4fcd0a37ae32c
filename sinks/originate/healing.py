"""What a crash, or a pause that looked like one, has left: taken up by whoever has the PABX now. Pure.

Nothing is ever rung from here. `abandoned` comes first and the marks are pulled then: who was only paused, and goes on,
finds his attempt gone before he may ring.
"""

from datetime import datetime, timedelta

from schemas.attempts import Attempt
from sinks.originate.answers import Answered
from sinks.originate.placing import counted, placed_of
from sinks.originate.reserving import pull
from sinks.originate.steps import Ask, Move, Publish, Steps

RESERVING_FOR = timedelta(seconds=60)
RESERVED_FOR = timedelta(seconds=45)
"""Longer than a POST and all that comes after it take."""
LOOKED_BACK = timedelta(days=8)
"""Marks of an abandoned attempt that somebody left behind later than this count for nothing any more."""
CRASHED = "the process that reserved it has ended, and nobody knows whether it rang"


def is_left(attempt: Attempt, now: datetime) -> bool:
    """Whether somebody must take it up."""
    age = now - attempt.changed_at
    match attempt.state:
        case "reserving":
            return age > RESERVING_FOR
        case "reserved":
            return age > RESERVED_FOR
        case "abandoned":
            return age < LOOKED_BACK
        case _:
            return False


def heal(attempt: Attempt, now: datetime) -> Steps[bool]:
    """Of an attempt that is left; whether it was. `now`: at the beginning."""
    match attempt.state:
        case "reserving":
            done = yield Move(attempt.attempt, ("reserving",), "abandoned", now, reason="nobody went on with it")
            if done.value:
                yield from pull(attempt)
            return bool(done.value)
        case "abandoned":
            return not (yield from pull(attempt))
        case "reserved" if attempt.dry_run:
            done = yield Publish(placed_of(attempt, "ringing"))
            yield Move(attempt.attempt, ("reserved",), "ended", done.now)
            return True
        case "reserved":
            done = yield Ask(attempt)
            alive: Answered | None = done.value
            yield from counted(attempt, alive or Answered("unclear", CRASHED), done.now)
            return True
        case _:
            return False
