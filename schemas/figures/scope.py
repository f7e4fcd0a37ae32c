"""Whose figures, on which day, and what counts as overdue: shared by every family of figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from schemas.calling.calendar import gate
from schemas.calling.freshness import Signs
from schemas.calling.gates import gate_of
from schemas.calling.hours import ZONES
from schemas.due_dates import FIRST
from schemas.instances import Instance, Rules
from schemas.queue import Closed

Pipeline = list[dict[str, Any]]
Row = Mapping[str, Any]

OPEN = ("open", "partial")
AGES: tuple[tuple[int, int | None], ...] = ((1, 7), (8, 15), (16, 30), (31, 60), (61, 90), (91, None))
"""Days late, both ends included; the last is open. A bill due today is not overdue."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures. `today`: the local date of the instance; `now`: the instant, the first of that date in UTC if None.

    `closed`: why the instance's gate is, None while calls are allowed. `states`: the same of those (UF) where it differs.
    """

    instance: str
    today: date
    min_days_overdue: int
    closed: Closed | None = None
    max_days_overdue: int = Rules().max_days_overdue
    now: datetime | None = None
    states: Mapping[str, Closed | None] = field(default_factory=dict)

    @property
    def moment(self) -> datetime:
        """`now`, in UTC."""
        return datetime.combine(self.today, time(0), UTC) if self.now is None else self.now.astimezone(UTC)

    @property
    def shut(self) -> bool:
        """Nobody may be called in any state."""
        return None not in (self.closed, *self.states.values())

    def closed_in(self, state: str) -> Closed | None:
        """Why the gate of a debtor's state is closed; of one that is not known, the instance's."""
        return self.states.get(state, self.closed)


def scope_of(instance: Instance, now: datetime, seen: Signs | None = None) -> Scope:
    """At the aware instant `now`, on the instance's own calendar.

    `seen`: what else closes it. Whoever counts who may be called gives it: without, only hours and holidays close.
    """

    def closed_in(state: str) -> Closed | None:
        return (gate(instance, now, state) if seen is None else gate_of(instance, seen, now, state)).closed

    rules, home = instance.rules, closed_in("")
    states = {state: closed for state in ZONES if (closed := closed_in(state)) != home}
    today = now.astimezone(instance.clock).date()
    return Scope(instance.name, today, rules.min_days_overdue, home, rules.max_days_overdue, now, states)


def overdue_bills(today: date) -> dict[str, object]:
    """The expression, over `debtors`, of the bills that count as overdue on `today`."""
    meant = [{"$gte": ["$$bill.due_on", FIRST.isoformat()]}, {"$lt": ["$$bill.due_on", today.isoformat()]}]
    overdue = {"$and": [*meant, {"$in": ["$$bill.status", list(OPEN)]}]}
    return {"$filter": {"input": "$bills", "as": "bill", "cond": overdue}}
