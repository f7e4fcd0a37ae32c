"""Whose figures, on which day, and what counts as overdue: shared by every family of figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.queue import Closed

Pipeline = list[dict[str, Any]]
Row = Mapping[str, Any]

OPEN = ("open", "partial")
AGES: tuple[tuple[int, int | None], ...] = ((1, 7), (8, 15), (16, 30), (31, 60), (61, 90), (91, None))
"""Days late, both ends included; the last is open. A bill due today is not overdue."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures. `today`: the local date of the instance. `closed`: why its gate is, None while calls are allowed."""

    instance: str
    today: date
    min_days_overdue: int
    closed: Closed | None = None


def overdue_bills(today: date) -> dict[str, object]:
    """The expression, over `debtors`, of the bills that count as overdue on `today`."""
    overdue = {"$and": [{"$lt": ["$$bill.due_on", today.isoformat()]}, {"$in": ["$$bill.status", list(OPEN)]}]}
    return {"$filter": {"input": "$bills", "as": "bill", "cond": overdue}}
