"""What came back, after a call and without; how debts roll on from month to month; since when a contract is blocked.

**Recovered** is the amount of the bills that were paid, each as it was open when it was last seen open, on the local day
that the ERP tells, else on the day on which it was first seen as paid. It is **after a call** where a call to that client
was answered by a person, or by nobody knows whom (`not_sure`), on the day of the payment or at most `AFTER_DAYS` before,
and before the payment was seen. A voicemail is no such call, a dry run neither. After a call does not mean because of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from schemas.calling.facts import HINDERED
from schemas.figures.scope import Pipeline, Row

AFTER_DAYS = 7
"""A bill that is paid through a bank is seen as paid up to three working days later; few promises are for more than a
week. Called as often as the default rules allow, nearly every payment would be after a call if it were longer."""
ANSWERED = ("human", "not_sure")
ROLL_DAYS = 30
"""One month: a bill of one band of `ROLLS` that stays unpaid is in the next one exactly then."""
ROLLS: tuple[tuple[int, ...], ...] = ((1, 8, 16), (31,), (61,))
"""Bands of `AGES` by their first days, together 30 days wide each."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """One local day. `unknown`: bills whose amount nobody knows; they are in the counts, not in the cents."""

    day: date
    bills_after: int = 0
    cents_after: int = 0
    bills_without: int = 0
    cents_without: int = 0
    unknown: int = 0


def recovered_pipeline(instance: str, zone: str, first: date, last: date) -> Pipeline:
    """Over `closed_bills`; its rows are for `recovered`: the local days from `first` to `last` in `zone`."""
    since = datetime.combine(first, time(0), ZoneInfo(zone))

    def local(moment: str) -> dict[str, Any]:
        return {"$dateToString": {"date": moment, "format": "%Y-%m-%d", "timezone": zone}}

    earliest = {"$dateSubtract": {"startDate": {"$toDate": "$day"}, "unit": "day", "amount": AFTER_DAYS}}
    within = [
        {"$gte": ["$at", {"$dateSubtract": {"startDate": {"$toDate": "$$day"}, "unit": "day", "amount": AFTER_DAYS + 1}}]},
        {"$lte": ["$at", "$$seen"]},
        {"$gte": [local("$at"), "$$since"]},
        {"$lte": [local("$at"), "$$day"]},
    ]
    answered = {
        "from": "calls",
        "let": {"code": "$code", "day": "$day", "seen": "$closed_at", "since": "$earliest"},
        "pipeline": [
            {"$match": {"instance": instance, "$expr": {"$eq": ["$code", "$$code"]}}},
            {"$match": {"outcome": {"$in": list(ANSWERED)}, "dry_run": {"$ne": True}, "$expr": {"$and": within}}},
            {"$limit": 1},
            {"$project": {"_id": 1}},
        ],
        "as": "calls",
    }
    return [
        # a bill is never seen as paid before the day on which it was
        {"$match": {"instance": instance, "closed_at": {"$gte": since}}},
        {"$match": {"how": "paid"}},
        {"$set": {"day": {"$ifNull": ["$closed_on", local("$closed_at")]}}},
        {"$match": {"day": {"$gte": first.isoformat(), "$lte": last.isoformat()}}},
        {"$set": {"earliest": {"$dateToString": {"date": earliest, "format": "%Y-%m-%d"}}}},
        {"$lookup": answered},
        {
            "$group": {
                "_id": {"day": "$day", "after": {"$ne": ["$calls", []]}},
                "bills": {"$sum": 1},
                "cents": {"$sum": "$cents"},
                "unknown": {"$sum": {"$cond": [{"$gte": ["$cents", 0]}, 0, 1]}},
            }
        },
    ]


def recovered(rows: Iterable[Row], first: date, last: date) -> tuple[Recovered, ...]:
    """Every day from `first` to `last`; one on which nothing came back has zeros."""
    found: dict[tuple[str, bool], Row] = {(row["_id"]["day"], row["_id"]["after"]): row for row in rows}
    nothing: Row = {"bills": 0, "cents": 0, "unknown": 0}
    days = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        after, without = (found.get((day.isoformat(), called), nothing) for called in (True, False))
        unknown = after["unknown"] + without["unknown"]
        days.append(Recovered(day, after["bills"], after["cents"], without["bills"], without["cents"], unknown))
    return tuple(days)


@dataclass(frozen=True, slots=True)
class Roll:
    """`since`, `until`: days late of the band; `cents` were in it; `rolled` of these were in the next one a month later."""

    since: int
    until: int
    cents: int
    rolled: int

    @property
    def rate(self) -> float | None:
        """In [0, 1] but where bills came in late; None where nothing was in the band."""
        return self.rolled / self.cents if self.cents else None


def rolls(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[Roll, ...]:
    """`before`, `after`: the `figures` of two snapshots that lie `ROLL_DAYS` apart. None where either knows no ages."""

    def cents(figures: Mapping[str, float], band: Iterable[int]) -> int:
        return round(sum(figures[f"standing.age_{since}_cents"] for since in band))

    if any(f"standing.age_{band[0]}_cents" not in figures for band in ROLLS for figures in (before, after)):
        return ()
    return tuple(
        Roll(band[0], following[0] - 1, cents(before, band), cents(after, following)) for band, following in pairwise(ROLLS)
    )


def blocked_since(contract: Row) -> datetime | None:
    """Since when a contract (a row of `debtors`) is blocked as it is now, aware; None where it is not, or nobody knows."""
    since = contract.get("access_since")
    if contract.get("access") not in HINDERED or not since:
        return None
    return since if isinstance(since, datetime) else datetime.fromisoformat(str(since))


def days_blocked(contract: Row, now: datetime, zone: ZoneInfo) -> int | None:
    """Whole local days since then, 0 on the first; None as `blocked_since`."""
    since = blocked_since(contract)
    return None if since is None else (now.astimezone(zone).date() - since.astimezone(zone).date()).days
