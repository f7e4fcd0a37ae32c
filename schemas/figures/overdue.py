"""The bills that are overdue: counted by due date and client, and one by one. (Pipelines over `debtors`, and their values.)

Everything here adds up to `schemas.figures.standing`: the same bills, the same debtors, the same cents.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.figures.narrow import BY, EVERYTHING, Narrow, client_columns, late_bills, matching
from schemas.figures.scope import Pipeline, Row, Scope
from schemas.figures.standing import Share


@dataclass(frozen=True, slots=True)
class Late:
    """The bills due on one day, of the clients of one bairro, type and branch, each as the ERP writes it.

    `share.debtors`: each debtor once, where the oldest of the bills that were asked for lies.
    """

    due_on: date
    bairro: str
    client_type: str
    branch: str
    share: Share


def late_pipeline(scope: Scope, narrow: Narrow = EVERYTHING) -> Pipeline:
    """Its rows are for `late`."""
    return [
        matching(scope, narrow),
        {"$project": {**client_columns(), "late": late_bills(scope, narrow)}},
        {"$match": {"late": {"$ne": []}}},
        {"$set": {"late": {"$sortArray": {"input": "$late", "sortBy": {"due_on": 1}}}}},
        {"$unwind": {"path": "$late", "includeArrayIndex": "n"}},
        {
            "$group": {
                "_id": {"due_on": "$late.due_on", **{column: f"${column}" for column in BY}},
                "debtors": {"$sum": {"$cond": [{"$eq": ["$n", 0]}, 1, 0]}},
                "bills": {"$sum": 1},
                "cents": {"$sum": "$late.open_cents"},
            }
        },
    ]


def late(rows: Iterable[Row]) -> tuple[Late, ...]:
    """The rows of `late_pipeline`, oldest first."""
    found = [
        Late(
            date.fromisoformat(row["_id"]["due_on"]),
            row["_id"]["bairro"],
            row["_id"]["client_type"],
            row["_id"]["branch"],
            Share(row["debtors"], row["bills"], row["cents"]),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.due_on, one.bairro, one.client_type, one.branch)))


def bills_pipeline(scope: Scope, narrow: Narrow = EVERYTHING, limit: int = 0) -> Pipeline:
    """A row for each overdue bill, the most late first and the greatest of a day before; at most `limit` unless that is 0.

    `code`, `client` (or null), `bill`, and the debtor's `contracts`, of which the bill's is one.
    """
    first_of_all: list[dict[str, Any]] = [{"$limit": limit}] if limit else []
    own = {"$in": ["$$contract.id", {"$cond": [{"$eq": ["$bill.contract", ""]}, "$contracts.id", ["$bill.contract"]]}]}
    return [
        matching(scope, narrow),
        {"$project": {"code": 1, "client": 1, "contracts": 1, "bill": late_bills(scope, narrow)}},
        {"$unwind": "$bill"},
        {"$sort": {"bill.due_on": 1, "bill.open_cents": -1, "code": 1, "bill.id": 1}},
        *first_of_all,
        {
            "$project": {
                "code": 1,
                "bill": 1,
                "client": dict.fromkeys(("name", *BY), 1),
                "contracts": {"$filter": {"input": "$contracts", "as": "contract", "cond": own}},
            }
        },
    ]
