"""Who may be called now, who may not and why, and the queue itself. (Pipelines over `queue`, and what their rows become.)"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self, get_args

from schemas.figures.places import STATE, counting, debt_holds, free, holds_on, latest, overdue_cents, score, since
from schemas.figures.scope import Pipeline, Row, Scope
from schemas.queue import Closed, HoldReason

REASONS: tuple[HoldReason, ...] = get_args(HoldReason)
SHOWN = (
    "instance",
    "code",
    "oldest_due_on",
    "verdict.number",
    *(f"facts.{name}" for name in ("name", "phones", "due", "blocked", "trust_unlock", "calls")),
)
"""Of each place in the queue."""


@dataclass(frozen=True, slots=True)
class Hold:
    """`debtors` are held by this reason, `alone` of them by no other: but for the gate they could be called without it."""

    reason: HoldReason
    debtors: int = 0
    alone: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who owes and may be called now (`ready`) or may not (`held`). `holds`: reasons that hold someone, in rule order.

    `gated`: those of `held` whom nothing holds but the closed gate; `away`: how many of them in states whose gate is another
    than their instance's, by state and reason.
    """

    ready: int = 0
    ready_cents: int = 0
    held: int = 0
    holds: tuple[Hold, ...] = ()
    gated: int = 0
    away: tuple[tuple[str, Closed, int], ...] = ()

    @property
    def gated_at_home(self) -> int:
        """Those of `gated` behind the instance's own gate."""
        return self.gated - sum(debtors for _, _, debtors in self.away)

    def __add__(self, other: Self) -> Self:
        return type(self)(
            self.ready + other.ready,
            self.ready_cents + other.ready_cents,
            self.held + other.held,
            _holds((*self.holds, *other.holds)),
            self.gated + other.gated,
            _away((*self.away, *other.away)),
        )


def _holds(found: Iterable[Hold]) -> tuple[Hold, ...]:
    of: dict[str, list[Hold]] = {reason: [] for reason in REASONS}
    for hold in found:
        of[hold.reason].append(hold)
    return tuple(
        Hold(reason, sum(hold.debtors for hold in of[reason]), sum(hold.alone for hold in of[reason]))
        for reason in REASONS
        if of[reason]
    )


def _away(found: Iterable[tuple[str, Closed, int]]) -> tuple[tuple[str, Closed, int], ...]:
    of: Counter[tuple[str, Closed]] = Counter()
    for state, closed, debtors in found:
        of[state, closed] += debtors
    return tuple((*which, debtors) for which, debtors in sorted(of.items()))


def waiting_pipeline(scope: Scope) -> Pipeline:
    """Over `queue`; its rows are for `waiting`. Only who owes is held: the others count as `nothing_due` only.

    Who has no open bill at all (an entry kept for its calls) counts nowhere.
    """
    owes = {"$lt": scope.today.isoformat()}
    holds = {"$concatArrays": [debt_holds(scope), holds_on(scope)]}
    any_bill = [{"facts.due.0": {"$exists": True}}, {"verdict.oldest_due_on": {"$type": "string"}}]
    return [
        {"$match": {"instance": scope.instance, "verdict.oldest_due_on": owes}},
        {
            "$project": {
                "facts.due": 1,
                "facts.set_aside": 1,
                "state": STATE,
                "verdict": 1,
                "late": counting(scope),
            }
        },
        {"$project": {"state": 1, "late": 1, "holds": holds}},
        {"$project": {"state": 1, "holds": 1, "cents": {"$cond": [{"$eq": ["$holds", []]}, overdue_cents(), 0]}}},
        {
            "$group": {
                "_id": {"state": "$state", "holds": "$holds"},
                "debtors": {"$sum": 1},
                "cents": {"$sum": "$cents"},
            }
        },
        {
            "$unionWith": {
                "coll": "queue",
                "pipeline": [
                    {"$match": {"instance": scope.instance, "verdict.oldest_due_on": {"$not": owes}, "$or": any_bill}},
                    {"$count": "debtors"},
                ],
            }
        },
    ]


def waiting(rows: Iterable[Row], scope: Scope) -> Waiting:
    """The figures in the rows of `waiting_pipeline`, while the gates are as `scope` says."""
    ready = cents = held = gated = 0
    holds: list[Hold] = []
    away: list[tuple[str, Closed, int]] = []
    for row in rows:
        debtors = row["debtors"]
        if "_id" not in row:
            holds.append(Hold("nothing_due", debtors))
            continue
        reasons = tuple(dict.fromkeys(row["_id"]["holds"]))
        closed = scope.closed_in(row["_id"]["state"])
        holds += (Hold(reason, debtors, debtors if len(reasons) == 1 else 0) for reason in reasons)
        if not reasons and closed is None:
            ready, cents = ready + debtors, cents + row["cents"]
            continue
        held += debtors
        if not reasons and closed is not None:
            gated += debtors
            if row["_id"]["state"] in scope.states:
                away.append((row["_id"]["state"], closed, debtors))
    return Waiting(ready, cents, held, _holds(holds), gated, _away(away))


def queue_pipeline(scope: Scope, limit: int = 0) -> Pipeline:
    """Over `queue`; who can be called while the gates are open, in the order of `schemas.calling.place.Place`.

    Of an instance with gates open and closed, only who is behind an open one; where all are closed, everybody. A row has the
    facts that a place is computed from, its `score` and `oldest_due_on`, and `contracts` as `debtors` has them. `limit`: at
    most so many rows, 0 for all.
    """
    shown = {"$project": {"score": 1, **dict.fromkeys(SHOWN, 1)}}
    order = {"$sort": {"score": -1, "oldest_due_on": 1, "_id": 1}}
    chosen: Pipeline = [shown, order]
    if limit:  # a head is chosen among keys alone: sorting whole documents takes twice as long
        whole = {"from": "queue", "localField": "_id", "foreignField": "_id", "as": "whole"}
        keys = {"$project": {"score": 1, "oldest_due_on": 1}}
        computed = {"score": "$score", "oldest_due_on": "$oldest_due_on"}
        read = {"$replaceWith": {"$mergeObjects": ["$whole", computed]}}
        chosen = [keys, order, {"$limit": limit}, {"$lookup": whole}, {"$unwind": "$whole"}, read, shown]
    in_time = {"$elemMatch": {"0": {"$gte": since(scope), "$lte": latest(scope)}, "1": {"$gt": 0}}}
    return [
        {"$match": {"instance": scope.instance, "verdict.oldest_due_on": {"$lte": latest(scope)}}},
        {"$match": {"facts.due": in_time, **free(scope)}},
        *_open_states(scope),
        {"$set": {"late": counting(scope)}},
        {"$set": {"score": score(scope), "oldest_due_on": {"$first": {"$first": "$late"}}}},
        *chosen,
        {"$lookup": {"from": "debtors", "localField": "_id", "foreignField": "_id", "as": "debtor"}},
        {"$set": {"contracts": {"$first": "$debtor.contracts"}}},
        {"$unset": "debtor"},
    ]


def _open_states(scope: Scope) -> Pipeline:
    if scope.shut or not scope.states:
        return []
    contrary = sorted(state for state, closed in scope.states.items() if (closed is None) != (scope.closed is None))
    there = {"$in": [STATE, contrary]}
    return [{"$match": {"$expr": there if scope.closed else {"$not": there}}}]
