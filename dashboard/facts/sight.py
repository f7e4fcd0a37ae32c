"""What a page reads its facts with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from dashboard.facts.asked import Filters
from schemas.instances import Instance
from schemas.runtime.mongo import Database


@dataclass(frozen=True, slots=True)
class Sight:
    """Where a page's facts are read, at the aware instant `now`. `instances`: the chosen ones that are valid, by title.

    `kafka`: the bootstrap servers; "" where the dashboard was not told any.
    """

    database: Database
    instances: tuple[Instance, ...]
    now: datetime
    kafka: str = ""


Read = Callable[[Sight, Filters], Awaitable[object]]
"""A page's own: its frozen facts. PyMongoError and TimeoutError are left to the caller."""
