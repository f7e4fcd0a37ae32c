"""What a demonstration is asked to do."""

import re
from dataclasses import dataclass
from datetime import time, timedelta

from schemas.errors import StopWorker
from schemas.instances import Rules, Window

SPAN = re.compile(r"^(\d+)(s|m|h)$")
UNITS = {"s": 1, "m": 60, "h": 3600}
ALL_DAY = Window(opens=time.min, closes=time.max)
OPEN_RULES = Rules(windows=dict.fromkeys(range(7), ALL_DAY), call_on_holidays=True, max_days_overdue=365)
"""A demonstration calls at any hour, and for longer than a minute; the telephones that ring are simulated."""


@dataclass(frozen=True, slots=True)
class Options:
    """`lasting`: None until Ctrl-C. `blows`: 0 for no chaos. `changes`: a second, at each simulated ERP of `erps`.

    `habits`: of `deploy.simulators.habits`, each at the ERPs that can have it. `cluster`: three brokers, a set of three.
    """

    lasting: timedelta | None
    clients: int = 1_500
    open_bills: float = 1.2
    changes: float = 2.0
    seed: int = 1
    blows: int = 0
    erps: tuple[str, ...] = ("ixc",)
    faults: bool = False
    habits: frozenset[str] = frozenset()
    cluster: bool = False


def span(text: str) -> timedelta:
    """`90s`, `5m`, `1h`. Raises StopWorker."""
    found = SPAN.match(text)
    if not found or int(found[1]) == 0:
        raise StopWorker(f"--for {text} is no duration: give a number and s, m or h, such as 60s")
    return timedelta(seconds=int(found[1]) * UNITS[found[2]])
