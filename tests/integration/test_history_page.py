"""A year of snapshots on a real MongoDB, as the page reads it: the same numbers counted in Python."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import fmean
from typing import Any

import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient

from dashboard.facts.asked import Filters
from dashboard.facts.history import History, read
from dashboard.facts.sight import Sight
from schemas.figures.names import FIGURES
from schemas.figures.snapshots import row_id
from schemas.instances import Instance
from schemas.runtime.mongo import Database
from schemas.views import SNAPSHOTS

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)  # 22:00 of the day before in Manaus
TODAY = date(2026, 11, 27)
YEAR, DEBT, CALLS = 365, "standing.overdue_cents", "calls.n"
CLOCK = timedelta(hours=-4)
"""Of Manaus, which knows no summer time."""


@pytest_asyncio.fixture
async def store(mongo_uri: str, database: str) -> AsyncIterator[Database]:
    async with AsyncMongoClient[dict[str, Any]](mongo_uri, tz_aware=True) as client:
        yield client[database]


def provider(name: str) -> Instance:
    erp = {"kind": "ixc", "url": "http://127.0.0.1:1/", "token": "x"}
    return Instance.model_validate({"name": name, "zone": "America/Manaus", "state": "AM", "ddd": "92", "erp": erp})


def a_row(name: str, at: datetime, rng: Random) -> dict[str, Any]:
    """Now and then a family is missing, or was rebuilt."""
    families = [family for family in ("standing", "calls") if rng.random() < 0.9]
    numbers = {"standing": {DEBT: rng.randrange(1, 10**9)}, "calls": {CALLS: rng.randrange(0, 900)}}
    return {
        "_id": row_id(name, at),
        "instance": name,
        "at": at,
        "figures": {figure: number for family in families for figure, number in numbers[family].items()},
        "version": dict.fromkeys(families, 1),
        "source": {family: "rebuilt" if rng.random() < 0.1 else "measured" for family in families},
        "known": families,
        "top": {},
    }


def by_day(documents: list[dict[str, Any]], name: str, figure: str) -> dict[date, float]:
    """Of each local day the last number that there is."""
    found: dict[date, float] = {}
    for one in sorted(documents, key=lambda one: one["at"]):
        if one["instance"] == name and figure in one["figures"]:
            found[(one["at"] + CLOCK).date()] = one["figures"][figure]
    return found


async def test_a_year_of_snapshots_is_what_python_counts(store: Database) -> None:
    """Two years of rows of two providers: sums, last days, months, gaps, rebuilt days and the year before."""
    rng = Random(7)
    days = [TODAY - timedelta(days=n) for n in range(2 * YEAR + 40)]
    documents = [
        a_row(name, datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC) - CLOCK, rng)
        for name in ("norte", "sul")
        for day in days
        if rng.random() < 0.95
        for hour in (0, 12, 21)
    ]
    await store[SNAPSHOTS].insert_many(documents)
    both = Sight(store, (provider("norte"), provider("sul")), NOW)
    first = TODAY - timedelta(days=YEAR - 1)
    before = first - timedelta(days=YEAR)

    calls: History = await read(both, Filters(figure=CALLS, period="365", group="month"))
    known = {name: by_day(documents, name, CALLS) for name in ("norte", "sul")}
    total = sum(value for of in known.values() for day, value in of.items() if first <= day <= TODAY)
    then = sum(value for of in known.values() for day, value in of.items() if before <= day < first)
    assert (calls.first, calls.last, calls.today) == (first, TODAY, TODAY)
    assert (calls.value, calls.value_before) == (total, then)
    means = [
        sum(fmean(value for day, value in of.items() if since <= day <= until) for of in known.values())
        for since, until in ((first, TODAY), (before, first - timedelta(days=1)))
    ]
    assert calls.change == pytest.approx(means[0] / means[1] - 1)
    for line in calls.lines:
        months: dict[tuple[int, int], list[float]] = {}
        for day, value in known[line.instance].items():
            if first <= day <= TODAY:
                months.setdefault((day.year, day.month), []).append(value)
        assert {(one.day.year, one.day.month): (one.value, one.days) for one in line.points} == {
            month: (sum(values), len(values)) for month, values in months.items()
        }
        assert sum(one.rebuilt for one in line.points) > 10

    debt = await read(Sight(store, both.instances[:1], NOW), Filters(figure=DEBT, period="365", group="day"))
    owed = by_day(documents, "norte", DEBT)
    (line,) = debt.lines
    shown = [first + timedelta(days=n) for n in range(YEAR)]
    assert [one.value for one in line.points] == [owed.get(day) for day in shown]
    assert [one.value for one in line.before] == [owed.get(day - timedelta(days=YEAR)) for day in shown]
    assert None in [one.value for one in line.points]
    assert line.value == owed[max(day for day in owed if day <= TODAY)]

    nothing = await read(both, Filters(figure="access.blocked_auto"))
    assert (nothing.figure, nothing.value, nothing.incomparable) == (FIGURES["access.blocked_auto"], None, "unknown")
