"""How many calls a day, how they ended, and how many were short. (A pipeline over `calls`, and what its rows become.)

A short call is one of at most `SHORT_S`, answered or not, whoever ended it; voicemail counts as an answer. The authority
looks at their share of a day's calls (`schemas/ASTERISK.md`, "Short calls").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from schemas.attempts import Outcome
from schemas.figures.scope import Pipeline, Row

SHORT_S = 6


@dataclass(frozen=True, slots=True)
class CallDay:
    """One instance's calls of a local day. `timed`: those whose length is known; `short`: of these.

    `open`: those without an outcome yet; the others are in `outcomes`.
    """

    instance: str
    day: date
    n: int
    timed: int
    short: int
    open: int
    outcomes: Mapping[Outcome, int]

    @property
    def share(self) -> float:
        """Of short calls, in [0, 1]; 0 where no length is known."""
        return self.short / self.timed if self.timed else 0.0


def calls_pipeline(instance: str, zone: str, since: datetime, until: datetime) -> Pipeline:
    """Over `calls`, from `since` to before `until`, by the days of `zone`; its rows are for `call_days`. No dry runs."""
    length = {"$ifNull": ["$talk_s", "$ring_s"]}
    return [
        {"$match": {"instance": instance, "at": {"$gte": since, "$lt": until}}},
        {"$match": {"dry_run": {"$ne": True}}},
        {
            "$group": {
                "_id": {
                    "instance": "$instance",
                    "day": {"$dateToString": {"date": "$at", "format": "%Y-%m-%d", "timezone": zone}},
                    "outcome": "$outcome",
                },
                "n": {"$sum": 1},
                "timed": {"$sum": {"$cond": [{"$ne": [length, None]}, 1, 0]}},
                "short": {"$sum": {"$cond": [{"$and": [{"$ne": [length, None]}, {"$lte": [length, SHORT_S]}]}, 1, 0]}},
            }
        },
    ]


def call_days(rows: Iterable[Row]) -> tuple[CallDay, ...]:
    """The figures in the rows of `calls_pipeline`, by instance and day."""
    days: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        days.setdefault((row["_id"]["instance"], row["_id"]["day"]), []).append(row)
    return tuple(
        CallDay(
            instance=instance,
            day=date.fromisoformat(day),
            n=sum(row["n"] for row in found),
            timed=sum(row["timed"] for row in found),
            short=sum(row["short"] for row in found),
            open=sum(row["n"] for row in found if row["_id"].get("outcome") is None),
            outcomes={row["_id"]["outcome"]: row["n"] for row in found if row["_id"].get("outcome") is not None},
        )
        for (instance, day), found in sorted(days.items())
    )
