"""One definition: what MongoDB computes of the queue is what `schemas.calling.place` does, on drawn debtors of any day."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.collection import Collection

from schemas import views
from schemas.calling.place import Place, place
from schemas.figures.queue import REASONS, Hold, Waiting, queue_pipeline, waiting, waiting_pipeline
from schemas.figures.scope import Scope
from schemas.queue import DERIVED, Facts, HoldReason, QueueEntry, Verdict
from tests.strategies import CENTS, MONDAY, SEEN, facts

pytestmark = pytest.mark.integration

NEAR = st.integers(-1, 2).map(lambda days: MONDAY + timedelta(days=days))
STORED: list[HoldReason] = [reason for reason in REASONS if reason not in DERIVED]


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    """Mostly none; some of before, with the holds of their hour and a promise without its last day."""
    some = draw(st.one_of(st.just([]), st.just(["promise"]), st.lists(st.sampled_from(STORED), unique=True, max_size=3)))
    hours = draw(st.one_of(st.just([]), st.just([]), st.lists(st.sampled_from(sorted(DERIVED)), unique=True, max_size=2)))
    holds = tuple(reason for reason in REASONS if reason in {*some, *hours})
    until = {"promise": draw(NEAR)} if "promise" in holds and draw(st.sampled_from([True, True, True, False])) else {}
    return Verdict(holds=holds, until=until)


@st.composite
def debtors(draw: st.DrawFn) -> list[tuple[Facts, Verdict]]:
    """Bills near the scope's edges, or old enough for every cap of the score."""
    ages = st.one_of(st.integers(-2, 12), st.integers(80, 100))
    due = ages.map(lambda days: MONDAY - timedelta(days=days))
    return draw(st.lists(st.tuples(facts(due), verdicts()), min_size=3, max_size=12))


@pytest.fixture(scope="module")
def view(mongo_uri: str) -> Iterator[Collection[views.Document]]:
    """The view `queue` with its index, for all examples."""
    with MongoClient[views.Document](mongo_uri) as client:
        database = client["places"]
        (known,) = (one for one in views.VIEWS if one.name == "queue")
        for index in known.indexes:
            database["queue"].create_index(list(index))
        yield database["queue"]
        client.drop_database("places")


def entries(drawn: list[tuple[Facts, Verdict]], instance: str) -> list[QueueEntry]:
    return [
        QueueEntry(
            instance=instance, code=str(n), version=0, debtor_version=0, decided_at=SEEN, facts=evidence, verdict=verdict
        )
        for n, (evidence, verdict) in enumerate(drawn)
    ]


def counted(places: list[Place]) -> Waiting:
    """The figures, one debtor after the other."""
    owing = [one for one in places if "nothing_due" not in one.holds]
    ready = [one for one in owing if not one.holds]
    held: Counter[HoldReason] = Counter(reason for one in owing for reason in one.holds)
    alone: Counter[HoldReason] = Counter(one.holds[0] for one in owing if len(one.holds) == 1)
    held["nothing_due"] = len(places) - len(owing)
    holds = tuple(Hold(reason, held[reason], alone[reason]) for reason in REASONS if held[reason])
    return Waiting(len(ready), sum(one.overdue_cents for one in ready), len(owing) - len(ready), holds)


def order(both: tuple[QueueEntry, Place]) -> tuple[int, date, bytes]:
    entry, found = both
    return (-found.score, found.oldest_due_on or date.max, entry.key)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(debtors(), NEAR, st.integers(0, 10), st.sampled_from([0, 1, 3]), CENTS)
def test_the_server_and_python_agree(
    view: Collection[views.Document],
    drawn: list[tuple[Facts, Verdict]],
    today: date,
    min_days: int,
    limit: int,
    more: int,
) -> None:
    """Holds, counts, cents, score and order, whatever day it is read on; another instance's debtors do not count."""
    drawn = [*drawn, (drawn[0][0].model_copy(update={"due": ((MONDAY - timedelta(9), more),)}), Verdict())]
    here = entries(drawn, "norte")
    scope = Scope("norte", today, min_days)
    view.delete_many({})
    view.insert_many([views.queue(one) for one in (*here, *entries(drawn, "sul"))])
    places = [(one, place(one.facts, one.verdict, today, min_days)) for one in here]
    ready = sorted(((one, found) for one, found in places if not found.holds), key=order)
    rows: list[dict[str, Any]] = list(view.aggregate(queue_pipeline(scope, limit)))

    assert waiting(view.aggregate(waiting_pipeline(scope)), scope) == counted([found for _, found in places])
    expected = ready[:limit] if limit else ready
    assert [(row["_id"], row["score"]) for row in rows] == [(one.key.decode(), found.score) for one, found in expected]
    for row, (one, found) in zip(rows, expected, strict=True):
        assert Facts.model_validate(row["facts"]).due == one.facts.due
        assert row["verdict"]["oldest_due_on"] == str(found.oldest_due_on)
