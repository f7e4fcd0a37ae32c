"""Which part of what is overdue somebody asks for: due dates, and values of the client as the ERP writes them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, get_args

from schemas.figures.scope import Scope, overdue_bills

By = Literal["bairro", "client_type", "branch"]
"""Columns of a client by which debts are broken down."""
BY: tuple[By, ...] = get_args(By)


@dataclass(frozen=True, slots=True)
class Narrow:
    """`first`, `last`: due dates, both included, None where open. `raws`: by column the values that count; others all do."""

    first: date | None = None
    last: date | None = None
    raws: Mapping[By, tuple[str, ...]] = field(default_factory=dict)

    def due(self, scope: Scope) -> tuple[str, str]:
        """The due dates that count as ISO text: from the first until the second, both included; none where they cross."""
        yesterday = scope.today - timedelta(days=1)
        last = min(self.last, yesterday) if self.last else yesterday
        return (self.first or date.min).isoformat(), last.isoformat()

    def client(self) -> list[dict[str, Any]]:
        """The conditions on a client, for `$and`; a client that is not known has blanks."""
        return [
            {"$expr": {"$in": [{"$ifNull": [f"$client.{column}", ""]}, list(values)]}}
            for column, values in self.raws.items()
        ]


EVERYTHING = Narrow()


def aged(today: date, since: int, until: int | None) -> tuple[date | None, date]:
    """The first and the last due date of what is from `since` to `until` days late on `today`."""
    return (None if until is None else today - timedelta(days=until)), today - timedelta(days=since)


def matching(scope: Scope, narrow: Narrow) -> dict[str, Any]:
    """A `$match` on `debtors`: who cannot have such a bill is not even read, as the due date is in the index."""
    first, last = narrow.due(scope)
    due = {"$elemMatch": {"due_on": {"$gte": first, "$lte": last}}}
    conditions = narrow.client()
    return {"$match": {"instance": scope.instance, "bills": due} | ({"$and": conditions} if conditions else {})}


def late_bills(scope: Scope, narrow: Narrow) -> dict[str, Any]:
    """The expression, over `debtors`, of the overdue bills within `narrow`."""
    first, last = narrow.due(scope)
    within = {"$and": [{"$gte": ["$$bill.due_on", first]}, {"$lte": ["$$bill.due_on", last]}]}
    return {"$filter": {"input": overdue_bills(scope.today), "as": "bill", "cond": within}}


def client_columns() -> dict[str, Any]:
    """For a `$project` over `debtors`: each of `BY` as the ERP writes it, blank where the client is not known."""
    return {column: {"$ifNull": [f"$client.{column}", ""]} for column in BY}
