"""All figures of the last days at once, by the last snapshot of each. (A pipeline over `snapshots`.)"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schemas.figures.names import Family
from schemas.figures.scope import Pipeline
from schemas.views import SNAPSHOTS


def days_pipeline(instance: str, zone: str, family: Family, first: date, last: date) -> Pipeline:
    """A row of each local day from `first` to `last` that knows the `family`: `_id` (ISO), `figures`, oldest first.

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
        {"$project": {"figures": {"$first": "$row.figures"}}},
        {"$sort": {"_id": 1}},
    ]
