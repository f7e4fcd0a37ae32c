"""Never a call that a rule forbids, and always one that none forbids: driven over drawn policies, days, hours and zones."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.calling.decide import decide
from schemas.controls import NO_CONTROLS, Controls
from schemas.figures.queue import queue_pipeline
from schemas.instances import Instance
from schemas.queue import Facts, HoldReason, QueueEntry, Verdict
from schemas.views import queue
from tests.strategies import DAYS, MONDAY, controls, facts, instance, instances

CODE = "1042"
BRAZIL = {
    state: holidays.country_holidays("BR", subdiv=state, years=range(2025, 2028)) for state in ("SP", "AL", "AC", "AM", "PE")
}


@st.composite
def cases(draw: st.DrawFn) -> tuple[Facts, Instance, Controls, datetime]:
    """A debtor, a policy, what people decided, and a moment near to every edge of them."""
    here = draw(instances())
    holiday = st.sampled_from(sorted(BRAZIL[here.state])[:12])
    today = draw(st.one_of(DAYS, holiday, st.integers(0, 6).map(lambda days: MONDAY + timedelta(days=days))))
    edges = [window.opens for window in here.rules.windows.values()] + [
        window.closes for window in here.rules.windows.values()
    ]
    local = datetime.combine(today, draw(st.one_of(st.sampled_from(edges), st.times())), here.clock)
    now = (local + timedelta(seconds=draw(st.sampled_from([-1, 0, 1])))).astimezone(draw(st.sampled_from([UTC, here.clock])))
    least = here.rules.min_days_overdue
    ages = st.one_of(st.integers(-3, 60), st.integers(least - 1, least + 1))
    due = ages.map(lambda days: today - timedelta(days=days))
    near = st.integers(-2, 2).map(lambda days: today + timedelta(days=days))
    return draw(facts(due)), here, draw(controls(CODE, near)), now


def forbidden(evidence: Facts, here: Instance, people: Controls, now: datetime) -> Iterator[HoldReason]:
    """The rules once more, written from `ARCHITECTURE.md`, "The dialer's rules", alone."""
    local = now.astimezone(here.clock)
    ages = [((local.date() - due_on).days, cents) for due_on, cents in evidence.due]
    late = [age for age, cents in ages if age > 0 and cents]
    window = here.rules.windows.get(local.weekday())
    objections: dict[HoldReason, bool] = {
        "nothing_due": not late,
        "too_early": bool(late) and max(late) < here.rules.min_days_overdue,
        "voluntary_suspension": evidence.voluntary_suspension,
        "awaiting_confirmation": evidence.awaiting_confirmation,
        "renegotiated": evidence.renegotiated,
        "client_unknown": not evidence.known,
        "excluded_by_erp": not evidence.collect,
        "promise": CODE in people.promises and local.date() <= people.promises[CODE],
        "blocklist": evidence.person in people.people or (bool(evidence.phones) and set(evidence.phones) <= people.phones),
        "no_phone": evidence.phones == (),
        "holiday": local.date() in BRAZIL[here.state] and not here.rules.call_on_holidays,
        "outside_window": window is None or not f"{window.opens:%T.%f}" <= f"{local:%T.%f}" < f"{window.closes:%T.%f}",
    }
    return (reason for reason, objects in objections.items() if objects)


@given(cases())
def test_every_rule_that_objects_is_shown_and_no_other(case: tuple[Facts, Instance, Controls, datetime]) -> None:
    """A call is a verdict without holds, so this is both: no forbidden call, and no call withheld."""
    evidence, here, people, now = case

    assert decide(evidence, CODE, here, people, now).holds == tuple(forbidden(evidence, here, people, now))


@given(cases())
def test_the_figures_of_a_verdict(case: tuple[Facts, Instance, Controls, datetime]) -> None:
    """Counted by the local day, whatever zone the moment is told in; the score is the sum of its parts."""
    evidence, here, people, now = case
    verdict = decide(evidence, CODE, here, people, now)
    today = now.astimezone(here.clock).date()
    overdue = [(due_on, cents) for due_on, cents in evidence.due if due_on < today and cents]

    assert verdict.overdue_cents == sum(cents for _, cents in overdue)
    assert verdict.oldest_due_on == min((due_on for due_on, _ in overdue), default=None)
    assert verdict.score == sum(verdict.parts.values())
    assert verdict == decide(evidence, CODE, here, people, now.astimezone(UTC))


@given(cases(), st.integers(0, 30), st.integers(0, 10**6))
def test_a_longer_or_larger_debt_is_never_called_later(
    case: tuple[Facts, Instance, Controls, datetime], days: int, cents: int
) -> None:
    evidence, here, people, now = case
    worse = evidence.model_copy(
        update={"due": tuple((due_on - timedelta(days=days), owed + cents) for due_on, owed in evidence.due)}
    )

    assert decide(worse, CODE, here, people, now).score >= decide(evidence, CODE, here, people, now).score


# --- left to itself

ELIGIBLE = Facts(known=True, person="a" * 32, phones=("+5582999990001",), due=((date(2025, 12, 20), 9_990),))


@settings(max_examples=12)
@given(instances(), st.integers(17, 90), st.integers(-1, 8))
def test_over_days_an_eligible_debtor_is_called_in_every_open_minute_and_in_no_other(
    here: Instance, tick: int, promised: int
) -> None:
    """From Monday to the Wednesday after, on a UTC clock."""
    until = MONDAY + timedelta(days=promised)
    people = Controls({CODE: until}, frozenset(), frozenset())
    now = datetime.combine(MONDAY, time(), UTC)
    while now < datetime.combine(MONDAY, time(), UTC) + timedelta(days=10):
        local = now.astimezone(here.clock)
        window = here.rules.windows.get(local.weekday())
        open_ = window is not None and window.opens <= local.time() < window.closes
        late = (local.date() - date(2025, 12, 20)).days >= here.rules.min_days_overdue
        assert (not decide(ELIGIBLE, CODE, here, people, now).holds) is (open_ and late and local.date() > until)
        now += timedelta(minutes=tick)


NOON = datetime.combine(MONDAY, time(12), instance().clock)


def test_the_eligible_debtor_of_these_tests_is_called() -> None:
    assert decide(ELIGIBLE, CODE, instance(), NO_CONTROLS, NOON).holds == ()


@pytest.mark.parametrize(
    ("facts_", "people", "now", "holds"),
    [
        ({"due": ()}, NO_CONTROLS, NOON, ("nothing_due",)),
        ({"due": ((MONDAY, 9_990),)}, NO_CONTROLS, NOON, ("nothing_due",)),
        ({"due": ((MONDAY - timedelta(6), 9_990),)}, NO_CONTROLS, NOON, ("too_early",)),
        ({"due": ((MONDAY - timedelta(7), 9_990),)}, NO_CONTROLS, NOON, ()),
        ({"due": ((MONDAY - timedelta(90), 0), (MONDAY - timedelta(1), 9_990))}, NO_CONTROLS, NOON, ("too_early",)),
        ({"voluntary_suspension": True}, NO_CONTROLS, NOON, ("voluntary_suspension",)),
        ({"awaiting_confirmation": True}, NO_CONTROLS, NOON, ("awaiting_confirmation",)),
        ({"renegotiated": True}, NO_CONTROLS, NOON, ("renegotiated",)),
        ({"known": False}, NO_CONTROLS, NOON, ("client_unknown",)),
        ({"collect": False}, NO_CONTROLS, NOON, ("excluded_by_erp",)),
        ({}, Controls({CODE: MONDAY}, frozenset(), frozenset()), NOON, ("promise",)),
        ({}, Controls({CODE: MONDAY - timedelta(1)}, frozenset(), frozenset()), NOON, ()),
        ({}, Controls({"1": MONDAY}, frozenset(), frozenset()), NOON, ()),
        ({}, Controls({}, frozenset(["a" * 32]), frozenset()), NOON, ("blocklist",)),
        ({}, Controls({}, frozenset(), frozenset(["+5582999990001"])), NOON, ("blocklist",)),
        (
            {"phones": ("+5582999990001", "+5582999990002")},
            Controls({}, frozenset(), frozenset(["+5582999990001"])),
            NOON,
            (),
        ),
        ({"phones": ()}, NO_CONTROLS, NOON, ("no_phone",)),
        ({"active": False}, NO_CONTROLS, NOON, ()),
        ({}, NO_CONTROLS, NOON.replace(hour=19), ("outside_window",)),
        ({}, NO_CONTROLS, NOON + timedelta(days=5), ("outside_window",)),
        ({}, NO_CONTROLS, NOON.replace(month=9, day=7), ("holiday",)),
        ({}, NO_CONTROLS, NOON.replace(month=6, day=24), ("holiday",)),  # of Alagoas
        ({}, NO_CONTROLS, NOON.replace(month=7, day=9), ()),  # of São Paulo
    ],
)
def test_each_rule_alone(facts_: dict[str, Any], people: Controls, now: datetime, holds: tuple[HoldReason, ...]) -> None:
    assert decide(ELIGIBLE.model_copy(update=facts_), CODE, instance(), people, now).holds == holds


def test_a_provider_may_call_on_holidays() -> None:
    here = instance(rules={"call_on_holidays": True})

    assert decide(ELIGIBLE, CODE, here, NO_CONTROLS, NOON.replace(month=9, day=7)).holds == ()


# --- the order


VERDICTS = st.builds(
    Verdict,
    score=st.integers(0, 2),
    oldest_due_on=st.sampled_from([date(2026, 1, 1), date(2026, 1, 2)]),
    overdue_cents=st.just(1),
)


@given(st.data(), st.lists(VERDICTS, min_size=1, max_size=8))
def test_the_order_of_the_queue_is_total_and_the_one_that_is_promised(data: st.DataObject, verdicts: list[Verdict]) -> None:
    """Score down, oldest due date up, key up: the sort of `queue_pipeline` over the view's documents, in any order read."""
    entries = [
        QueueEntry(
            instance="norte", code=str(n), version=0, debtor_version=0, decided_at=NOON, facts=Facts(), verdict=verdict
        )
        for n, verdict in enumerate(verdicts)
    ]
    promised = sorted(entries, key=lambda entry: (-entry.verdict.score, entry.verdict.oldest_due_on or date.max, entry.key))
    documents = [queue(entry) for entry in data.draw(st.permutations(entries))]
    for path, direction in reversed(next(stage["$sort"] for stage in queue_pipeline(["norte"]) if "$sort" in stage).items()):
        documents.sort(key=lambda document, path=path: _at(document, path), reverse=direction == -1)  # type: ignore[misc]

    assert [document["_id"] for document in documents] == [entry.key.decode() for entry in promised]


def _at(document: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    for part in path.split("."):
        document = document[part]
    return document
