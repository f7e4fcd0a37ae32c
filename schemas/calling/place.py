"""Where a debtor of the queue stands at one moment: what the clock adds to facts and verdict. Pure.

`schemas.figures.queue` asks MongoDB for the same; a test holds the two together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from schemas.calling.decide import in_force
from schemas.calling.score import score
from schemas.instances import Instance, Rules
from schemas.queue import DERIVED, Facts, HoldReason, Part, Verdict


@dataclass(frozen=True, slots=True)
class Place:
    """`holds` is empty if and only if the debtor may be called while the gate of his state is open; in the rules' order.

    `oldest_due_on` and `overdue_cents` are of what is overdue and counts, `days_late` is 0 where nothing is. `score` adds up
    `parts`.
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


def place(facts: Facts, verdict: Verdict, instance: Instance, now: datetime) -> Place:
    """`now` is aware; days are counted on the clock of the instance."""
    rules = instance.rules
    today = now.astimezone(instance.clock).date()
    since = counts_from(today, rules)
    counting = [(due_on, cents) for due_on, cents in facts.due if since <= due_on < today and cents > 0]
    oldest = counting[0][0] if counting else None
    days_late = (today - oldest).days if oldest else 0
    cents = sum(cents for _, cents in counting)
    standing = (reason for reason in in_force(verdict, today, now).holds if reason not in DERIVED)
    debt = _too_early(days_late, rules) if oldest else _not_counted(facts, since, today)
    hour = now.astimezone(UTC).hour
    return Place(tuple(dict.fromkeys((*debt, *standing))), score(facts, days_late, cents, hour), oldest, days_late, cents)


def counts_from(today: date, rules: Rules) -> date:
    """The first due date that is not too old on `today`."""
    return today - timedelta(days=rules.max_days_overdue)


def owed_since(facts: Facts) -> date | None:
    """The first due date on which anything that counts is open, overdue or not; None where no cent is."""
    return next((due_on for due_on, cents in facts.due if cents > 0), None)


def open_since(facts: Facts) -> date | None:
    """The first due date of everything open, set aside or not, overdue or not; None where no cent is."""
    owed = owed_since(facts)
    return min((*facts.set_aside.values(), *((owed,) if owed else ())), default=None)


def _too_early(days_late: int, rules: Rules) -> Iterator[HoldReason]:
    if days_late < rules.min_days_overdue:
        yield "too_early"


def _not_counted(facts: Facts, since: date, today: date) -> tuple[HoldReason, ...]:
    """Why nothing that is overdue counts."""
    aside = tuple(reason for reason, due_on in facts.set_aside.items() if due_on < today)
    owed = owed_since(facts)
    old: tuple[HoldReason, ...] = ("too_old",) if owed is not None and owed < since else ()
    return (*aside, *old) or ("nothing_due",)
