"""Contracts with overdue bills, for whoever collects by hand. (Pipelines over `debtors`, and what their rows become.)

A contract is counted once, by its oldest overdue bill; a client's bills of no contract count as one. Blocked is what the
dialer's rules call so: access that the client misses, or reduced speed (`schemas.calling.facts`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from schemas.calling.facts import HINDERED
from schemas.figures.scope import Pipeline, Row, Scope, overdue_bills

READY = 8
"""Days late from which a contract is ready for contact: the long term begins."""
Part = Literal["action", "other"]
"""Ready, and blocked or under a trust unlock; or overdue and not so, also those that are ready but active."""


@dataclass(frozen=True, slots=True)
class Due:
    """The contracts whose oldest overdue bill is of one due date, alike in the rest. `trust`: under a trust unlock (DC)."""

    due_on: date
    ready: bool
    trust: bool
    blocked: bool
    contracts: int
    bills: int
    cents: int

    @property
    def action(self) -> bool:
        """Somebody should be contacted now."""
        return self.ready and (self.trust or self.blocked)


def contracts_pipeline(scope: Scope) -> Pipeline:
    """Over `debtors`; its rows, for `dues`, are few: one for each due date and kind."""
    kind = {"due_on": "$due_on", "ready": _ready(scope), "trust": "$trust", "blocked": "$blocked"}
    sums = {"contracts": {"$sum": 1}, "bills": {"$sum": "$bills"}, "cents": {"$sum": "$cents"}}
    return [*_contracts(scope), {"$group": {"_id": kind, **sums}}]


def dues(rows: Iterable[Row]) -> tuple[Due, ...]:
    """The rows of `contracts_pipeline`, oldest first."""
    found = (
        Due(
            date.fromisoformat(row["_id"]["due_on"]),
            row["_id"]["ready"],
            row["_id"]["trust"],
            row["_id"]["blocked"],
            row["contracts"],
            row["bills"],
            row["cents"],
        )
        for row in rows
    )
    return tuple(sorted(found, key=lambda due: (due.due_on, due.ready, due.trust, due.blocked)))


def list_pipeline(scope: Scope, part: Part, due_on: date | None = None, limit: int = 0) -> Pipeline:
    """Over `debtors`; the contracts of one part, most late first, then most cents. `due_on`: of their oldest overdue bill.

    A row has `code`, `client`, `contract` (its id, "" for none), `of` (as `debtors` has it, {} where the ERP does not list
    it), `due_on`, `bills`, `cents`, `trust`, `blocked`. `limit`: 0 for all.
    """
    action = {"$and": [_ready(scope), {"$or": ["$trust", "$blocked"]}]}
    chosen: list[dict[str, Any]] = [{"$match": {"$expr": action if part == "action" else {"$not": action}}}]
    if due_on:
        chosen.insert(0, {"$match": {"due_on": due_on.isoformat()}})
    return [
        *_contracts(scope),
        *chosen,
        {"$sort": {"due_on": 1, "cents": -1, "_id": 1}},
        *([{"$limit": limit}] if limit else []),
    ]


def _ready(scope: Scope) -> dict[str, Any]:
    return {"$lte": ["$due_on", (scope.today - timedelta(days=READY)).isoformat()]}


def _contracts(scope: Scope) -> Pipeline:
    """A row for each contract with an overdue bill."""
    its = {
        "$filter": {"input": {"$ifNull": ["$contracts", []]}, "as": "one", "cond": {"$eq": ["$$one.id", "$_id.contract"]}}
    }
    blocked = {"$or": [{"$in": ["$of.access", sorted(HINDERED)]}, {"$eq": ["$of.speed", "reduced"]}]}
    client = {name: f"$client.{name}" for name in ("name", "phones", "person")}
    return [
        # the due date is in the index: whoever cannot be late is not even read
        {"$match": {"instance": scope.instance, "bills.due_on": {"$lt": scope.today.isoformat()}}},
        {"$project": {"code": 1, "client": client, "contracts": 1, "late": overdue_bills(scope.today)}},
        {"$unwind": "$late"},
        {
            "$group": {
                "_id": {"debtor": "$_id", "contract": {"$ifNull": ["$late.contract", ""]}},
                "code": {"$first": "$code"},
                "client": {"$first": "$client"},
                "contracts": {"$first": "$contracts"},
                "due_on": {"$min": "$late.due_on"},
                "bills": {"$sum": 1},
                "cents": {"$sum": "$late.open_cents"},
            }
        },
        {"$set": {"contract": "$_id.contract", "of": {"$ifNull": [{"$first": its}, {}]}}},
        {"$set": {"trust": {"$eq": ["$of.trust_unlock", True]}, "blocked": blocked}},
        {"$unset": "contracts"},
    ]


def last_calls_pipeline(instance: str, codes: Sequence[str]) -> Pipeline:
    """Over `calls`; a row for each of these clients who was ever called: `_id` is the code, `call` the newest that rang.

    Where none did, the newest dry run. It has `at`, `outcome` and `dry_run`.
    """
    call = {name: f"${name}" for name in ("at", "outcome", "dry_run")}
    return [
        {"$match": {"instance": instance, "code": {"$in": list(codes)}}},
        {"$group": {"_id": "$code", "call": {"$top": {"sortBy": {"dry_run": 1, "at": -1}, "output": call}}}},
    ]
