"""Each PABX once, whoever of the instances shares it. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.instances import Instance
from schemas.keys import partition_of
from schemas.pabx import Control, Records

TURNS = 6
"""Partitions of the topic whose group the pollers form."""


class Shared(NamedTuple):
    """`names`: of the instances that call over it. `records`: every place where its call records lie."""

    address: str
    names: frozenset[str]
    control: Control
    records: tuple[Records, ...]


def pabxes(instances: Iterable[Instance]) -> dict[str, Shared]:
    """By address. Of two ways to one PABX the one of the first instance by name counts; a paused one reads nothing."""
    found: dict[str, Shared] = {}
    for instance in sorted(instances, key=lambda one: one.name):
        pabx = instance.pabx
        if pabx is None or instance.paused:
            continue
        before = found.get(pabx.address) or Shared(pabx.address, frozenset(), pabx.control, ())
        more = (pabx.records,) if pabx.records is not None and pabx.records not in before.records else ()
        found[pabx.address] = before._replace(names=before.names | {instance.name}, records=before.records + more)
    return found


def turn_of(address: str) -> int:
    """Which turn a PABX falls to: the same for every poller, whatever else each of them knows."""
    return partition_of(address.encode(), TURNS)
