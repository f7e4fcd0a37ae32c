"""What the page "Monitoring" tells beside the snapshot: how figures went these days, today's calls, what happened last."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from dashboard.facts.asked import Filters
from dashboard.facts.board import DEFAULT_ZONE, common_zone
from dashboard.facts.reads import all_rows
from dashboard.facts.sight import Sight
from dashboard.facts.trend import Trend, trends
from dashboard.facts.undated import NONE, counted
from schemas.attempts import Outcome
from schemas.figures.calls import CallDay, call_days, calls_pipeline
from schemas.figures.scope import Pipeline
from schemas.figures.undated import Undated
from schemas.instances import Instance
from schemas.views import CLOSED_BILLS

Row = Mapping[str, Any]
What = Literal["call", "paid", "read"]
KEPT_DAYS: Final = 90
LATEST: Final = 8
"""Of each kind as many are read, and of all of them as many are shown."""
TRENDS: Final[Mapping[str, str]] = {
    "active_clients": "standing.clients",
    "debtors": "standing.debtors",
    "overdue": "standing.overdue_cents",
    "pre_collection": "standing.pre_cents",
    "collection": "standing.collection_cents",
}
"""Cards, to the figures of the snapshots."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing, at `at`, at the provider `title`. `code`: a client's. `told`: an outcome, cents, or a kind of row."""

    what: What
    at: datetime
    title: str
    zone: str
    code: str = ""
    told: str | int = ""


@dataclass(frozen=True, eq=False)
class Lately:
    """`trends`: by the card's name. `calls`: of today, each instance's own; None where no chosen instance calls."""

    trends: Mapping[str, Trend]
    calls: CallDay | None
    latest: tuple[Happened, ...]
    zone: str = DEFAULT_ZONE
    """Whose days the trends are told in."""
    undated: Undated = NONE


def together(days: Sequence[CallDay]) -> CallDay:
    """Of several instances, each on its own day."""
    outcomes: dict[Outcome, int] = {}
    for one in days:
        for outcome, n in one.outcomes.items():
            outcomes[outcome] = outcomes.get(outcome, 0) + n
    first = days[0]
    n, timed, short, open_ = (sum(getattr(one, name) for one in days) for name in ("n", "timed", "short", "open"))
    return CallDay(first.instance, first.day, n, timed, short, open_, outcomes)


def happened(what: What, instance: Instance, rows: Iterable[Row]) -> list[Happened]:
    """The rows of `latest_pipelines`."""
    title, zone = instance.title or instance.name, instance.zone
    return [Happened(what, row["at"], title, zone, row.get("code", ""), row.get("told", "")) for row in rows]


def newest(found: Iterable[Happened]) -> tuple[Happened, ...]:
    """The latest first."""
    return tuple(sorted(found, key=lambda one: (one.at, one.title, one.code), reverse=True)[:LATEST])


def latest_pipelines(instance: str) -> dict[tuple[What, str], Pipeline]:
    """By what they tell, and the view that they read."""

    def last(match: Row, at: str, told: str, **more: str) -> Pipeline:
        shown = {"_id": 0, "at": f"${at}", "told": f"${told}", **more}
        return [{"$match": {"instance": instance, **match}}, {"$sort": {at: -1}}, {"$limit": LATEST}, {"$project": shown}]

    return {
        ("call", "calls"): last({"dry_run": {"$ne": True}, "outcome": {"$ne": None}}, "at", "outcome", code="$code"),
        ("paid", CLOSED_BILLS): last({"how": "paid", "closed_at": {"$ne": None}}, "closed_at", "cents", code="$code"),
        ("read", "sweeps"): last({"phase": "completed"}, "at", "kind"),
    }


async def read(sight: Sight, _filters: Filters) -> Lately:
    """Of the chosen instances. PyMongoError is left to the caller."""
    found: list[Happened] = []
    days: list[CallDay] = []
    for instance in sight.instances:
        for (what, view), pipeline in latest_pipelines(instance.name).items():
            found += happened(what, instance, await all_rows(sight.database, view, pipeline))
        if instance.pabx:
            days.append(await _today(sight, instance))
    told = await trends(sight, "standing", TRENDS.values(), KEPT_DAYS)
    return Lately(
        {card: told[name] for card, name in TRENDS.items()},
        together(days) if days else None,
        newest(found),
        common_zone(instance.zone for instance in sight.instances),
        await counted(sight),
    )


async def _today(sight: Sight, instance: Instance) -> CallDay:
    today = sight.now.astimezone(instance.clock).date()
    since = datetime.combine(today, time(0), ZoneInfo(instance.zone))
    rows = await all_rows(
        sight.database, "calls", calls_pipeline(instance.name, instance.zone, since, since + timedelta(days=1))
    )
    return next(iter(call_days(rows)), CallDay(instance.name, today, 0, 0, 0, 0, {}))
