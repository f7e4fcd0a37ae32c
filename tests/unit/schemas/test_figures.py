"""What the pipelines ask for, and how their rows become figures; what they mean is tested on a real server."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.figures.queue import REASONS, Hold, Waiting, queue_pipeline, waiting, waiting_pipeline
from schemas.figures.scope import AGES, Scope
from schemas.figures.standing import Band, Share, Standing, standing, standing_pipeline
from schemas.queue import Closed

TODAY = date(2026, 11, 23)
counts = st.integers(0, 10**9)
shares = st.builds(Share, counts, counts, counts)
bands = st.tuples(*(st.builds(Band, st.just(since), counts, counts) for since, _ in AGES))
standings = st.builds(Standing, counts, shares, shares, bands)
holds = st.lists(st.sampled_from(REASONS), unique=True).map(lambda some: [r for r in REASONS if r in some])
waitings = st.builds(Waiting, counts, counts, counts, holds.map(lambda some: tuple(Hold(r, 3, 1) for r in some)), counts)
SCOPE = Scope("norte", TODAY, 7)


def group(debtors: int, *holds: str, cents: int = 0, state: str = "") -> dict[str, object]:
    return {"_id": {"state": state, "holds": list(holds)}, "debtors": debtors, "cents": cents}


ROWS = [
    group(2, "promise", "no_phone"),
    group(4, cents=900),
    group(3, "no_phone"),
    group(1, "too_early", "promise"),
    {"debtors": 8},
]


def test_the_ages_leave_no_day_out_and_no_day_twice() -> None:
    """1 day late begins the first range; each ends where the next begins; the last is open."""
    assert AGES[0][0] == 1
    assert AGES[-1][1] is None
    assert all(until is not None and until + 1 == since for (_, until), (since, _) in pairwise(AGES))


def test_a_standing_is_read_from_the_row_of_its_pipeline() -> None:
    """A band that has no bill is there too."""
    row = {
        "clients": [{"clients": 5}],
        "debtors": [
            {"_id": True, "debtors": 2, "bills": 3, "cents": 709},
            {"_id": False, "debtors": 1, "bills": 1, "cents": 50},
        ],
        "bills": [{"_id": 8, "bills": 3, "cents": 750}, {"_id": 91, "bills": 1, "cents": 9}],
    }

    found = standing(row)

    assert found.active_clients == 5
    assert found.pre_collection == Share(1, 1, 50)
    assert found.collection == Share(2, 3, 709)
    assert found.overdue == Share(3, 4, 759)
    assert found.aging == (Band(1), Band(8, 3, 750), Band(16), Band(31), Band(61), Band(91, 1, 9))


def test_an_instance_without_documents_stands_at_zero() -> None:
    """`$facet` gives empty lists, not missing ones."""
    assert standing({"clients": [], "debtors": [], "bills": []}) == Standing()
    assert waiting([], SCOPE) == Waiting()


def test_holds_come_in_the_rules_order() -> None:
    """MongoDB's groups come in any order."""
    assert waiting(ROWS, SCOPE) == Waiting(
        4, 900, 6, (Hold("nothing_due", 8, 0), Hold("too_early", 1, 0), Hold("promise", 3, 0), Hold("no_phone", 5, 3))
    )


@pytest.mark.parametrize("closed", ["holiday", "outside_window"])
def test_behind_a_closed_gate_everybody_is_held_and_some_by_nothing_else(closed: Closed) -> None:
    """The reasons of the others are the same at any hour."""
    shut = waiting(ROWS, replace(SCOPE, closed=closed))
    open_ = waiting(ROWS, SCOPE)

    assert (shut.ready, shut.ready_cents, shut.gated) == (0, 0, open_.ready)
    assert shut.held == open_.held + open_.ready
    assert shut.holds == open_.holds


@given(standings, standings)
def test_standings_add_up_figure_by_figure(a: Standing, b: Standing) -> None:
    """All providers together show neither more nor less than each alone."""
    both = a + b

    assert both.overdue == a.overdue + b.overdue
    assert sum(band.cents for band in both.aging) == sum(band.cents for band in (*a.aging, *b.aging))
    assert both == b + a
    assert a + Standing() == a


@given(waitings, waitings)
def test_waitings_add_up_reason_by_reason(a: Waiting, b: Waiting) -> None:
    """A reason of both is counted once, with both numbers."""
    both = a + b

    assert {hold.reason for hold in both.holds} == {hold.reason for hold in (*a.holds, *b.holds)}
    assert sum(hold.debtors for hold in both.holds) == sum(hold.debtors for hold in (*a.holds, *b.holds))
    assert both == b + a
    assert a + Waiting() == a


def test_pipelines_never_leave_their_instance() -> None:
    """The first stage names it, so that the index is used and no provider sees another's debtors."""
    scope = Scope("norte", TODAY, 7)

    assert standing_pipeline(scope)[0] == {"$match": {"instance": "norte"}}
    for pipeline in (waiting_pipeline(scope), queue_pipeline(scope), queue_pipeline(scope, 20)):
        assert pipeline[0]["$match"]["instance"] == "norte"
    (other,) = (stage["$unionWith"] for stage in waiting_pipeline(scope) if "$unionWith" in stage)
    assert other["pipeline"][0]["$match"]["instance"] == "norte"


def test_the_queue_is_limited_only_when_asked() -> None:
    """The page shows a head, the file has everything."""
    assert {"$limit": 20} in queue_pipeline(SCOPE, 20)
    assert not any("$limit" in stage for stage in queue_pipeline(SCOPE))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 365))
def test_bounds_are_due_dates_of_the_given_day(today: date, min_days: int) -> None:
    """Nothing in a pipeline asks the server for its clock, so a snapshot of the past can be computed."""
    scope = Scope("norte", today, min_days)
    text = repr(standing_pipeline(scope))

    assert "$$NOW" not in repr([standing_pipeline(scope), waiting_pipeline(scope), queue_pipeline(scope)])
    assert (today - timedelta(days=min_days)).isoformat() in text
    assert today.isoformat() in text
