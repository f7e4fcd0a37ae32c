"""Who may be called now, who may not and why, and the queue itself. (Pipelines over `queue`, and what their rows become.)"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self, get_args

from schemas.figures.places import free, holds_on, latest, overdue_cents, score
from schemas.figures.scope import Pipeline, Row, Scope
from schemas.queue import HoldReason

REASONS: tuple[HoldReason, ...] = get_args(HoldReason)
SHOWN = (
    "instance",
    "code",
    "verdict.oldest_due_on",
    *(f"facts.{name}" for name in ("name", "phones", "due", "blocked", "trust_unlock")),
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

    `gated`: those of `held` whom nothing holds but the closed gate of their instance.
    """

    ready: int = 0
    ready_cents: int = 0
    held: int = 0
    holds: tuple[Hold, ...] = ()
    gated: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(
            self.ready + other.ready,
            self.ready_cents + other.ready_cents,
            self.held + other.held,
            _holds((*self.holds, *other.holds)),
            self.gated + other.gated,
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


def waiting_pipeline(scope: Scope) -> Pipeline:
    """Over `queue`; its rows are for `waiting`. Only who owes is held: the others count as `nothing_due` only."""
    owes = {"$lt": scope.today.isoformat()}
    ready = {"$and": [{"$eq": ["$holds", []]}, {"$not": "$early"}]}
    return [
        {"$match": {"instance": scope.instance, "verdict.oldest_due_on": owes}},
        {
            "$project": {
                "facts.due": 1,
                "early": {"$gt": ["$verdict.oldest_due_on", latest(scope)]},
                "holds": holds_on(scope),
            }
        },
        {"$project": {"early": 1, "holds": 1, "cents": {"$cond": [ready, overdue_cents(scope), 0]}}},
        {
            "$group": {
                "_id": {"early": "$early", "holds": "$holds"},
                "debtors": {"$sum": 1},
                "cents": {"$sum": "$cents"},
            }
        },
        {
            "$unionWith": {
                "coll": "queue",
                "pipeline": [
                    {"$match": {"instance": scope.instance, "verdict.oldest_due_on": {"$not": owes}}},
                    {"$count": "debtors"},
                ],
            }
        },
    ]


def waiting(rows: Iterable[Row], scope: Scope) -> Waiting:
    """The figures in the rows of `waiting_pipeline`, while the gate is as `scope` says."""
    ready = cents = held = 0
    holds: list[Hold] = []
    for row in rows:
        debtors = row["debtors"]
        if "_id" not in row:
            holds.append(Hold("nothing_due", debtors))
            continue
        reasons = (*(("too_early",) if row["_id"]["early"] else ()), *row["_id"]["holds"])
        holds += (Hold(reason, debtors, debtors if len(reasons) == 1 else 0) for reason in reasons)
        if reasons:
            held += debtors
        else:
            ready, cents = ready + debtors, cents + row["cents"]
    if scope.closed:
        return Waiting(0, 0, held + ready, _holds(holds), ready)
    return Waiting(ready, cents, held, _holds(holds))


def queue_pipeline(scope: Scope, limit: int = 0) -> Pipeline:
    """Over `queue`; who can be called while the gate is open, in the order of `schemas.calling.place.Place`.

    A row has the facts that a place is computed from, its `score`, and `contracts` as `debtors` has them. `limit`: rows at
    most, 0 for all.
    """
    shown = {"$project": {"score": 1, **dict.fromkeys(SHOWN, 1)}}
    order = {"$sort": {"score": -1, "verdict.oldest_due_on": 1, "_id": 1}}
    chosen: Pipeline = [shown, order]
    if limit:  # a head is chosen among keys alone: sorting whole documents takes twice as long
        whole = {"from": "queue", "localField": "_id", "foreignField": "_id", "as": "whole"}
        keys = {"$project": {"score": 1, "verdict.oldest_due_on": 1}}
        read = {"$replaceWith": {"$mergeObjects": ["$whole", {"score": "$score"}]}}
        chosen = [keys, order, {"$limit": limit}, {"$lookup": whole}, {"$unwind": "$whole"}, read, shown]
    return [
        {"$match": {"instance": scope.instance, "verdict.oldest_due_on": {"$lte": latest(scope)}}},
        {"$match": free(scope)},
        {"$set": {"score": score(scope)}},
        *chosen,
        {"$lookup": {"from": "debtors", "localField": "_id", "foreignField": "_id", "as": "debtor"}},
        {"$set": {"contracts": {"$first": "$debtor.contracts"}}},
        {"$unset": "debtor"},
    ]
