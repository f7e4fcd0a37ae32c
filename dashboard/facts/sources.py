"""How old is what we know: each kind of row of each instance by its sweeps (pure; every age is against a given `now`).

A completed sweep counts only up to the instant until which the stages have passed everything on: what it read after that
may still be on its way to the screen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dashboard.facts.levels import Level
from schemas.instances import Instance
from schemas.rows import Kind
from schemas.sweeps import told_at

Row = Mapping[str, Any]

LATE = 2
STOPPED = 4
"""A completed sweep may be this many of its instance's own intervals old before the clerk is warned, and alarmed."""
GRACE = timedelta(minutes=2)
"""A sweep takes time: without it an interval of seconds would always be late."""


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of row. `rows` were read by the last completed sweep; `error` says why the last one failed, or is held back.
    `as_of`: how old the truth is that it told, which is older than the sweep where it read files.

    Never fresh while the last one is held back. `shown`: False while a first sweep has completed and a stage may still
    hold its rows: until then there is no number of this kind.
    """

    kind: Kind
    completed_at: datetime | None
    rows: int
    failed_at: datetime | None
    error: str
    level: Level
    shown: bool = True
    held: bool = False
    as_of: datetime | None = None

    @property
    def told_at(self) -> datetime | None:
        """From when on the age counts of what is shown; None until a sweep was complete."""
        return self.as_of or self.completed_at

    @property
    def mended(self) -> bool:
        """The last failure is history: a later sweep completed."""
        return bool(self.failed_at and self.completed_at and self.completed_at >= self.failed_at)

    @property
    def complete(self) -> bool:
        """It was read whole once, and what was read is on the screen."""
        return self.completed_at is not None and self.shown


def sources(instance: Instance, sweeps: Iterable[Row], passed: datetime | None, now: datetime) -> tuple[Source, ...]:
    """One source of each kind that the instance sweeps. `sweeps`: rows of the view of that name, of any instance.

    `passed`: everything that was published before it has gone through every stage; None where nothing is known of that.
    """
    last = {(row["kind"], row["phase"]): row for row in sweeps if row["instance"] == instance.name}
    return tuple(
        _source(kind, timedelta(seconds=every), {phase: row for (of, phase), row in last.items() if of == kind}, passed, now)
        for kind, every in instance.erp.every.items()
    )


def _source(kind: Kind, every: timedelta, last: Mapping[str, Row], passed: datetime | None, now: datetime) -> Source:
    """`last`: the last sweep that ended so, by phase. One that is held back is a failure until somebody believes it."""
    completed = last.get("completed")
    failed = max((last[phase] for phase in ("failed", "held") if phase in last), key=lambda row: row["at"], default=None)
    failure = (failed["at"] if failed else None, failed["error"] if failed else "")
    if completed is None:
        return Source(kind, None, 0, *failure, "never", held="held" in last)
    at = completed["at"]
    is_held = "held" in last and last["held"]["at"] > at
    has_passed = passed is not None and at <= passed
    shown = has_passed or not _is_first(completed)
    as_of = told_at(completed)
    age = now - (as_of if passed is None else min(as_of, passed))
    return Source(kind, at, completed["rows"], *failure, _level(age, every, held=is_held), shown, is_held, as_of)


def _is_first(completed: Row) -> bool:
    """Nothing was known before it, and now something is: the screen shows nothing of this kind until it has passed."""
    return not completed.get("known", 0) and completed["rows"] > 0


def _level(age: timedelta, every: timedelta, *, held: bool) -> Level:
    if age > STOPPED * every + GRACE:
        return "stopped"
    return "late" if held or age > LATE * every + GRACE else "fresh"
