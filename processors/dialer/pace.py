"""How many calls a PABX is asked for at most, and of which instances. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from schemas.calling.freshness import Signs, closed_by
from schemas.instances import Instance

ROUND = timedelta(minutes=1)
LAPSES = timedelta(seconds=90)
"""A request that was not placed by then never is: no fresh decision, no call."""


@dataclass(slots=True)
class Round:
    """How much was asked of each PABX, by address, since a round began."""

    since: datetime
    asked: Counter[str] = field(default_factory=Counter)

    def renew(self, now: datetime) -> None:
        """Begin another where this one is over, or where the clock was set back."""
        if not timedelta(0) <= now - self.since < ROUND:
            self.since = now
            self.asked.clear()

    def room(self, address: str, pace: "Pace") -> int:
        """How many more may be asked for."""
        return pace.a_round - self.asked[address]

    def ends_at(self) -> datetime | None:
        """When there is more room; None where nothing was asked for."""
        return self.since + ROUND if self.asked else None


class Pace(NamedTuple):
    """`a_round`: requests of one partition for this PABX within `ROUND`. `names`: whose debtors may be asked for now."""

    a_round: int
    names: tuple[str, ...]


def paces(instances: Iterable[Instance], signs: Signs, now: datetime) -> dict[str, Pace]:
    """By the PABX's address. Where instances share one, the least of their speeds counts, also of one that is closed."""
    found: dict[str, Pace] = {}
    for instance in instances:
        if instance.pabx is None:
            continue
        address = instance.pabx.address
        a_round = ceil(instance.pabx.calls_per_second * ROUND.total_seconds())
        known = found.get(address, Pace(a_round, ()))
        open_now = not instance.paused and closed_by(signs, instance, now) is None
        a_round = min(known.a_round, a_round)
        found[address] = Pace(a_round, (*known.names, instance.name) if open_now else known.names)
    return found
