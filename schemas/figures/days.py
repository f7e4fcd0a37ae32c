"""The last snapshot of each local day. (Pipelines over `snapshots`.)"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schemas.figures.names import Family
from schemas.figures.scope import Pipeline
from schemas.views import SNAPSHOTS


def last_rows(instance: str, zone: str, family: Family, first: date, last: date) -> Pipeline:
    """Its stages give each local day from `first` to `last` that knows the `family`: `_id` (ISO), and its last `row`.

    Days are found in the index alone; then one row of each is read.
    """
    clock = ZoneInfo(zone)
    since, until = (datetime.combine(day, time(0), clock) for day in (first, last + timedelta(days=1)))
    day = {"$dateToString": {"date": "$at", "format": "%Y-%m-%d", "timezone": zone}}
    key = {"$concat": [f"{instance}@", {"$dateToString": {"date": "$at", "format": "%Y-%m-%dT%H:%MZ"}}]}
    return [
        {"$match": {"instance": instance, "known": family, "at": {"$gte": since, "$lt": until}}},
        {"$project": {"_id": 0, "at": 1}},
        {"$group": {"_id": day, "at": {"$max": "$at"}}},
        {"$set": {"key": key}},
        {"$lookup": {"from": SNAPSHOTS, "localField": "key", "foreignField": "_id", "as": "row"}},
        {"$unwind": "$row"},
    ]


def days_pipeline(instance: str, zone: str, family: Family, first: date, last: date) -> Pipeline:
    """A row of each local day from `first` to `last` that knows the `family`: `_id` (ISO), `figures`, oldest first."""
    return [
        *last_rows(instance, zone, family, first, last),
        {"$project": {"figures": "$row.figures"}},
        {"$sort": {"_id": 1}},
    ]
