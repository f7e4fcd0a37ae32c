"""Never a call that a rule forbids, and always one that none forbids: driven over drawn policies, days, hours and zones."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.calling.calendar import gate
from schemas.calling.decide import decide, in_force
from schemas.calling.place import Place, owed_since, place
from schemas.controls import NO_CONTROLS, Controls, Doubts
from schemas.instances import Instance
from schemas.queue import DERIVED, ENDING, Facts, HoldReason, Verdict
from tests.strategies import DAYS, MONDAY, controls, facts, instance, instances

CODE = "1042"
BRAZIL = {
    state: holidays.country_holidays("BR", subdiv=state, years=range(2025, 2028)) for state in ("SP", "AL", "AC", "AM", "PE")
}


def seen(evidence: Facts, here: Instance, people: Controls, now: datetime) -> Place:
    """What a reader makes at `now` of the verdict that is stored."""
    today = now.astimezone(here.clock).date()
    return place(evidence, decide(evidence, CODE, people), today, here.rules.min_days_overdue)


def objections(evidence: Facts, here: Instance, people: Controls, now: datetime) -> tuple[HoldReason, ...]:
    """All that objects to a call at `now`: the debtor's own holds and the gate."""
    closed = gate(here, now).closed
    return (*seen(evidence, here, people, now).holds, *([closed] if closed else []))


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
    holiday = local.date() in BRAZIL[here.state] and not here.rules.call_on_holidays
    rules: dict[HoldReason, bool] = {
        "nothing_due": not late,
        "too_early": bool(late) and max(late) < here.rules.min_days_overdue,
        "voluntary_suspension": evidence.voluntary_suspension,
        "awaiting_confirmation": evidence.awaiting_confirmation,
        "renegotiated": evidence.renegotiated,
        "client_unknown": not evidence.known,
        "excluded_by_erp": not evidence.collect,
        "promise": CODE in people.promises and local.date() <= people.promises[CODE],
        "blocklist": evidence.person in people.people or (bool(evidence.phones) and set(evidence.phones) <= people.phones),
        "control_unreadable": people.doubts.everybody
        or CODE in people.doubts.codes
        or evidence.person in people.doubts.people
        or bool(people.doubts.phones & set(evidence.phones)),
        "no_phone": evidence.phones == (),
        "instance_paused": here.paused,
        "holiday": holiday and not here.paused,
        "outside_window": not holiday
        and not here.paused
        and (window is None or not f"{window.opens:%T.%f}" <= f"{local:%T.%f}" < f"{window.closes:%T.%f}"),
    }
    return (reason for reason, objects in rules.items() if objects)


@given(cases())
def test_every_rule_that_objects_is_shown_and_no_other(case: tuple[Facts, Instance, Controls, datetime]) -> None:
    """A call is a place without holds behind an open gate, so this is both: no forbidden call, and no call withheld."""
    evidence, here, people, now = case

    assert objections(evidence, here, people, now) == tuple(forbidden(evidence, here, people, now))


@given(cases())
def test_nothing_is_stored_that_the_clock_decides(case: tuple[Facts, Instance, Controls, datetime]) -> None:
    """So that time alone publishes nothing; what ends by itself says when."""
    evidence, _, people, _ = case
    stored = decide(evidence, CODE, people)

    assert not DERIVED & set(stored.holds)
    assert {reason for reason in stored.holds if reason in ENDING} == stored.until.keys()


@given(cases(), st.lists(st.sampled_from(sorted(DERIVED)), max_size=4))
def test_the_hours_in_an_entry_of_before_are_passed_over(
    case: tuple[Facts, Instance, Controls, datetime], hours: list[HoldReason]
) -> None:
    """It was stored with what its clock said; a promise without its last day holds."""
    evidence, here, people, now = case
    today, least = now.astimezone(here.clock).date(), here.rules.min_days_overdue
    stored = decide(evidence, CODE, people)
    before = Verdict(holds=(*hours, *(reason for reason in stored.holds if reason != "promise"), "promise"))
    found = place(evidence, before, today, least)

    assert set(found.holds) == {*place(evidence, stored, today, least).holds, "promise"}


@given(cases())
def test_a_promise_that_is_over_is_none(case: tuple[Facts, Instance, Controls, datetime]) -> None:
    """The day after its last one the verdict equals that without it."""
    evidence, _, people, _ = case
    without = Controls({}, people.people, people.phones, people.doubts)
    stored = decide(evidence, CODE, people)
    last = people.promises.get(CODE, MONDAY)

    assert in_force(stored, last) == stored
    assert in_force(stored, last + timedelta(days=1)) == decide(evidence, CODE, without)


@given(cases())
def test_the_figures_of_a_place(case: tuple[Facts, Instance, Controls, datetime]) -> None:
    """Counted by the local day, whatever zone the moment is told in; the score is the sum of its parts."""
    evidence, here, people, now = case
    found = seen(evidence, here, people, now)
    today = now.astimezone(here.clock).date()
    overdue = [(due_on, cents) for due_on, cents in evidence.due if due_on < today and cents]

    assert found.overdue_cents == sum(cents for _, cents in overdue)
    assert found.oldest_due_on == min((due_on for due_on, _ in overdue), default=None)
    assert found.days_late == max(((today - due_on).days for due_on, _ in overdue), default=0)
    assert found.score == sum(found.parts.values())
    assert found == seen(evidence, here, people, now.astimezone(UTC))


@given(facts())
def test_who_owes_owes_since_the_first_bill_with_a_cent(evidence: Facts) -> None:
    """Overdue or not: it is stored in the view, where no clock can change it."""
    assert owed_since(evidence) == min((due_on for due_on, cents in evidence.due if cents), default=None)


@given(cases(), st.integers(0, 30), st.integers(0, 10**6))
def test_a_longer_or_larger_debt_is_never_called_later(
    case: tuple[Facts, Instance, Controls, datetime], days: int, cents: int
) -> None:
    evidence, here, people, now = case
    worse = evidence.model_copy(
        update={"due": tuple((due_on - timedelta(days=days), owed + cents) for due_on, owed in evidence.due)}
    )

    assert seen(worse, here, people, now).score >= seen(evidence, here, people, now).score


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
        assert (not objections(ELIGIBLE, here, people, now)) is (open_ and late and local.date() > until and not here.paused)
        now += timedelta(minutes=tick)


NOON = datetime.combine(MONDAY, time(12), instance().clock)


def test_the_eligible_debtor_of_these_tests_is_called() -> None:
    assert objections(ELIGIBLE, instance(), NO_CONTROLS, NOON) == ()


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
        ({}, Controls(doubts=Doubts(codes=frozenset([CODE]))), NOON, ("control_unreadable",)),
        ({}, Controls(doubts=Doubts(people=frozenset(["a" * 32]))), NOON, ("control_unreadable",)),
        ({}, Controls(doubts=Doubts(phones=frozenset(["+5582999990001"]))), NOON, ("control_unreadable",)),
        ({}, Controls(doubts=Doubts(everybody=True)), NOON, ("control_unreadable",)),
        ({}, Controls(doubts=Doubts(codes=frozenset(["1"]), people=frozenset(["b" * 32]))), NOON, ()),
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
    assert objections(ELIGIBLE.model_copy(update=facts_), instance(), people, now) == holds


def test_a_provider_may_call_on_holidays() -> None:
    here = instance(rules={"call_on_holidays": True})

    assert objections(ELIGIBLE, here, NO_CONTROLS, NOON.replace(month=9, day=7)) == ()
