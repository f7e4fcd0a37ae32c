"""How much of a warning an age deserves (pure)."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Literal

Level = Literal["fresh", "late", "stopped", "never"]
WORST: tuple[Level, ...] = ("stopped", "late", "never", "fresh")

SNAPSHOT_LATE = timedelta(seconds=120)
SNAPSHOT_STOPPED = timedelta(seconds=180)


def worst_of(levels: Iterable[Level]) -> Level:
    """The level that deserves the most attention; `never` where there is nothing at all."""
    found = set(levels)
    return next((level for level in WORST if level in found), "never")


def of_snapshot(age: timedelta, *, whole: bool = True) -> Level:
    """How stale the numbers on the screen are. `whole`: nothing that they are made of is being read anew."""
    if age > SNAPSHOT_STOPPED:
        return "stopped"
    return "late" if age > SNAPSHOT_LATE or not whole else "fresh"
