"""What the page "Calls" shows: the figures of a period, today among them, and a record of each call."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from dashboard.facts.asked import Filters
from dashboard.facts.reads import all_rows
from dashboard.facts.sight import Sight
from dashboard.facts.trend import Trend, trends
from schemas.attempts import Outcome
from schemas.figures.call_answers import AmdCause, Answers, amd_causes, amd_pipeline, answers, answers_pipeline
from schemas.figures.call_list import calls_list_pipeline, dry_runs_pipeline
from schemas.figures.calls import CallDay, call_days, calls_pipeline
from schemas.figures.calls_through_the_day import (
    CallHour,
    WeekHour,
    call_hours,
    hours_pipeline,
    week_hours,
    week_pipeline,
)
from schemas.figures.scope import Pipeline
from schemas.instances import Instance

Row = Mapping[str, Any]

SHOWN = 5_000
"""Calls of the list; the files have all."""
USUAL_DAYS = 30
"""Where nobody chose since when."""
MOST_DAYS = 366
DAY = timedelta(days=1)
FIGURES = ("calls.n", "calls.short", "calls.timed")
"""Those whose past is shown."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call, or dry run. `ring_s`, `talk_s`: seconds, None where nobody tells. `zone`: of its instance."""

    instance: str
    title: str
    zone: str
    code: str
    name: str
    attempt: str
    number: str
    at: datetime
    outcome: Outcome | None
    answer: str
    ring_s: float | None
    talk_s: float | None
    why: str
    amd: str
    cause: int | None
    witnesses: tuple[str, ...]
    dry_run: bool

    @property
    def key(self) -> str:
        """Names the row, and the call's document."""
        return f"{self.instance}:{self.code}:{self.attempt}"


@dataclass(frozen=True, eq=False)
class Calls:
    """Of the chosen instances together, each on its own calendar. Compared by identity, as one is shared.

    `since`, `until`: the local days, both included. `today`: of the first instance. `hours`: of the last day of the period
    (`hours_of`), through the day; `days`, `answers`, `amd`, `week`: of the period. `dry_runs`: of the period, in no other
    figure. `total`: calls and dry runs, of which `rows` has the newest. `past`: what days ended with, by figure; of today
    alone.
    """

    since: date
    until: date
    today: date
    days: tuple[CallDay, ...]
    hours: tuple[CallHour, ...]
    answers: Answers
    of_day: Answers
    amd: tuple[AmdCause, ...]
    week: tuple[WeekHour, ...]
    dry_runs: int
    rows: tuple[CallRow, ...]
    several: bool = False
    past: Mapping[str, Trend] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Rows that there are."""
        return self.answers.calls + self.dry_runs

    def of(self, key: str) -> CallRow | None:
        """The row of that name, where it is still shown."""
        return next((row for row in self.rows if row.key == key), None)

    def on(self, day: date) -> tuple[CallDay, ...]:
        """The instances' calls of a day."""
        return tuple(one for one in self.days if one.day == day)

    @property
    def short(self) -> tuple[int, int]:
        """Of the last day of the period: short calls, of those whose length is known."""
        found = self.on(self.until)
        return sum(one.short for one in found), sum(one.timed for one in found)


EARLIEST = date(2000, 1, 1)
"""Before this day nobody called, and before the year 1 there are no days to count back to."""


def period(filters: Filters, today: date) -> tuple[date, date]:
    """The first and the last day that are shown; at most a year, and none of the future."""
    until = today if filters.until is None or filters.until < EARLIEST else min(filters.until, today)
    since = filters.since or until - timedelta(days=USUAL_DAYS - 1)
    return max(min(since, until), until - timedelta(days=MOST_DAYS - 1)), until


def midnight(instance: Instance, day: date) -> datetime:
    """When `day` begins there."""
    return datetime.combine(day, time(0), instance.clock)


def call_row(row: Row, of: Instance) -> CallRow:
    """A row of `calls_list_pipeline`."""
    amd = " ".join(text for text in (row.get("amd_status") or "", row.get("amd_cause") or "") if text)
    return CallRow(
        of.name,
        of.title or of.name,
        of.zone,
        row["code"],
        row.get("name") or row["code"],
        row["attempt"],
        row.get("number") or "",
        row["at"],
        row.get("outcome"),
        row.get("answer") or "",
        row.get("ring_s"),
        row.get("talk_s"),
        row.get("why") or "",
        amd,
        row.get("hangup_cause"),
        tuple(row.get("witnesses") or ()),
        bool(row.get("dry_run")),
    )


async def read(sight: Sight, filters: Filters) -> Calls:
    """The newest, read now. How figures went is told beside those of today alone."""
    found = await whole(sight, filters, SHOWN)
    return replace(found, past=await trends(sight, "calls", FIGURES)) if found.until == found.today else found


async def whole(sight: Sight, filters: Filters, at_most: int = 0) -> Calls:
    """As `read`, with at most so many rows, 0 for all."""

    async def rows(pipeline: Pipeline) -> list[Row]:
        return list(await all_rows(sight.database, "calls", pipeline))

    today = sight.now.astimezone(sight.instances[0].clock).date() if sight.instances else sight.now.date()
    since, until = period(filters, today)
    days, hours, answered, of_day, amd, week, dry, listed = [], [], [], [], [], [], 0, []
    for one in sight.instances:
        first, last, end = midnight(one, since), midnight(one, until), midnight(one, until + DAY)
        days += await rows(calls_pipeline(one.name, one.zone, first, end))
        hours += await rows(hours_pipeline(one.name, one.zone, last, end))
        answered += await rows(answers_pipeline(one.name, first, end))
        of_day += await rows(answers_pipeline(one.name, last, end))
        amd += await rows(amd_pipeline(one.name, first, end))
        week += await rows(week_pipeline(one.name, one.zone, first, end))
        dry += sum(row["n"] for row in await rows(dry_runs_pipeline(one.name, first, end)))
        listed += [call_row(row, one) for row in await rows(calls_list_pipeline(one.name, first, end, at_most))]
    listed.sort(key=lambda row: (row.at, row.attempt), reverse=True)
    return Calls(
        since,
        until,
        today,
        call_days(days),
        call_hours(hours),
        answers(answered),
        answers(of_day),
        amd_causes(amd),
        week_hours(week),
        dry,
        tuple(listed[: at_most or None]),
        several=len(sight.instances) > 1,
    )
