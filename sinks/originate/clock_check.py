"""How far this process's clock is from MongoDB's, by one question and its answer. Pure."""

from datetime import datetime, timedelta

MOST = timedelta(seconds=2)
"""Whoever is further off does not ring: his hours and limits are not the others'."""


def offset(before: datetime, told: datetime, after: datetime) -> timedelta:
    """At least so far off; what the answer's way may explain is not counted."""
    way = abs(after - before) / 2
    off = told - (before + (after - before) / 2)
    return max(abs(off) - way, timedelta(0))
