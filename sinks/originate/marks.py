"""The marks of one subject, as they are rewritten: values, no I/O."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from schemas.attempts import MARKS_KEPT, Mark, Marks
from sinks.originate.steps import MarkChange

KEPT = MARKS_KEPT
"""Longer than every limit of every instance that may share the subject: seven days, and the margin."""
HUMAN_KEPT = timedelta(days=91)
"""Longer than any rest after a conversation."""


def ends_at(mark: Mark) -> datetime:
    """From when on no rule looks at it."""
    return mark.at + (HUMAN_KEPT if mark.human else KEPT)


def going_on(calls: Iterable[Mark], now: datetime) -> tuple[Mark, ...]:
    """Without the old ones: one that nobody ever closed must not object for as long as others keep its subject."""
    return tuple(mark for mark in calls if ends_at(mark) > now)


def rewritten(subject: str, seen: Marks | None, calls: Iterable[Mark], now: datetime) -> Marks:
    """What replaces `seen`: `calls` without the old ones. `n` grows even over a document that expired in between."""
    kept = tuple(sorted(going_on(calls, now), key=lambda mark: (mark.at, mark.attempt)))
    n = max((seen.n if seen else 0) + 1, round(now.timestamp() * 1000))
    return Marks(subject=subject, n=n, calls=kept, expires_at=max((ends_at(mark) for mark in kept), default=now))


def of_attempt(marks: Marks | None, attempt: str) -> Mark | None:
    """An attempt's own mark."""
    return next((mark for mark in marks.calls if mark.attempt == attempt), None) if marks else None


def others(marks: Marks | None, attempt: str) -> tuple[Mark, ...]:
    """All but an attempt's own."""
    return tuple(mark for mark in marks.calls if mark.attempt != attempt) if marks else ()


def removed(_: Mark) -> None:
    """Of a call that was never rung."""


def moved(at: datetime) -> MarkChange:
    """To a later instant; never to an earlier one, which would shorten a limit."""
    return lambda mark: mark.model_copy(update={"at": max(mark.at, at)})


def ended(at: datetime, *, human: bool) -> MarkChange:
    """Of a call that is over; it counts as before."""
    return lambda mark: mark.model_copy(update={"at": max(mark.at, at), "open": False, "human": human})
