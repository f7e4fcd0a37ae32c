"""What a benchmark is asked to do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from schemas.errors import StopWorker

PARTS = (
    "hydrate",
    "views",
    "latency",
    "poller",
    "rbx",
    "recovery",
    "memory",
    "replay",
    "calls",
    "dashboard",
    "watched",
    "growth",
)
OPEN_BILLS = 2.62
"""What to ask of the simulator a client: with it 27,000 clients have about 74,000 open bills."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """`debtors` are the clients of the simulated provider, `events` what hydrate joins, `replayed` what a replay reads,
    `documents` what views writes.

    `rate`: rows published a second for `seconds`. `rounds`: how often each comparison is repeated, in alternating order.
    `history`: records a debtor in the topics of states when `hydrate` is killed. `due`: debtors whose turn comes at once;
    `reservations`: of calls. `pages`: open at once, few and then many. `visits`: pages that come and go in each round.
    """

    debtors: int = 27_000
    events: int = 200_000
    replayed: int = 1_000_000
    documents: int = 50_000
    rate: int = 1_000
    seconds: int = 30
    rounds: int = 3
    history: int = 4
    due: int = 1_000
    reservations: int = 1_000
    pages: tuple[int, int] = (10, 50)
    visits: int = 30


QUICK = Sizes(
    debtors=1_500,
    events=10_000,
    replayed=10_000,
    documents=3_000,
    rate=200,
    seconds=4,
    rounds=1,
    due=100,
    reservations=100,
    pages=(2, 4),
    visits=2,
)


def parts(only: Sequence[str]) -> tuple[str, ...]:
    """The parts to run, in their own order; all for none. Raises StopWorker."""
    if unknown := [name for name in only if name not in PARTS]:
        raise StopWorker(f"--only {unknown[0]} is no benchmark: choose from {', '.join(PARTS)}")
    return tuple(name for name in PARTS if not only or name in only)


def sized(sizes: Sizes, debtors: int | None, rounds: int | None) -> Sizes:
    """`sizes` with what was asked for in its place."""
    return replace(sizes, debtors=debtors or sizes.debtors, rounds=rounds or sizes.rounds)
