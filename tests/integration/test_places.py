"""One definition: what MongoDB computes of the queue is what `schemas.calling.place` does, on drawn debtors of any day."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.collection import Collection

from schemas import views
from schemas.calling.place import Place, open_since, place
from schemas.figures.queue import REASONS, Hold, Waiting, queue_pipeline, waiting, waiting_pipeline
from schemas.figures.scope import Scope
from schemas.queue import DERIVED, LIMITS, Closed, Facts, HoldReason, PastCall, QueueEntry, Verdict
from tests.strategies import CALLS, CENTS, MONDAY, SEEN, facts, instance

pytestmark = pytest.mark.integration

NOW = datetime(2026, 1, 12, 15, 4, 5, 678_000, tzinfo=UTC)
"""12:04 in Alagoas, on `MONDAY`."""
CALLED = (PastCall(attempt="01HZZZZZZZZZZZZZZZZZZZZZZZ", at=SEEN, number="+5582999990001", outcome="human"),)
NEAR = st.integers(-1, 2).map(lambda days: MONDAY + timedelta(days=days))
STORED: list[HoldReason] = [reason for reason in REASONS if reason not in DERIVED]


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    """Mostly none; some of before, with the holds of their hour and a promise without its last day.

    Limits end around now, to the millisecond, or nobody knows when.
    """
    some = draw(st.one_of(st.just([]), st.just(["promise"]), st.lists(st.sampled_from(STORED), unique=True, max_size=3)))
    hours = draw(st.one_of(st.just([]), st.just([]), st.lists(st.sampled_from(sorted(DERIVED)), unique=True, max_size=2)))
    holds = tuple(reason for reason in REASONS if reason in {*some, *hours})
    until = {"promise": draw(NEAR)} if "promise" in holds and draw(st.sampled_from([True, True, True, False])) else {}
    near = st.integers(-3, 3).map(lambda ms: NOW + timedelta(milliseconds=ms))
    ends = {reason: draw(near) for reason in holds if reason in LIMITS and draw(st.sampled_from([True, True, False]))}
    return Verdict(holds=holds, until=until, ends=ends)


@st.composite
def debtors(draw: st.DrawFn) -> list[tuple[Facts, Verdict]]:
    """Bills near the scope's edges, or old enough for every cap of the score; some were called, some live elsewhere."""
    ages = st.one_of(st.integers(-2, 12), st.integers(28, 33), st.integers(80, 100))
    due = ages.map(lambda days: MONDAY - timedelta(days=days))
    history = st.one_of(st.just(()), CALLS)
    states = st.sampled_from(["", "SP", "AC", " ac", "AM", "XX", "27"])
    found = st.tuples(facts(due), history, states).map(
        lambda drawn: drawn[0].model_copy(update={"calls": drawn[1], "uf": drawn[2]})
    )
    return draw(st.lists(st.tuples(found, verdicts()), min_size=3, max_size=12))


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


def counted(entries: list[tuple[QueueEntry, Place]], scope: Scope) -> Waiting:
    """The figures, one debtor after the other."""
    some = [(one, found) for one, found in entries if one.facts.due or open_since(one.facts)]
    owing = [(one, found) for one, found in some if "nothing_due" not in found.holds]
    free = [(scope.closed_in(one.facts.uf.strip().upper()), one, found) for one, found in owing if not found.holds]
    ready = [found for closed, _, found in free if closed is None]
    away = Counter(
        (state, closed)
        for closed, one, _ in free
        for state in [one.facts.uf.strip().upper()]
        if closed is not None and state in scope.states
    )
    held: Counter[HoldReason] = Counter(reason for _, found in owing for reason in found.holds)
    alone: Counter[HoldReason] = Counter(found.holds[0] for _, found in owing if len(found.holds) == 1)
    held["nothing_due"] = len(some) - len(owing)
    holds = tuple(Hold(reason, held[reason], alone[reason]) for reason in REASONS if held[reason])
    return Waiting(
        len(ready),
        sum(found.overdue_cents for found in ready),
        len(owing) - len(ready),
        holds,
        len(free) - len(ready),
        tuple((*which, debtors) for which, debtors in sorted(away.items())),
    )


def order(both: tuple[QueueEntry, Place]) -> tuple[int, date, bytes]:
    entry, found = both
    return (-found.score, found.oldest_due_on or date.max, entry.key)


CLOSED: st.SearchStrategy[Closed | None] = st.sampled_from([None, None, "outside_window", "holiday"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    debtors(),
    st.integers(-1, 2),
    st.integers(0, 10),
    st.sampled_from([10, 30, 31, 400]),
    st.sampled_from([0, 1, 3]),
    CENTS,
    st.tuples(CLOSED, CLOSED, CLOSED),
)
def test_the_server_and_python_agree(
    view: Collection[views.Document],
    drawn: list[tuple[Facts, Verdict]],
    days: int,
    min_days: int,
    max_days: int,
    limit: int,
    more: int,
    gates: tuple[Closed | None, Closed | None, Closed | None],
) -> None:
    """Holds, counts, cents, score and order, whatever day it is read on; another instance's debtors do not count."""
    drawn = [*drawn, (drawn[0][0].model_copy(update={"due": ((MONDAY - timedelta(9), more),)}), Verdict())]
    here = entries(drawn, "norte")
    of = instance(rules={"min_days_overdue": min_days, "max_days_overdue": max_days})
    now = NOW + timedelta(days=days)
    home, *others = gates
    states = {state: closed for state, closed in zip(("AC", "SP"), others, strict=True) if closed != home}
    scope = Scope("norte", now.astimezone(of.clock).date(), min_days, home, max_days, now, states)
    view.delete_many({})
    view.insert_many([views.queue(one) for one in (*here, *entries(drawn, "sul"))])
    places = [(one, place(one.facts, one.verdict, of, now)) for one in here]
    reachable = [both for both in places if scope.shut or scope.closed_in(both[0].facts.uf.strip().upper()) is None]
    ready = sorted(((one, found) for one, found in reachable if not found.holds), key=order)
    rows: list[dict[str, Any]] = list(view.aggregate(queue_pipeline(scope, limit)))

    assert waiting(view.aggregate(waiting_pipeline(scope)), scope) == counted(places, scope)
    expected = ready[:limit] if limit else ready
    assert [(row["_id"], row["score"]) for row in rows] == [(one.key.decode(), found.score) for one, found in expected]
    for row, (one, found) in zip(rows, expected, strict=True):
        shown = Facts.model_validate(row["facts"])
        assert (shown.due, shown.calls) == (one.facts.due, one.facts.calls)
        assert row["oldest_due_on"] == str(found.oldest_due_on)


def test_an_entry_that_is_kept_for_its_calls_counts_nowhere(view: Collection[views.Document]) -> None:
    """Whoever has no open bill is neither held nor without debt: he is not there."""
    paid = Facts(known=True, active=True, phones=("+5582999990001",), calls=CALLED)
    view.delete_many({})
    view.insert_many([views.queue(one) for one in entries([(paid, Verdict())], "norte")])
    scope = Scope("norte", MONDAY, 7)

    assert waiting(view.aggregate(waiting_pipeline(scope)), scope) == Waiting()
    assert list(view.aggregate(queue_pipeline(scope))) == []


def test_a_bill_of_no_cent_is_nobodys_debt_on_the_server_either(view: Collection[views.Document]) -> None:
    """Beside others of the same debtor: neither late, nor too old, nor a reason to be shown."""
    bills = [((12, 0),), ((31, 0),), ((31, 0), (12, 1)), ((40, 5), (12, 0)), ((12, 1), (10, 0)), ((40, 0), (2, 1))]
    due = [tuple((MONDAY - timedelta(days), cents) for days, cents in some) for some in bills]
    debtors = [(Facts(known=True, active=True, phones=("+5582999990001",), due=some), Verdict()) for some in due]
    here, of, scope = entries(debtors, "norte"), instance(), Scope("norte", MONDAY, 7, None, 30, NOW)
    view.delete_many({})
    view.insert_many([views.queue(one) for one in here])
    places = [(one, place(one.facts, one.verdict, of, NOW)) for one in here]

    assert [found.holds for _, found in places] == [("nothing_due",), ("nothing_due",), (), ("too_old",), (), ("too_early",)]
    assert waiting(view.aggregate(waiting_pipeline(scope)), scope) == counted(places, scope)
    assert {row["_id"] for row in view.aggregate(queue_pipeline(scope))} == {"norte:2", "norte:4"}
