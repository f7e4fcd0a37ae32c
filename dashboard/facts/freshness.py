"""Is what the page shows fresh, and if not, what is to blame: the worst of snapshot, stages and sweeps (pure).

An old or partial number is never a fresh one, whichever part of the way stands still.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dashboard.facts.board import Board
from dashboard.facts.failures import Failure
from dashboard.facts.levels import WORST, Level, of_snapshot, worst_of
from dashboard.facts.snapshot import Reading
from dashboard.facts.stages import Trouble
from schemas.rows import Kind

What = Literal["database", "snapshot", "deaf", "stage", "refill", "sweep", "held", "first"]
"""Of one level the first of these is named: the others follow from it."""
ORDER: tuple[What, ...] = ("database", "snapshot", "deaf", "stage", "refill", "sweep", "held", "first")


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is not fresh, `since` then (None: nobody knows, or never).

    `database`: the newest snapshot could not be read, `failure` says why. `snapshot`: none was made for too long. `deaf`:
    no stage is heard. `stage`: one of them, with its `trouble` and the records that wait for it (`lag`). `refill`: a view is
    being read anew. `sweep`: a `kind` of the `instance` (its title) was not read in time; `held`: what was read of it waits
    to be believed. `first`: its first reading is not complete, `done` of `all` kinds.
    """

    what: What
    level: Level
    since: datetime | None = None
    stage: str = ""
    trouble: Trouble = ""
    lag: int | None = None
    instance: str = ""
    kind: Kind | None = None
    failure: Failure | None = None
    done: int = 0
    all: int = 0


@dataclass(frozen=True, slots=True)
class Freshness:
    """At the instant `at`. `causes`: the worst first, empty where everything is fresh.

    `since`: as of when the numbers are sure: of the snapshot, or older where the worst cause is.
    """

    level: Level
    causes: tuple[Cause, ...]
    since: datetime
    at: datetime


def freshness(reading: Reading, board: Board | None) -> Freshness:
    """Of what `board` shows. None: there is no snapshot yet."""
    if reading.snapshot is None or board is None:
        causes = (Cause("database", "stopped", failure=reading.failure),) if reading.failure else ()
        return Freshness("stopped" if causes else "never", causes, reading.at, reading.at)
    found = sorted((*_snapshot(reading), *_stages(reading), *_sweeps(board)), key=_order)
    built = reading.snapshot.built_at
    first = found[0].since if found else None
    level = worst_of(cause.level for cause in found) if found else "fresh"
    return Freshness(level, tuple(found), min(first or built, built), reading.at)


def _order(cause: Cause) -> tuple[int, int, float]:
    """The worst first, then what explains the others, then the oldest."""
    since = cause.since.timestamp() if cause.since else 0.0
    return WORST.index(cause.level), ORDER.index(cause.what), since


def _snapshot(reading: Reading) -> Iterator[Cause]:
    if reading.snapshot is None:
        return
    built = reading.snapshot.built_at
    level = of_snapshot(reading.at - built)
    if reading.failure:
        yield Cause("database", "stopped" if level == "stopped" else "late", built, failure=reading.failure)
    elif level != "fresh":
        yield Cause("snapshot", level, built)
    if reading.snapshot.refills:
        yield Cause("refill", "late", lag=sum(one.left for one in reading.snapshot.refills))


def _stages(reading: Reading) -> Iterator[Cause]:
    if reading.snapshot is None:
        return
    found = [one for one in reading.snapshot.stages if one.level != "fresh"]
    if reading.snapshot.deaf:
        newest = max((one.since for one in found if one.since), default=None)
        yield Cause("deaf", worst_of(one.level for one in found), newest)
        return
    for one in found:
        yield Cause("stage", one.level, one.since, stage=one.name, trouble=one.trouble, lag=one.lag)


def _sweeps(board: Board) -> Iterator[Cause]:
    for one in board.instances:
        done, kinds = one.complete
        if done < kinds:
            yield Cause("first", "never", instance=one.title, done=done, all=kinds)
        for source in one.sources:
            if source.level in ("late", "stopped"):
                what: What = "held" if source.held and source.level == "late" else "sweep"
                yield Cause(what, source.level, source.told_at, instance=one.title, kind=source.kind)
