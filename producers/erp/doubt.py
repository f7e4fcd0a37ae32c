"""What is missing without being gone for sure: two sweeps must agree. Pure.

A row stands there whose id cannot be read: it may be that one. Or nobody could be asked for it: webhooks want the document
of its client, whose row shows none this time.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from producers.erp.missing import Missing


class Judged(NamedTuple):
    """`gone`: what may be closed. `waiting`: the ids that stay what they are until the next sweep agrees."""

    gone: list[Missing]
    waiting: frozenset[str]


def judged(missing: Iterable[Missing], waited: AbstractSet[str], *, doubt: bool) -> Judged:
    """`doubt`: such a row stands there, and its ERP cannot be asked by ids. `waited`: `waiting` of the last sweep."""
    found = list(missing)
    unsure = (one for one in found if (doubt or one.unasked) and not one.unread)
    waiting = frozenset(one.code for one in unsure if one.code not in waited)
    return Judged([one for one in found if one.code not in waiting], waiting)
