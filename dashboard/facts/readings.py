"""How much of the ERP was read at least once: until all of it was, a number is a part of one (pure)."""

from dashboard.facts.board import choose
from dashboard.facts.snapshot import Reading


def readings(reading: Reading, instance: str) -> tuple[int, int]:
    """How many kinds of rows of `instance` (or EVERYBODY) completed a sweep once, of how many."""
    if reading.snapshot is None:
        return 0, 0
    found = [source for one in choose(reading.snapshot, instance).instances for source in one.sources]
    return sum(source.completed_at is not None for source in found), len(found)
