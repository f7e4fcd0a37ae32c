"""Who may be called now, who may not and why, and the queue itself. (Pipelines over `queue`, and what their rows become.)"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self, get_args

from schemas.figures.scope import Pipeline, Row
from schemas.queue import HoldReason

REASONS: tuple[HoldReason, ...] = get_args(HoldReason)


@dataclass(frozen=True, slots=True)
class Hold:
    """`debtors` are held by this reason, `alone` of them by no other: they could be called if it went away."""

    reason: HoldReason
    debtors: int = 0
    alone: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who owes and may be called now (`ready`) or may not (`held`). `holds`: reasons that hold someone, in rule order."""

    ready: int = 0
    ready_cents: int = 0
    held: int = 0
    holds: tuple[Hold, ...] = ()

    def __add__(self, other: Self) -> Self:
        return type(self)(
            self.ready + other.ready,
            self.ready_cents + other.ready_cents,
            self.held + other.held,
            _holds((*self.holds, *other.holds)),
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


def waiting_pipeline(instance: str) -> Pipeline:
    """Over `queue`; gives exactly one row, for `waiting`. Only who owes is held: the others count as `nothing_due` only."""
    alone = {"$cond": [{"$eq": ["$objections", 1]}, 1, 0]}
    owes = {"$not": {"$in": ["nothing_due", "$verdict.holds"]}}
    return [
        {"$match": {"instance": instance}},
        {"$project": {"verdict": 1, "objections": {"$size": "$verdict.holds"}, "owes": owes}},
        {
            "$facet": {
                "queue": [
                    {"$match": {"owes": True}},
                    {
                        "$group": {
                            "_id": "$verdict.call",
                            "debtors": {"$sum": 1},
                            "cents": {"$sum": "$verdict.overdue_cents"},
                        }
                    },
                ],
                "holds": [
                    {"$unwind": "$verdict.holds"},
                    {"$match": {"$or": [{"owes": True}, {"verdict.holds": "nothing_due"}]}},
                    {"$group": {"_id": "$verdict.holds", "debtors": {"$sum": 1}, "alone": {"$sum": alone}}},
                ],
            }
        },
    ]


def waiting(row: Row) -> Waiting:
    """The figures in the one row of `waiting_pipeline`."""
    nobody = {"debtors": 0, "cents": 0}
    by_call = {part["_id"]: part for part in row["queue"]}
    ready = by_call.get(True, nobody)
    return Waiting(
        ready["debtors"],
        ready["cents"],
        by_call.get(False, nobody)["debtors"],
        _holds(Hold(part["_id"], part["debtors"], part["alone"]) for part in row["holds"]),
    )


def queue_pipeline(instances: Sequence[str], limit: int = 0) -> Pipeline:
    """Over `queue`; who can be called, in the order of `schemas.queue.QueueEntry`, with `contracts` as `debtors` has them.

    `limit`: rows at most, 0 for all.
    """
    return [
        {"$match": {"instance": {"$in": list(instances)}, "verdict.call": True}},
        {"$sort": {"verdict.score": -1, "verdict.oldest_due_on": 1, "_id": 1}},
        *([{"$limit": limit}] if limit else []),
        {"$lookup": {"from": "debtors", "localField": "_id", "foreignField": "_id", "as": "debtor"}},
        {
            "$project": {
                **dict.fromkeys(("instance", "code", "facts.name", "facts.phones", "verdict"), 1),
                "contracts": {"$first": "$debtor.contracts"},
            }
        },
    ]
