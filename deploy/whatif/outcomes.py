"""How a call that nobody placed ends: told by the debtor and its number, so that both rules meet the same luck. Pure."""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from hashlib import blake2b
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple

from schemas.attempts import Outcome
from schemas.what_if import Basis

ENOUGH = 50
"""Calls with an outcome that say more of a provider than a typical mix."""
TYPICAL: Mapping[Outcome, int] = MappingProxyType(
    {"no_answer": 40, "machine": 25, "human": 20, "busy": 8, "congestion": 4, "invalid_number": 3}
)
"""In a hundred. An assumption, not a measurement."""
RING_S, TALK_S = 25, 40
DRAW_BYTES = 8
ANSWERED: frozenset[Outcome] = frozenset({"human", "machine", "machine_presumed", "not_sure", "dropped"})


class Luck(NamedTuple):
    """Outcomes and the upper end of the part of 1 that each has."""

    outcomes: tuple[Outcome, ...]
    ends: tuple[float, ...]
    basis: Basis

    def draw(self, debtor: bytes, number: int) -> Outcome:
        """Of the call `number` (from 1) to `debtor`: always the same one."""
        digest = blake2b(debtor + b":%d" % number, digest_size=DRAW_BYTES).digest()
        at = int.from_bytes(digest, "big") / 2 ** (8 * DRAW_BYTES)
        return self.outcomes[min(bisect(self.ends, at), len(self.outcomes) - 1)]


def luck(seen: Iterable[Outcome | None]) -> Luck:
    """Of the outcomes of calls that were really placed; None: no outcome yet."""
    counted = Counter(one for one in seen if one is not None)
    enough = counted.total() >= ENOUGH
    shares: Mapping[Outcome, int] = counted if enough else TYPICAL
    total = sum(shares.values())
    names = tuple(sorted(shares))
    ends = tuple(accumulate(shares[name] / total for name in names))
    return Luck(names, ends, "seen" if enough else "typical")


def lasts(outcome: Outcome) -> timedelta:
    """From the first ring to the end."""
    return timedelta(seconds=RING_S + (TALK_S if outcome in ANSWERED else 0))
