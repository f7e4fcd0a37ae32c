"""How many calls a PABX is asked for at most, and of which instances. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from schemas.calling.freshness import Signs, closed_by
from schemas.instances import Instance

ROUND = timedelta(minutes=1)
LAPSES = timedelta(seconds=90)
"""A request that was not placed by then never is: no fresh decision, no call."""


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
        known = found.get(address, Pace(ceil(instance.pabx.calls_per_second * ROUND.total_seconds()), ()))
        open_now = not instance.paused and closed_by(signs, instance, now) is None
        a_round = min(known.a_round, ceil(instance.pabx.calls_per_second * ROUND.total_seconds()))
        found[address] = Pace(a_round, (*known.names, instance.name) if open_now else known.names)
    return found
