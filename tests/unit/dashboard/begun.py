"""Sources of a provider whose first reading is under way."""

from datetime import timedelta

from dashboard.facts.snapshot import NUMBERS
from dashboard.facts.sources import Source
from schemas.rows import Kind
from tests.unit.dashboard.conftest import NOW

KINDS: tuple[Kind, ...] = (*NUMBERS, "reference")


def first(*done: Kind) -> tuple[Source, ...]:
    """All kinds, of which only these were read."""
    at = NOW - timedelta(seconds=30)
    return tuple(
        Source(kind, at, 9, None, "", "fresh") if kind in done else Source(kind, None, 0, None, "", "never")
        for kind in KINDS
    )
