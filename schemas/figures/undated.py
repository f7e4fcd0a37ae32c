"""Open bills without a day on which they are due, or with an impossible one (`schemas.due_dates`): owed, never late.

The pipelines run over `debtors`. An impossible day may stand there as an earlier version kept it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from schemas.due_dates import FIRST, last
from schemas.figures.scope import OPEN, Pipeline, Row, Scope


@dataclass(frozen=True, slots=True)
class Undated:
    """So many `clients` owe these `bills`, on which `cents` are open."""

    clients: int = 0
    bills: int = 0
    cents: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(self.clients + other.clients, self.bills + other.bills, self.cents + other.cents)


def undated_pipeline(scope: Scope) -> Pipeline:
    """Its row is for `undated`, none where every bill has its day."""
    sums = {
        "clients": {"$sum": 1},
        "bills": {"$sum": {"$size": "$undated"}},
        "cents": {"$sum": {"$sum": "$undated.open_cents"}},
    }
    return [*_undated(scope), {"$group": {"_id": None, **sums}}]


def undated(rows: Sequence[Row]) -> Undated:
    """The figures in the rows of `undated_pipeline`."""
    return Undated(*(rows[0][name] for name in ("clients", "bills", "cents"))) if rows else Undated()


def bills_pipeline(scope: Scope, limit: int = 0) -> Pipeline:
    """A row for each such bill, most cents first: `code`, `client` (or null), `contracts`, `bill`. `limit`: 0 for all."""
    return [
        *_undated(scope),
        {"$unwind": "$undated"},
        {"$project": {"code": 1, "client": 1, "contracts": 1, "bill": "$undated"}},
        {"$sort": {"bill.open_cents": -1, "code": 1, "bill.id": 1}},
        *([{"$limit": limit}] if limit else []),
    ]


def _undated(scope: Scope) -> Pipeline:
    """Clients with such a bill: the due date is in the index, so nobody else is read."""
    first, until = FIRST.isoformat(), last(scope.today).isoformat()
    outside: dict[str, Any] = {"$or": [{"bills.due_on": {"$lt": first}}, {"bills.due_on": {"$gt": until}}]}
    not_meant = {"$or": [{"$lt": ["$$bill.due_on", first]}, {"$gt": ["$$bill.due_on", until]}]}
    cond = {"$and": [{"$in": ["$$bill.status", list(OPEN)]}, not_meant]}
    kept = {"$filter": {"input": "$bills", "as": "bill", "cond": cond}}
    return [
        {"$match": {"instance": scope.instance, **outside}},
        {"$project": {"code": 1, "client": 1, "contracts": 1, "undated": kept}},
        {"$match": {"undated": {"$ne": []}}},
    ]
