"""Contracts by how late they are and what they give: counted, and one by one. (Pipelines over `debtors`, and their values.)

A contract is as late as the oldest of its overdue bills. A bill that names no contract is of all of its debtor's, and of the
debtor alone where none is listed; a contract that only a bill names is an ordinary one, which not every ERP lists: active.
Those that are listed add up to `schemas.figures.access`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.calling.facts import HINDERED
from schemas.debtor import Access, Speed
from schemas.figures.narrow import BY, EVERYTHING, Narrow, client_columns
from schemas.figures.scope import Pipeline, Row, Scope, overdue_bills


@dataclass(frozen=True, slots=True)
class Connections:
    """`n` contracts alike. `oldest`: the due date of their oldest overdue bill, None where nothing is overdue.

    `listed`: the ERP lists them; else they are known by their bills alone. Bairro, type and branch as the ERP writes them.
    """

    access: Access
    speed: Speed
    trust_unlock: bool
    listed: bool
    oldest: date | None
    bairro: str
    client_type: str
    branch: str
    n: int


def _each(scope: Scope, narrow: Narrow) -> Pipeline:
    """One document for each contract: `contract`, its overdue `bills` oldest first, `oldest`, `listed`."""
    own = {"$filter": {"input": "$late", "as": "bill", "cond": {"$in": ["$$bill.contract", ["$$contract.id", ""]]}}}
    listed = {
        "$map": {"input": "$contracts", "as": "contract", "in": {"contract": "$$contract", "listed": True, "bills": own}}
    }
    known: dict[str, Any] = {"$concatArrays": ["$contracts.id", {"$cond": [{"$eq": ["$contracts", []]}, [], [""]]}]}
    ordinary = {"access": "active", "access_raw": "", "speed": "normal", "trust_unlock": False}
    of_that = {"$filter": {"input": "$late", "as": "bill", "cond": {"$eq": ["$$bill.contract", "$$id"]}}}
    unlisted = {
        "$map": {
            "input": {"$setDifference": ["$late.contract", known]},
            "as": "id",
            "in": {"contract": {"id": "$$id", **ordinary}, "listed": {"$literal": False}, "bills": of_that},
        }
    }
    oldest = {"$min": "$each.bills.due_on"}
    return [
        {"$match": {"instance": scope.instance} | ({"$and": narrow.client()} if narrow.raws else {})},
        {
            "$project": {
                "code": 1,
                "name": "$client.name",
                **client_columns(),
                "contracts": 1,
                "late": {"$sortArray": {"input": overdue_bills(scope.today), "sortBy": {"due_on": 1, "id": 1}}},
            }
        },
        {"$project": {"code": 1, "name": 1, **dict.fromkeys(BY, 1), "each": {"$concatArrays": [listed, unlisted]}}},
        {"$unwind": "$each"},
        {"$set": {"oldest": {"$ifNull": [oldest, None]}}},
        *_within(scope, narrow),
    ]


def _within(scope: Scope, narrow: Narrow) -> Pipeline:
    if narrow.first is None and narrow.last is None:
        return []
    first, last = narrow.due(scope)
    return [{"$match": {"oldest": {"$gte": first, "$lte": last}}}]


def connections_pipeline(scope: Scope, narrow: Narrow = EVERYTHING) -> Pipeline:
    """Its rows are for `connections`. With due dates in `narrow` only contracts whose oldest bill was due then."""
    kinds = {name: f"$each.contract.{name}" for name in ("access", "speed", "trust_unlock")}
    columns: dict[str, str] = {column: f"${column}" for column in BY}
    same = {**kinds, "listed": "$each.listed", "oldest": "$oldest", **columns}
    return [*_each(scope, narrow), {"$group": {"_id": same, "n": {"$sum": 1}}}]


def connections(rows: Iterable[Row]) -> tuple[Connections, ...]:
    """The rows of `connections_pipeline`, in no order."""
    return tuple(
        Connections(**{**row["_id"], "oldest": _day(row["_id"].get("oldest"))}, n=row["n"])  # its keys are the fields
        for row in rows
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def contracts_pipeline(scope: Scope, narrow: Narrow = EVERYTHING, limit: int = 0, *, idle: bool = False) -> Pipeline:
    """A row for each contract with something overdue, the most late first; at most `limit` unless that is 0.

    `code`, `name` (or null), `contract`, `bills` (oldest first), `oldest`, `cents`. `idle`: instead the blocked ones with
    nothing overdue.
    """
    wanted = {"oldest": None, "each.contract.access": {"$in": sorted(HINDERED)}} if idle else {"oldest": {"$ne": None}}
    return [
        *_each(scope, narrow),
        {"$match": wanted},
        {"$set": {"cents": {"$sum": "$each.bills.open_cents"}}},
        {"$sort": {"oldest": 1, "cents": -1, "code": 1, "each.contract.id": 1}},
        *([{"$limit": limit}] if limit else []),
        {
            "$project": {
                "code": 1,
                "name": 1,
                **dict.fromkeys(BY, 1),
                "contract": "$each.contract",
                "bills": {"$map": {"input": "$each.bills", "as": "bill", "in": "$$bill.id"}},
                "oldest": 1,
                "cents": 1,
            }
        },
    ]
