"""What is overdue, broken down by bairro and by client type: pipelines, and the values that their rows become.

A breakdown adds up to the overdue figures of `schemas.figures`. What the ERP writes is counted in the database and named
here: a reverse map that changes needs no other query.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_args

from schemas.figures.scope import Pipeline, Row, Scope, overdue_bills
from schemas.figures.standing import Share
from schemas.figures.unmapped import CLIENT_TYPES
from schemas.reverse_map import ReverseMap, Subject
from schemas.spelling import fold

SUBJECTS: tuple[Subject, ...] = get_args(Subject)


@dataclass(frozen=True, slots=True)
class Debt:
    """What the debtors of one bairro or client type owe."""

    name: str
    share: Share


def debt_pipeline(subject: Subject, scope: Scope) -> Pipeline:
    """Over `debtors`; a row, for `debts`, of each raw value among those with an overdue bill."""
    sums = {
        "debtors": {"$sum": 1},
        "bills": {"$sum": {"$size": "$late"}},
        "cents": {"$sum": {"$sum": "$late.open_cents"}},
    }
    return [
        # the due date is in the index: whoever cannot be late is not even read
        {"$match": {"instance": scope.instance, "bills.due_on": {"$lt": scope.today.isoformat()}}},
        {"$project": {"raw": {"$ifNull": [f"$client.{subject}", ""]}, "late": overdue_bills(scope.today)}},
        {"$match": {"late": {"$ne": []}}},
        {"$group": {"_id": "$raw", **sums}},
        *(_type_names(scope.instance) if subject == "client_type" else ()),
    ]


def _type_names(instance: str) -> list[dict[str, Any]]:
    tables = [{"$concat": [f"{instance}:{table}:", "$_id"]} for table in CLIENT_TYPES]
    columns = (f"$type.row.{column}" for column in CLIENT_TYPES.values())
    return [
        {"$set": {"id": tables}},
        {"$lookup": {"from": "references", "localField": "id", "foreignField": "_id", "as": "type"}},
        {"$set": {"_id": {"$ifNull": [*({"$first": column} for column in columns), "$_id"]}}},
    ]


def debts(rows: Iterable[Row], reverse: ReverseMap) -> tuple[Debt, ...]:
    """The rows of `debt_pipeline` under the names that people read, most cents first."""
    return together(Debt(reverse.shown(row["_id"]), Share(row["debtors"], row["bills"], row["cents"])) for row in rows)


def together(parts: Iterable[Debt]) -> tuple[Debt, ...]:
    """One for each name, most cents first; of several instances, or of one.

    Names that differ in case, accents and spaces alone are one: it is written as most debtors have it.
    """
    names: dict[str, str] = {}
    shares: dict[str, Share] = {}
    for part in sorted(parts, key=lambda part: (-part.share.debtors, part.name)):
        key = fold(part.name)
        names.setdefault(key, part.name)
        shares[key] = shares.get(key, Share()) + part.share
    found = (Debt(names[key], share) for key, share in shares.items())
    return tuple(sorted(found, key=lambda debt: (-debt.share.cents, debt.name)))
