"""`schemas.calling.place` once more, as expressions over the view `queue`: the server computes it for all debtors at once.

A test draws debtors and holds both against one another.
"""

from datetime import timedelta
from typing import Any, get_args

from schemas.calling.score import (
    CENTS_A_POINT,
    DAYS_COUNTED,
    POINTS_A_DAY,
    POINTS_FOR_ACCESS,
    POINTS_FOR_AMOUNT,
    POINTS_FOR_HOUR,
    POINTS_NEVER_REACHED,
)
from schemas.figures.scope import Scope
from schemas.queue import DERIVED, ENDING, LIMITS, Aside

MS_A_DAY = 86_400_000

Expression = dict[str, Any]

CALLS: Expression = {"$ifNull": ["$facts.calls", []]}
STATE: Expression = {"$toUpper": {"$trim": {"input": {"$ifNull": ["$facts.uf", ""]}}}}
"""The debtor's, as `schemas.calling.hours.state_of` reads it."""


def latest(scope: Scope) -> str:
    """Who owes since a later day is not late enough, or not late at all."""
    return (scope.today - timedelta(days=max(scope.min_days_overdue, 1))).isoformat()


def since(scope: Scope) -> str:
    """What is due before is too old to count."""
    return (scope.today - timedelta(days=scope.max_days_overdue)).isoformat()


def counting(scope: Scope) -> Expression:
    """The bills that are overdue and count, oldest first."""
    counts = [
        {"$gte": [{"$first": "$$bill"}, since(scope)]},
        {"$lt": [{"$first": "$$bill"}, scope.today.isoformat()]},
        {"$gt": [{"$last": "$$bill"}, 0]},
    ]
    return {"$filter": {"input": "$facts.due", "as": "bill", "cond": {"$and": counts}}}


def debt_holds(scope: Scope) -> Expression:
    """What the debt objects of those with anything overdue. `late`: the bills of `counting`."""
    early = {"$gt": [{"$first": {"$first": "$late"}}, latest(scope)]}
    old = {"$and": [{"$lt": [{"$first": "$$bill"}, since(scope)]}, {"$gt": [{"$last": "$$bill"}, 0]}]}
    too_old = {"$anyElementTrue": {"$map": {"input": "$facts.due", "as": "bill", "in": old}}}
    aside = [
        # where nothing is set aside for it, the field is missing, which is less than any text
        _when({"$and": [{"$gt": [day, ""]}, {"$lt": [day, scope.today.isoformat()]}]}, reason)
        for reason in get_args(Aside)
        for day in [f"$facts.set_aside.{reason}"]
    ]
    not_counted = {"$concatArrays": [*aside, _when(too_old, "too_old")]}
    return {"$cond": [{"$eq": ["$late", []]}, not_counted, _when(early, "too_early")]}


def _when(condition: Expression, reason: str) -> Expression:
    return {"$cond": [condition, [reason], []]}


def holds_on(scope: Scope) -> Expression:
    """The stored holds that are in force."""
    days = [
        {
            "$and": [
                {"$eq": ["$$hold", reason]},
                # an entry of before `until` was stored holds until it is decided on again
                {"$lt": [{"$ifNull": [f"$verdict.until.{reason}", scope.today.isoformat()]}, scope.today.isoformat()]},
            ]
        }
        for reason in ENDING
    ]
    instants = [
        {
            "$and": [
                {"$eq": ["$$hold", reason]},
                {"$gt": [f"$verdict.ends.{reason}", None]},  # no end is known of one that is missing
                {"$lte": [f"$verdict.ends.{reason}", scope.moment]},
            ]
        }
        for reason in LIMITS
    ]
    passed_over = {"$or": [{"$in": ["$$hold", sorted(DERIVED)]}, *days, *instants]}
    in_force = {"$filter": {"input": "$verdict.holds", "as": "hold", "cond": {"$not": passed_over}}}
    return {"$cond": [{"$eq": ["$verdict.holds", []]}, [], in_force]}


def free(scope: Scope) -> dict[str, Any]:
    """The condition that `holds_on` is empty, as a match: several times faster than an expression."""
    ends = [
        {"$or": [{"verdict.holds": {"$ne": reason}}, {f"verdict.until.{reason}": {"$lt": scope.today.isoformat()}}]}
        for reason in ENDING
    ]
    ends += [
        {"$or": [{"verdict.holds": {"$ne": reason}}, {f"verdict.ends.{reason}": {"$lte": scope.moment}}]}
        for reason in LIMITS
    ]
    lasting = {"$not": {"$elemMatch": {"$nin": [*sorted(DERIVED), *ENDING, *LIMITS]}}}
    return {"verdict.holds": lasting, "$and": ends}


def overdue_cents() -> Expression:
    """`late`: the bills of `counting`."""
    return {"$sum": {"$map": {"input": "$late", "as": "bill", "in": {"$last": "$$bill"}}}}


def score(scope: Scope) -> Expression:
    """As `schemas.calling.score`, of whoever owes. `late`: the bills of `counting`."""
    midnight = {"$toDate": scope.today.isoformat()}
    oldest = {"$toDate": {"$first": {"$first": "$late"}}}
    days_late = {"$divide": [{"$subtract": [midnight, oldest]}, MS_A_DAY]}
    points = {"$floor": {"$divide": [overdue_cents(), CENTS_A_POINT]}}
    human = {"$eq": ["$$call.outcome", "human"]}
    answered = {"$filter": {"input": CALLS, "as": "call", "cond": human}}
    hour_of = {"$substrCP": ["$$call.at", len("2026-11-28T"), 2]}
    hours = {"$map": {"input": answered, "as": "call", "in": hour_of}}
    return {
        "$toLong": {
            "$add": [
                {"$multiply": [POINTS_A_DAY, {"$min": [days_late, DAYS_COUNTED]}]},
                {"$min": [points, POINTS_FOR_AMOUNT]},
                {"$cond": [{"$or": ["$facts.blocked", "$facts.trust_unlock"]}, POINTS_FOR_ACCESS, 0]},
                {"$cond": [{"$eq": [answered, []]}, POINTS_NEVER_REACHED, 0]},
                {"$cond": [{"$in": [f"{scope.moment:%H}", hours]}, POINTS_FOR_HOUR, 0]},
            ]
        }
    }
