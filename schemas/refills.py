"""Views that are being read anew: while that lasts, a part of what they hold is missing or old. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from schemas.model import Model

UNDER_WAY: Mapping[str, Any] = {"until": {"$ne": None}}
"""Of `view_epochs`: the partitions that are not whole."""


class Refill(Model):
    """One view. `partitions`: those not read to their end yet; `left`: records still to be read, at most."""

    view: str
    partitions: tuple[int, ...]
    left: int


def refills(shares: Iterable[Mapping[str, Any]]) -> tuple[Refill, ...]:
    """By view. `shares`: documents of `view_epochs`, of partitions that are whole too."""
    found: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for one in shares:
        if one.get("until") is not None:
            view, _, number = str(one["_id"]).rpartition(":")
            found[view][int(number)] = max(0, one["until"] - one["next"])
    return tuple(
        Refill(view=view, partitions=tuple(sorted(left)), left=sum(left.values())) for view, left in sorted(found.items())
    )
