"""How much of the ERP was read and shown at least once: until all of it was, a number is a part of one (pure)."""

from dashboard.facts.board import choose
from dashboard.facts.snapshot import Reading


def readings(reading: Reading, instance: str) -> tuple[int, int]:
    """How many kinds of rows of `instance` (or EVERYBODY) were read whole once and are shown, of how many."""
    return choose(reading.snapshot, instance).complete if reading.snapshot else (0, 0)


def counted(reading: Reading, instance: str) -> bool:
    """Whether enough of `instance` (or of any, for EVERYBODY) was read for its figures to be numbers."""
    return reading.snapshot is not None and choose(reading.snapshot, instance).numbers
