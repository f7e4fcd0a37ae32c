"""The one definition of each figure: MongoDB pipelines over the views, and the values that their rows become.

The dashboard and the snapshots run the same pipelines (`design.md`, decision 10). Nothing here talks to a database.
Ages are not stored: a bill is `days late = today - due_on`, so every bound is a due date, and due dates are ISO text in the
`debtors` view, which compares as dates do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self, get_args

from schemas.queue import HoldReason

Pipeline = list[dict[str, Any]]
Row = Mapping[str, Any]

OPEN = ("open", "partial")
AGES: tuple[tuple[int, int | None], ...] = ((1, 7), (8, 15), (16, 30), (31, 60), (61, 90), (91, None))
"""Days late, both ends included; the last is open. A bill due today is not overdue."""

REASONS: tuple[HoldReason, ...] = get_args(HoldReason)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures. `today`: the local date of the instance."""

    instance: str
    today: date
    min_days_overdue: int


@dataclass(frozen=True, slots=True)
class Share:
    """A part of what is overdue: `debtors` by the age of their oldest overdue bill, `bills` and `cents` by each bill's."""

    debtors: int = 0
    bills: int = 0
    cents: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(self.debtors + other.debtors, self.bills + other.bills, self.cents + other.cents)


@dataclass(frozen=True, slots=True)
class Band:
    """The bills of one range of `AGES`, by its first day."""

    since: int
    bills: int = 0
    cents: int = 0


def _no_bands() -> tuple[Band, ...]:
    return tuple(Band(since) for since, _ in AGES)


@dataclass(frozen=True, slots=True)
class Standing:
    """Overdue is `pre_collection` (days late ≤ min_days_overdue) or `collection` (>). `aging`: a band for each of `AGES`."""

    active_clients: int = 0
    pre_collection: Share = Share()
    collection: Share = Share()
    aging: tuple[Band, ...] = field(default_factory=_no_bands)

    @property
    def overdue(self) -> Share:
        """Everything overdue."""
        return self.pre_collection + self.collection

    def __add__(self, other: Self) -> Self:
        bands = zip(self.aging, other.aging, strict=True)
        return type(self)(
            self.active_clients + other.active_clients,
            self.pre_collection + other.pre_collection,
            self.collection + other.collection,
            tuple(Band(a.since, a.bills + b.bills, a.cents + b.cents) for a, b in bands),
        )


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


def overdue_bills(today: date) -> dict[str, object]:
    """The expression, over `debtors`, of the bills that count as overdue on `today`."""
    overdue = {"$and": [{"$lt": ["$$bill.due_on", today.isoformat()]}, {"$in": ["$$bill.status", list(OPEN)]}]}
    return {"$filter": {"input": "$bills", "as": "bill", "cond": overdue}}


def standing_pipeline(scope: Scope) -> Pipeline:
    """Over `debtors`; gives exactly one row, for `standing`. One pass over the instance's documents."""

    def due(days_late: int) -> str:
        return (scope.today - timedelta(days=days_late)).isoformat()

    # "days late ≤ n" is "due on or after the day n days ago"
    last = AGES[-1][0]
    since = {
        "$switch": {
            "branches": [
                {"case": {"$gte": ["$late.due_on", due(until)]}, "then": first} for first, until in AGES if until is not None
            ],
            "default": last,
        }
    }
    in_collection = due(scope.min_days_overdue)
    return [
        {"$match": {"instance": scope.instance}},
        {"$project": {"active": "$client.active", "late": overdue_bills(scope.today)}},
        {
            "$facet": {
                "clients": [{"$match": {"active": True}}, {"$count": "clients"}],
                "debtors": [
                    {"$match": {"late": {"$ne": []}}},
                    {"$group": {"_id": {"$lt": [{"$min": "$late.due_on"}, in_collection]}, "debtors": {"$sum": 1}}},
                ],
                "bills": [
                    {"$unwind": "$late"},
                    {
                        "$group": {
                            "_id": {"since": since, "collection": {"$lt": ["$late.due_on", in_collection]}},
                            "bills": {"$sum": 1},
                            "cents": {"$sum": "$late.open_cents"},
                        }
                    },
                ],
            }
        },
    ]


def standing(row: Row) -> Standing:
    """The figures in the one row of `standing_pipeline`."""
    bands = {since: Band(since) for since, _ in AGES}
    shares = {collection: Share() for collection in (False, True)}
    for part in row["debtors"]:
        shares[part["_id"]] += Share(debtors=part["debtors"])
    for part in row["bills"]:
        since, bills, cents = part["_id"]["since"], part["bills"], part["cents"]
        shares[part["_id"]["collection"]] += Share(bills=bills, cents=cents)
        bands[since] = Band(since, bands[since].bills + bills, bands[since].cents + cents)
    active = sum(part["clients"] for part in row["clients"])
    return Standing(active, shares[False], shares[True], tuple(bands.values()))


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
