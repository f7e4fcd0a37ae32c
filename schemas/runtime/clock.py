"""The clock of every stage, in one place, so that `collector demo --chaos` can let one process live in another hour.

`COLLECTOR_CLOCK_SHIFT_SECONDS` is honoured beside `COLLECTOR_DEMO=1` only, which nothing but a demonstration sets: what was
left behind in an environment moves no installation's clock.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

DEMO = "COLLECTOR_DEMO"
SHIFT = "COLLECTOR_CLOCK_SHIFT_SECONDS"


def shift_of(environ: Mapping[str, str]) -> timedelta:
    """How far this process's clock is off. Raises ValueError where a demonstration set what is no number of seconds."""
    return timedelta(seconds=float(environ.get(SHIFT) or 0) if environ.get(DEMO) == "1" else 0)


@cache
def _shift() -> timedelta:
    return shift_of(os.environ)


def now() -> datetime:
    """UTC."""
    return datetime.now(UTC) + _shift()
