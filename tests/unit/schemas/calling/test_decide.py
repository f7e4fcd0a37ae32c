"""Never a call that a rule forbids, and always one that none forbids: driven over drawn policies, days, hours and zones."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, get_args

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.calling.calendar import gate
from schemas.calling.decide import decide, in_force
from schemas.calling.permit import permit
from schemas.calling.place import Place, owed_since, place
from schemas.controls import NO_CONTROLS, Controls, Doubts
from schemas.instances import Instance
from schemas.queue import DERIVED, ENDING, Aside, Facts, HoldReason, Verdict
from tests.strategies import DAYS, MONDAY, controls, facts, instance, instances

CODE = "1042"
BRAZIL = {
    state: holidays.country_holidays("BR", subdiv=state, years=range(2025, 2028)) for state in ("SP", "AL", "AC", "AM", "PE")
}


BY_CUSTOM = {
    *(date(2025, month, day) for month, day in ((3, 3), (3, 4), (6, 19), (12, 24), (12, 31))),
    *(date(2026, month, day) for month, day in ((2, 16), (2, 17), (6, 4), (12, 24), (12, 31))),
}
"""Carnival, Corpus Christi, Christmas Eve, New Year's Eve of the years that are drawn."""
LAWFUL = {"SP": ((8, 20), (8, 14)), "AL": ((8, 20), (8, 14)), "AM": ((8, 18), (0, 0))}
"""Hours on weekdays and on Saturdays by state, written from `schemas/erp/BRAZIL.md`."""


def lawful(state: str, local: datetime) -> bool:
    """Whether the state's law allows a call in this hour, holidays aside."""
    if state not in LAWFUL:
        return True
    weekdays, saturday = LAWFUL[state]
    opens, closes = weekdays if local.weekday() < 5 else saturday if local.weekday() == 5 else (0, 0)
    return opens <= local.hour < closes


def seen(evidence: Facts, here: Instance, people: Controls, now: datetime) -> Place:
    """What a reader makes at `now` of the verdict that is stored."""
    return place(evidence, decide(evidence, CODE, here, people), here, now)


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
    most = here.rules.max_days_overdue
    ages = st.one_of(st.integers(-3, 60), st.integers(least - 1, least + 1), st.integers(most - 1, most + 1))
    due = ages.map(lambda days: today - timedelta(days=days))
    near = st.integers(-2, 2).map(lambda days: today + timedelta(days=days))
    return draw(facts(due)), here, draw(controls(CODE, near)), now


def forbidden(evidence: Facts, here: Instance, people: Controls, now: datetime) -> Iterator[HoldReason]:
    """The rules once more, written from `ARCHITECTURE.md`, "The dialer's rules", alone."""
    local = now.astimezone(here.clock)
    ages = [((local.date() - due_on).days, cents) for due_on, cents in evidence.due]
    overdue = [age for age, cents in ages if age > 0 and cents]
    late = [age for age in overdue if age <= here.rules.max_days_overdue]
    aside = {reason for reason, day in evidence.set_aside.items() if day < local.date()}
    if late:
        aside = set()
    aside |= {reason for reason in get_args(Aside) if getattr(evidence, reason, False)}
    window = here.rules.windows.get(local.weekday())
    free = local.date() in BRAZIL[here.state] or local.date() in BY_CUSTOM
    holiday = free and not (here.rules.call_on_holidays and here.state not in LAWFUL)
    rules: dict[HoldReason, bool] = {
        "nothing_due": not overdue and not (evidence.set_aside and min(evidence.set_aside.values()) < local.date()),
        "too_early": bool(late) and max(late) < here.rules.min_days_overdue,
        "voluntary_suspension": "voluntary_suspension" in aside,
        "awaiting_confirmation": "awaiting_confirmation" in aside,
        "renegotiated": "renegotiated" in aside,
        "bill_unreadable": "bill_unreadable" in aside,
        "too_old": bool(overdue) and not late,
        "client_unknown": not evidence.known,
        "excluded_by_erp": not evidence.collect,
        "promise": CODE in people.promises and local.date() <= people.promises[CODE],
        "blocklist": evidence.person in people.people or (bool(evidence.phones) and set(evidence.phones) <= people.phones),
        "control_unreadable": people.doubts.everybody
        or CODE in people.doubts.codes
        or evidence.person in people.doubts.people
        or bool(people.doubts.phones & set(evidence.phones)),
        "no_phone": evidence.phones == (),
        "client_inactive": evidence.known and not evidence.active and not here.rules.call_inactive,
        "company": evidence.company and not here.rules.call_companies,
        "branch": (bool(here.rules.branches) and evidence.branch not in here.rules.branches)
        or evidence.branch in here.rules.branches_left_out,
        "instance_paused": here.paused,
        "holiday": holiday and not here.paused,
        "outside_window": not holiday
        and not here.paused
        and (
            window is None
            or not f"{window.opens:%T.%f}" <= f"{local:%T.%f}" < f"{window.closes:%T.%f}"
            or not lawful(here.state, local)
        ),
    }
    return (reason for reason, objects in rules.items() if objects)


@given(cases())
def test_every_rule_that_objects_is_shown_and_no_other(case: tuple[Facts, Instance, Controls, datetime]) -> None:
    """A call is a place without holds behind an open gate, so this is both: no forbidden call, and no call withheld."""
    evidence, here, people, now = case

    found = objections(evidence, here, people, now)

    assert len(found) == len(set(found))
    assert set(found) == set(forbidden(evidence, here, people, now))
    assert set(permit(evidence, CODE, here, people, now).holds) == set(found)


@given(cases())
def test_nothing_is_stored_that_the_clock_decides(case: tuple[Facts, Instance, Controls, datetime]) -> None:
    """So that time alone publishes nothing; what ends by itself says when."""
    evidence, here, people, _ = case
    stored = decide(evidence, CODE, here, people)

    assert not DERIVED & set(stored.holds)
    assert {reason for reason in stored.holds if reason in ENDING} == stored.until.keys()


@given(cases(), st.lists(st.sampled_from(sorted(DERIVED)), max_size=4))
def test_the_hours_in_an_entry_of_before_are_passed_over(
    case: tuple[Facts, Instance, Controls, datetime], hours: list[HoldReason]
) -> None:
    """It was stored with what its clock said; a promise without its last day holds."""
    evidence, here, people, now = case
    stored = decide(evidence, CODE, here, people)
    before = Verdict(holds=(*hours, *(reason for reason in stored.holds if reason != "promise"), "promise"))
    found = place(evidence, before, here, now)

    assert set(found.holds) == {*place(evidence, stored, here, now).holds, "promise"}


@given(cases())
def test_a_promise_that_is_over_is_none(case: tuple[Facts, Instance, Controls, datetime]) -> None:
    """The day after its last one the verdict equals that without it."""
    evidence, here, people, _ = case
    without = Controls({}, people.people, people.phones, people.doubts)
    stored = decide(evidence, CODE, here, people)
    last = people.promises.get(CODE, MONDAY)

    assert in_force(stored, last) == stored
    assert in_force(stored, last + timedelta(days=1)) == decide(evidence, CODE, here, without)


@given(cases())
def test_the_figures_of_a_place(case: tuple[Facts, Instance, Controls, datetime]) -> None:
    """Counted by the local day, whatever zone the moment is told in; the score is the sum of its parts."""
    evidence, here, people, now = case
    found = seen(evidence, here, people, now)
    today = now.astimezone(here.clock).date()
    last = today - timedelta(days=here.rules.max_days_overdue)
    overdue = [(due_on, cents) for due_on, cents in evidence.due if last <= due_on < today and cents]

    assert found.overdue_cents == sum(cents for _, cents in overdue)
    assert found.oldest_due_on == min((due_on for due_on, _ in overdue), default=None)
    assert found.days_late == max(((today - due_on).days for due_on, _ in overdue), default=0)
    assert found.score == sum(found.parts.values())
    assert found == seen(evidence, here, people, now.astimezone(UTC))


def test_days_late_are_counted_on_the_clock_of_the_instance() -> None:
    """In Greenwich it is Tuesday already."""
    evening = datetime.combine(MONDAY, time(22), instance().clock).astimezone(UTC)
    early = ELIGIBLE.model_copy(update={"due": ((MONDAY - timedelta(days=6), 9_990),)})

    found = seen(early, instance(), NO_CONTROLS, evening)

    assert evening.date() > MONDAY
    assert (found.days_late, found.holds) == (6, ("too_early",))


@given(facts())
def test_who_owes_owes_since_the_first_bill_with_a_cent(evidence: Facts) -> None:
    """Overdue or not: it is stored in the view, where no clock can change it."""
    assert owed_since(evidence) == min((due_on for due_on, cents in evidence.due if cents), default=None)


@given(cases(), st.integers(0, 10**6))
def test_a_larger_debt_is_never_called_later(case: tuple[Facts, Instance, Controls, datetime], cents: int) -> None:
    evidence, here, people, now = case
    worse = evidence.model_copy(update={"due": tuple((due_on, owed + cents) for due_on, owed in evidence.due)})

    assert seen(worse, here, people, now).score >= seen(evidence, here, people, now).score


# --- left to itself

ELIGIBLE = Facts(known=True, active=True, person="a" * 32, phones=("+5582999990001",), due=((date(2025, 12, 20), 9_990),))


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
        open_ = window is not None and window.opens <= local.time() < window.closes and lawful(here.state, local)
        late = here.rules.min_days_overdue <= (local.date() - date(2025, 12, 20)).days <= here.rules.max_days_overdue
        assert (not objections(ELIGIBLE, here, people, now)) is (open_ and late and local.date() > until and not here.paused)
        now += timedelta(minutes=tick)


FRESH = ((date(2026, 6, 15), 9_990), (date(2026, 8, 20), 9_990))
INDEPENDENCE = datetime(2026, 9, 7, 12, tzinfo=instance().clock)
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
        ({"active": False}, NO_CONTROLS, NOON, ("client_inactive",)),
        ({"company": True, "branch": "3"}, NO_CONTROLS, NOON, ()),
        ({"due": ((MONDAY - timedelta(30), 9_990),)}, NO_CONTROLS, NOON, ()),
        ({"due": ((MONDAY - timedelta(31), 9_990),)}, NO_CONTROLS, NOON, ("too_old",)),
        ({"due": ((MONDAY - timedelta(31), 9_990), (MONDAY - timedelta(8), 1))}, NO_CONTROLS, NOON, ()),
        ({"due": ((MONDAY - timedelta(31), 9_990), (MONDAY - timedelta(2), 1))}, NO_CONTROLS, NOON, ("too_early",)),
        ({"due": ((MONDAY - timedelta(31), 9_990), (MONDAY, 1))}, NO_CONTROLS, NOON, ("too_old",)),
        ({"set_aside": {"renegotiated": MONDAY - timedelta(9)}}, NO_CONTROLS, NOON, ()),
        ({"due": (), "set_aside": {"renegotiated": MONDAY - timedelta(1)}}, NO_CONTROLS, NOON, ("renegotiated",)),
        ({"due": (), "set_aside": {"bill_unreadable": MONDAY - timedelta(9)}}, NO_CONTROLS, NOON, ("bill_unreadable",)),
        ({"due": (), "set_aside": {"renegotiated": MONDAY}}, NO_CONTROLS, NOON, ("nothing_due",)),
        (
            {"due": ((MONDAY, 1),), "set_aside": {"voluntary_suspension": MONDAY - timedelta(1)}},
            NO_CONTROLS,
            NOON,
            ("voluntary_suspension",),
        ),
        (
            {"due": ((MONDAY - timedelta(40), 1),), "set_aside": {"awaiting_confirmation": MONDAY - timedelta(9)}},
            NO_CONTROLS,
            NOON,
            ("awaiting_confirmation", "too_old"),
        ),
        ({}, NO_CONTROLS, NOON.replace(hour=19), ("outside_window",)),
        ({}, NO_CONTROLS, NOON + timedelta(days=5), ("outside_window",)),
        ({"due": FRESH}, NO_CONTROLS, INDEPENDENCE, ("holiday",)),
        ({"due": FRESH}, NO_CONTROLS, NOON.replace(month=6, day=24), ("holiday",)),  # of Alagoas
        ({"due": FRESH}, NO_CONTROLS, NOON.replace(month=7, day=9), ()),  # of São Paulo
    ],
)
def test_each_rule_alone(facts_: dict[str, Any], people: Controls, now: datetime, holds: tuple[HoldReason, ...]) -> None:
    assert objections(ELIGIBLE.model_copy(update=facts_), instance(), people, now) == holds


def test_a_provider_may_call_on_holidays_where_no_law_forbids_it() -> None:
    rules = {"call_on_holidays": True}
    recent = ELIGIBLE.model_copy(update={"due": FRESH})
    bahia = instance(rules=rules, state="BA", zone="America/Bahia")

    assert objections(recent, bahia, NO_CONTROLS, INDEPENDENCE) == ()
    assert objections(recent, instance(rules=rules), NO_CONTROLS, INDEPENDENCE) == ("holiday",)


@pytest.mark.parametrize(
    ("rules", "facts_", "holds"),
    [
        ({"call_companies": False}, {"company": True}, ("company",)),
        ({"call_companies": False}, {}, ()),
        ({"call_inactive": True}, {"active": False}, ()),
        ({"branches": ("3", "4")}, {"branch": "3"}, ()),
        ({"branches": ("3", "4")}, {"branch": "5"}, ("branch",)),
        ({"branches": ("3", "4")}, {}, ("branch",)),
        ({"branches_left_out": ("3",)}, {"branch": "3"}, ("branch",)),
        ({"branches_left_out": ("3",)}, {"branch": "5"}, ()),
        ({"branches": ("3",), "branches_left_out": ("3",)}, {"branch": "3"}, ("branch",)),
        ({"branches": ("Filial Centro",)}, {"branch": "FILIAL  CENTRO"}, ()),
        ({"max_days_overdue": 23}, {}, ()),
        ({"max_days_overdue": 22}, {}, ("too_old",)),
    ],
)
def test_whom_a_provider_calls_at_all(rules: dict[str, Any], facts_: dict[str, Any], holds: tuple[HoldReason, ...]) -> None:
    assert objections(ELIGIBLE.model_copy(update=facts_), instance(rules=rules), NO_CONTROLS, NOON) == holds


def test_without_a_pabx_nobody_is_called() -> None:
    assert objections(ELIGIBLE, instance(pabx=None), NO_CONTROLS, NOON) == ("no_pabx",)


def test_a_number_of_elsewhere_is_nobodys_where_the_pabx_is_told_no_area_code() -> None:
    """`{local}` leaves the area code out: the same digits at home are a stranger's."""
    pabx = {"control": {"kind": "ari", "url": "http://pabx.example/ari", "user": "c"}, "context": "c"}
    local = instance(ddd="82", pabx={**pabx, "endpoint": "PJSIP/{local}@trunk"})
    whole = instance(ddd="82", pabx={**pabx, "endpoint": "PJSIP/{national}@trunk"})
    away, home = "+5511999990001", "+5582999990001"

    def decided(here: Instance, *phones: str) -> Verdict:
        return decide(Facts(known=True, active=True, phones=phones), "1042", here, Controls())

    assert decided(local, away).holds == ("no_number_left",)
    assert decided(local, away, home).number == home
    assert decided(whole, away, home).number == away
