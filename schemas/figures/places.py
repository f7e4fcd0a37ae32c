"""`schemas.calling.place` once more, as expressions over the view `queue`: the server computes it for all debtors at once.

A test draws debtors and holds both against one another.
"""

from datetime import timedelta
from typing import Any

from schemas.calling.score import CENTS_A_POINT, DAYS_COUNTED, POINTS_A_DAY, POINTS_FOR_ACCESS, POINTS_FOR_AMOUNT
from schemas.figures.scope import Scope
from schemas.queue import DERIVED, ENDING

MS_A_DAY = 86_400_000

Expression = dict[str, Any]


def latest(scope: Scope) -> str:
    """Who owes since a later day is not late enough, or not late at all."""
    return (scope.today - timedelta(days=max(scope.min_days_overdue, 1))).isoformat()


def holds_on(scope: Scope) -> Expression:
    """The stored holds that are in force."""
    ended = [
        {
            "$and": [
                {"$eq": ["$$hold", reason]},
                # an entry of before `until` was stored holds until it is decided on again
                {"$lt": [{"$ifNull": [f"$verdict.until.{reason}", scope.today.isoformat()]}, scope.today.isoformat()]},
            ]
        }
        for reason in ENDING
    ]
    passed_over = {"$or": [{"$in": ["$$hold", sorted(DERIVED)]}, *ended]}
    in_force = {"$filter": {"input": "$verdict.holds", "as": "hold", "cond": {"$not": passed_over}}}
    return {"$cond": [{"$eq": ["$verdict.holds", []]}, [], in_force]}


def free(scope: Scope) -> dict[str, Any]:
    """The condition that `holds_on` is empty, as a match: several times faster than an expression."""
    ends = [
        {"$or": [{"verdict.holds": {"$ne": reason}}, {f"verdict.until.{reason}": {"$lt": scope.today.isoformat()}}]}
        for reason in ENDING
    ]
    return {"verdict.holds": {"$not": {"$elemMatch": {"$nin": [*sorted(DERIVED), *ENDING]}}}, "$and": ends}


def overdue_cents(scope: Scope) -> Expression:
    overdue = {"$cond": [{"$lt": [{"$first": "$$bill"}, scope.today.isoformat()]}, {"$last": "$$bill"}, 0]}
    return {"$sum": {"$map": {"input": "$facts.due", "as": "bill", "in": overdue}}}


def score(scope: Scope) -> Expression:
    """As `schemas.calling.score`; only who owes has one."""
    midnight = {"$toDate": scope.today.isoformat()}
    days_late = {"$divide": [{"$subtract": [midnight, {"$toDate": "$verdict.oldest_due_on"}]}, MS_A_DAY]}
    points = {"$floor": {"$divide": [overdue_cents(scope), CENTS_A_POINT]}}
    return {
        "$toLong": {
            "$add": [
                {"$multiply": [POINTS_A_DAY, {"$min": [days_late, DAYS_COUNTED]}]},
                {"$min": [points, POINTS_FOR_AMOUNT]},
                {"$cond": [{"$or": ["$facts.blocked", "$facts.trust_unlock"]}, POINTS_FOR_ACCESS, 0]},
            ]
        }
    }
