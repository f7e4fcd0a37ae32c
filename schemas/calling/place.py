"""Where a debtor of the queue stands on one day: what the clock adds to facts and verdict. Pure.

`schemas.figures.queue` asks MongoDB for the same; a test holds the two together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from schemas.calling.decide import in_force
from schemas.calling.score import score
from schemas.queue import DERIVED, Facts, HoldReason, Part, Verdict


@dataclass(frozen=True, slots=True)
class Place:
    """`holds` is empty if and only if the debtor may be called while the instance's gate is open; in the rules' order.

    `oldest_due_on` and `overdue_cents` are of what is overdue, `days_late` is 0 where nothing is. `score` adds up `parts`.
    """

    holds: tuple[HoldReason, ...]
    parts: Mapping[Part, int]
    oldest_due_on: date | None
    days_late: int
    overdue_cents: int

    @property
    def score(self) -> int:
        """Higher is called first; then the older due date, then the lower key."""
        return sum(self.parts.values())


def place(facts: Facts, verdict: Verdict, today: date, min_days_overdue: int) -> Place:
    """`today` is local to the instance; `min_days_overdue` is its own."""
    owed = owed_since(facts)
    oldest = owed if owed is not None and owed < today else None
    days_late = (today - oldest).days if oldest else 0
    cents = sum(cents for due_on, cents in facts.due if due_on < today)
    standing = (reason for reason in in_force(verdict, today).holds if reason not in DERIVED)
    holds = (*_debt(days_late, min_days_overdue), *standing)
    return Place(holds, score(facts, days_late, cents), oldest, days_late, cents)


def owed_since(facts: Facts) -> date | None:
    """The first due date on which anything is open, overdue or not; None where no cent is."""
    return next((due_on for due_on, cents in facts.due if cents > 0), None)


def _debt(days_late: int, min_days_overdue: int) -> Iterator[HoldReason]:
    if not days_late:
        yield "nothing_due"
    elif days_late < min_days_overdue:
        yield "too_early"
