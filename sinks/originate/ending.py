"""What `call.v1` tells of an attempt goes to its marks and its state. Pure; told twice it changes nothing."""

from datetime import datetime

from schemas.attempts import Attempt, AttemptState
from schemas.calls import Call
from schemas.errors import RetryLater
from sinks.originate.marks import ended, moved
from sinks.originate.reserving import rewrite
from sinks.originate.steps import Find, Move, Steps
from sinks.originate.weighing import SOON

OVER: tuple[AttemptState, ...] = ("ended", "lost")
RUNG: tuple[AttemptState, ...] = ("reserved", "ringing", "ended", "lost")
"""Of the others nobody rang, whatever a record says: their marks are gone."""


def finish(call: Call, now: datetime) -> Steps[bool]:
    """Whether anything was to be done. An outcome may be revised; `lost` becomes `ended`, never the other way.

    Raises RetryLater where others always came before.
    """
    if call.dry_run:
        return False
    done = yield Find(call.attempt)
    attempt: Attempt | None = done.value
    if attempt is None or attempt.state not in RUNG:
        return False
    at = max(attempt.at, min(call.at, now))
    if call.outcome is None:
        return (yield from _later(attempt, at, now))
    if attempt.outcome == call.outcome and attempt.state in OVER:
        return False
    to: AttemptState = "lost" if call.outcome == "lost" else "ended"
    if to == "lost" and attempt.state == "ended":
        return False
    if not (yield from rewrite(attempt, ended(at, human=call.outcome == "human"))):
        raise RetryLater(f"the marks of {attempt.attempt} are written by too many others")
    yield Move(attempt.attempt, RUNG, to, now, at=at, outcome=call.outcome)
    return True


def _later(attempt: Attempt, at: datetime, now: datetime) -> Steps[bool]:
    """It goes on, and began later than was thought."""
    if at <= attempt.at + SOON or attempt.state in OVER:
        return False
    yield from rewrite(attempt, moved(at))
    yield Move(attempt.attempt, (attempt.state,), attempt.state, now, at=at)
    return True
