"""The bairros or client types with most to collect, and all others as one (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.figures.debts import Debt
from schemas.figures.standing import Share

SHOWN = 12
"""Names with a bar of their own."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """`rest`: what the debtors of the `others` owe, the names that are not in `first`."""

    first: tuple[Debt, ...]
    rest: Share
    others: int


def ranking(debts: Sequence[Debt]) -> Ranking:
    """Of `debts` in their own order."""
    rest = debts[SHOWN:]
    return Ranking(tuple(debts[:SHOWN]), sum((debt.share for debt in rest), Share()), len(rest))
