"""How old is what we know: each kind of row of each instance by its sweeps (pure; every age is against a given `now`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from schemas.instances import Instance
from schemas.rows import Kind

Row = Mapping[str, Any]
Level = Literal["fresh", "late", "stopped", "never"]
WORST: tuple[Level, ...] = ("stopped", "late", "never", "fresh")

LATE = 2
STOPPED = 4
"""A completed sweep may be this many of its instance's own intervals old before the clerk is warned, and alarmed."""
GRACE = timedelta(minutes=2)
"""A sweep takes time: without it an interval of seconds would always be late."""

SNAPSHOT_LATE = timedelta(seconds=120)
SNAPSHOT_STOPPED = timedelta(seconds=180)


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of row. `rows` were read by the last completed sweep; `error` says why the last one failed, or is held back.

    Never fresh while the last one is held back.
    """

    kind: Kind
    completed_at: datetime | None
    rows: int
    failed_at: datetime | None
    error: str
    level: Level

    @property
    def mended(self) -> bool:
        """The last failure is history: a later sweep completed."""
        return bool(self.failed_at and self.completed_at and self.completed_at >= self.failed_at)


def sources(instance: Instance, sweeps: Iterable[Row], now: datetime) -> tuple[Source, ...]:
    """One source of each kind that the instance sweeps. `sweeps`: rows of the view of that name, of any instance."""
    last = {(row["kind"], row["phase"]): row for row in sweeps if row["instance"] == instance.name}
    return tuple(
        _source(kind, timedelta(seconds=every), {phase: row for (of, phase), row in last.items() if of == kind}, now)
        for kind, every in instance.erp.every.items()
    )


def _source(kind: Kind, every: timedelta, last: Mapping[str, Row], now: datetime) -> Source:
    """`last`: the last sweep that ended so, by phase. One that is held back is a failure until somebody believes it."""
    completed = last.get("completed")
    failed = max((last[phase] for phase in ("failed", "held") if phase in last), key=lambda row: row["at"], default=None)
    is_held = completed is not None and "held" in last and last["held"]["at"] > completed["at"]
    return Source(
        kind,
        completed["at"] if completed else None,
        completed["rows"] if completed else 0,
        failed["at"] if failed else None,
        failed["error"] if failed else "",
        _level(now - completed["at"], every, held=is_held) if completed else "never",
    )


def _level(age: timedelta, every: timedelta, *, held: bool) -> Level:
    if age > STOPPED * every + GRACE:
        return "stopped"
    return "late" if held or age > LATE * every + GRACE else "fresh"


def worst(found: Iterable[Source]) -> Level:
    """The level that deserves the most attention; `never` where there is nothing at all."""
    levels = {source.level for source in found}
    return next((level for level in WORST if level in levels), "never")


def of_snapshot(age: timedelta, *, whole: bool = True) -> Level:
    """How stale the numbers on the screen are. `whole`: nothing that they are made of is being read anew."""
    if age > SNAPSHOT_STOPPED:
        return "stopped"
    return "late" if age > SNAPSHOT_LATE or not whole else "fresh"
