"""What is overdue, before and in collection, by age. (Pipelines over `debtors`, and the values that their rows become.)"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from schemas.figures.scope import AGES, Pipeline, Row, Scope, overdue_bills


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
