"""Reserving: an attempt's marks on all its subjects by compare-and-set, or none (`ARCHITECTURE.md`, "Ringing twice is worse
than not at all").

Each mark is written over exactly the marks that were judged, so that of two originators with a subject in common one misses.
Every mark counts, rung or not; marks are pulled only by whoever knows that nobody rings: before `reserved`, or after a no.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from schemas.attempts import Attempt, Mark, Marks
from schemas.calling.limits import Limit
from sinks.originate.marks import going_on, of_attempt, others, removed, rewritten
from sinks.originate.steps import Begin, MarkChange, Move, Pause, Read, Replace, Steps
from sinks.originate.weighing import SOON

ROUNDS = 8
PULL_ROUNDS = 50
PAUSE_S = 0.2
MARGIN = timedelta(seconds=60)
"""On every rolling limit: what a paused process or PABX may be late."""

NEVER = datetime.min.replace(tzinfo=UTC)

Judge = Callable[[Iterable[Mark], datetime], tuple[Limit, ...]]
"""What objects to one more call, given one subject's marks."""


class Reserved(NamedTuple):
    """Marked at `at`, reserved at `now`: it may be rung, by whoever was told this and nobody else."""

    at: datetime
    now: datetime


class Objected(NamedTuple):
    """A limit, or None where too many others wanted the same subjects at once."""

    limit: Limit | None


class Late(NamedTuple):
    """The look is too old, or the clock has jumped since: by such a time no mark is written, and none grows old."""


class Overtaken(NamedTuple):
    """Somebody has taken it for dead meanwhile, or had begun it before."""


def begin(attempt: Attempt) -> Steps[bool]:
    """False where it was handled before: then nothing more may be done."""
    done = yield Begin(attempt)
    return bool(done.value)


def reserve(attempt: Attempt, judge: Judge) -> Steps[Reserved | Objected | Late | Overtaken]:
    """Of an attempt that is `reserving`. Where it is not reserved in the end, it has no marks."""
    for _ in range(ROUNDS):
        done = yield Read(attempt.subjects)
        found: dict[str, Marks] = done.value
        at = done.now
        if not attempt.at <= at < attempt.at + SOON:
            return Late()
        judged = {subject: going_on(others(found.get(subject), attempt.attempt), at) for subject in attempt.subjects}
        if objections := [limit for marks in judged.values() for limit in judge(marks, at)]:
            return Objected(longest(objections))
        mark = Mark(attempt=attempt.attempt, at=at, open=not attempt.dry_run)
        missed = False
        for subject, marks in judged.items():
            seen = found.get(subject)
            done = yield Replace(seen.n if seen else 0, rewritten(subject, seen, (*marks, mark), at))
            if missed := not done.value:
                break
        if not missed:
            done = yield Move(attempt.attempt, ("reserving",), "reserved", done.now, at=at)
            if done.value:
                return Reserved(at, done.now)
            yield from pull(attempt)
            return Overtaken()
        yield from pull(attempt)
        yield Pause(PAUSE_S)
    return Objected(None)


def longest(limits: Iterable[Limit]) -> Limit:
    """The one that objects for longest; an open call, whose end nobody knows, only where nothing else objects."""
    return max(limits, key=lambda limit: limit.until or NEVER)


def pull(attempt: Attempt) -> Steps[bool]:
    """Take an attempt's marks back."""
    return (yield from rewrite(attempt, removed))


def rewrite(attempt: Attempt, change: MarkChange) -> Steps[bool]:
    """Change an attempt's own marks where they are. False where others always came before: what is left counts as it is.

    What is old is so by the attempt's own time, which a right clock told: whoever does this later may have a wrong one.
    """
    for _ in range(PULL_ROUNDS):
        done = yield Read(attempt.subjects)
        found: dict[str, Marks] = done.value
        clean = True
        for subject, seen in found.items():
            mark = of_attempt(seen, attempt.attempt)
            after = change(mark) if mark else None
            if mark is None or after == mark:
                continue
            calls = (*others(seen, attempt.attempt), *([after] if after else []))
            done = yield Replace(seen.n, rewritten(subject, seen, calls, attempt.at))
            clean = clean and bool(done.value)
        if clean:
            return True
        yield Pause(PAUSE_S)
    return False
