"""What a page reads its facts with."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dashboard.facts.asked import EVERYBODY, Filters
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


def chosen(valid: Mapping[str, Instance], name: str) -> tuple[Instance, ...]:
    """The valid instance `name`, or all of them for EVERYBODY, by title; none where nobody has the name."""
    by_title = sorted(valid.values(), key=lambda one: ((one.title or one.name).casefold(), one.name))
    return tuple(one for one in by_title if name in (EVERYBODY, one.name))
