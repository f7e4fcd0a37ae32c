"""Calls through the day and by hour of the week: pipelines over `calls`, and what their rows become. No dry runs.

Days and hours are local to `zone`, that of the instance.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from schemas.attempts import Outcome
from schemas.figures.scope import Pipeline, Row

HOURS = range(24)
WEEKDAYS = range(7)
"""Monday is 0."""


@dataclass(frozen=True, slots=True)
class CallHour:
    """Calls of one hour of the day, all days together. `outcomes`: None stands for a call without one yet."""

    hour: int
    outcomes: Mapping[Outcome | None, int]


@dataclass(frozen=True, slots=True)
class WeekHour:
    """Calls of one hour of one weekday, all weeks together; `human`: of these, answered by a person."""

    weekday: int
    hour: int
    calls: int
    human: int


def ringing(instance: str, since: datetime, until: datetime) -> Pipeline:
    """The calls that count, from `since` to before `until`: what no PABX rang is none."""
    return [
        {"$match": {"instance": instance, "at": {"$gte": since, "$lt": until}}},
        {"$match": {"dry_run": {"$ne": True}}},
    ]


def hours_pipeline(instance: str, zone: str, since: datetime, until: datetime) -> Pipeline:
    """Its rows are for `call_hours`."""
    hour = {"$hour": {"date": "$at", "timezone": zone}}
    return [*ringing(instance, since, until), {"$group": {"_id": {"hour": hour, "outcome": "$outcome"}, "n": {"$sum": 1}}}]


def call_hours(rows: Iterable[Row]) -> tuple[CallHour, ...]:
    """The rows of `hours_pipeline`, of one instance or several; hours without a call are left out."""
    found: dict[int, dict[Outcome | None, int]] = {}
    for row in rows:
        of = found.setdefault(row["_id"]["hour"], {})
        outcome = row["_id"].get("outcome")
        of[outcome] = of.get(outcome, 0) + row["n"]
    return tuple(CallHour(hour, of) for hour, of in sorted(found.items()))


def week_pipeline(instance: str, zone: str, since: datetime, until: datetime) -> Pipeline:
    """Its rows are for `week_hours`."""
    on = {"date": "$at", "timezone": zone}
    when = {"weekday": {"$subtract": [{"$isoDayOfWeek": on}, 1]}, "hour": {"$hour": on}}
    human = {"$sum": {"$cond": [{"$eq": ["$outcome", "human"]}, 1, 0]}}
    return [*ringing(instance, since, until), {"$group": {"_id": when, "calls": {"$sum": 1}, "human": human}}]


def week_hours(rows: Iterable[Row]) -> tuple[WeekHour, ...]:
    """The rows of `week_pipeline`, of one instance or several, by weekday and hour."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for row in rows:
        key = row["_id"]["weekday"], row["_id"]["hour"]
        calls, human = found.get(key, (0, 0))
        found[key] = calls + row["calls"], human + row["human"]
    return tuple(WeekHour(*key, *counts) for key, counts in sorted(found.items()))
