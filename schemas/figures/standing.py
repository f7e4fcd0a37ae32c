"""What is overdue, before and in collection, by age. (Pipelines over `debtors`, and the values that their rows become.)"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from schemas.figures.scope import AGES, Pipeline, Row, Scope, overdue_bills


@dataclass(frozen=True, slots=True)
class Share:
    """A part of what is overdue: so many `debtors`, with all of their overdue `bills` and what these come to."""

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
    """Overdue is `pre_collection` or `collection`: each debtor, with all that is overdue, by the age of the oldest bill.

    The first up to min_days_overdue, the second beyond. `aging`: a band for each of `AGES`, by the age of each bill.
    """

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
                    {
                        "$group": {
                            "_id": {"$lt": [{"$min": "$late.due_on"}, in_collection]},
                            "debtors": {"$sum": 1},
                            "bills": {"$sum": {"$size": "$late"}},
                            "cents": {"$sum": {"$sum": "$late.open_cents"}},
                        }
                    },
                ],
                "bills": [
                    {"$unwind": "$late"},
                    {"$group": {"_id": since, "bills": {"$sum": 1}, "cents": {"$sum": "$late.open_cents"}}},
                ],
            }
        },
    ]


def standing(row: Row) -> Standing:
    """The figures in the one row of `standing_pipeline`."""
    shares = {part["_id"]: Share(part["debtors"], part["bills"], part["cents"]) for part in row["debtors"]}
    bands = {part["_id"]: Band(part["_id"], part["bills"], part["cents"]) for part in row["bills"]}
    active = sum(part["clients"] for part in row["clients"])
    aging = tuple(bands.get(since, Band(since)) for since, _ in AGES)
    return Standing(active, shares.get(False, Share()), shares.get(True, Share()), aging)
