"""All rules of the moment at once, and what of them is stored."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.attempts import MARKS_KEPT
from schemas.calling.calendar import gate
from schemas.calling.decide import decide, in_force
from schemas.calling.hours import zone_of
from schemas.calling.limits import limits
from schemas.calling.permit import Permit, permit
from schemas.calling.phones import next_number
from schemas.calling.retry import retry_at
from schemas.controls import NO_CONTROLS, Controls
from schemas.instances import Instance
from schemas.queue import LIMITS, Facts, PastCall
from tests.strategies import CALLS, PABX, SEEN, controls, facts, instance

CODE = "1042"
NOON = datetime(2026, 1, 14, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
PHONE, OTHER = "+5582999990001", "+5582999990002"
ELIGIBLE = Facts.model_validate(
    {"known": True, "active": True, "phones": [PHONE, OTHER], "due": [["2026-01-02", 9_990]], "uf": "AL"}
)


def called(outcome: str | None, ago: timedelta, number: str = PHONE) -> PastCall:
    return PastCall.model_validate(
        {"attempt": "01HZZZZZZZZZZZZZZZZZZZZZZZ", "at": NOON - ago, "number": number, "outcome": outcome}
    )


def asked(*calls: PastCall, now: datetime = NOON, **rules: object) -> Permit:
    return permit(ELIGIBLE.model_copy(update={"calls": calls}), CODE, instance(rules=rules), NO_CONTROLS, now)


RULES = st.fixed_dictionaries(
    {
        "per_hour": st.integers(1, 3),
        "per_day": st.integers(1, 4),
        "per_7_days": st.integers(1, 6),
        "gap_minutes": st.sampled_from([5, 240]),
        "rest_days_after_human": st.sampled_from([0, 7]),
    }
)
LATER = st.one_of(st.integers(0, 600), st.integers(0, 20_000)).map(lambda minutes: SEEN + timedelta(minutes=minutes))
REFUSED = st.dictionaries(st.sampled_from(LIMITS), LATER, max_size=2)


@given(facts(), CALLS, REFUSED, RULES.map(lambda rules: instance(rules=rules)), st.sampled_from(["", "AC", "SP"]), LATER)
def test_what_calls_forbid_is_forbidden_until_it_ends_and_no_longer(
    evidence: Facts,
    calls: tuple[PastCall, ...],
    refused: dict[str, datetime],
    here: Instance,
    uf: str,
    now: datetime,
) -> None:
    """The stored verdict knows no clock, and yet says at every instant what limits and delays say then."""
    evidence = evidence.model_copy(update={"calls": calls, "refused": refused, "uf": uf})
    retry = retry_at(calls, here.rules)
    expected = {limit.reason for limit in limits(calls, here.rules, zone_of(here, uf), now)}
    if all(call.at + MARKS_KEPT <= now for call in calls if call.open):
        expected.discard("call_open")  # it ends with its mark
    expected |= {"retry_later"} if retry is not None and retry > now else set()
    expected |= {reason for reason, until in refused.items() if until > now}
    found = permit(evidence, CODE, here, NO_CONTROLS, now)

    assert {reason for reason in found.holds if reason in LIMITS} == expected
    assert found.number == next_number(evidence.phones, (), calls)
    closed = gate(here, now, uf).closed
    assert closed is None or found.holds[-1] == closed


@given(facts(), CALLS, REFUSED)
def test_every_hold_of_the_past_says_when_it_ends(
    evidence: Facts, calls: tuple[PastCall, ...], refused: dict[str, datetime]
) -> None:
    """Also a call of which nobody knows whether it has ended. What has ended is gone from what is in force."""
    stored = decide(evidence.model_copy(update={"calls": calls, "refused": refused}), CODE, instance(), NO_CONTROLS)

    assert stored.ends.keys() == {reason for reason in stored.holds if reason in LIMITS}
    for end in stored.ends.values():
        left = in_force(stored, SEEN.date(), end)
        assert left.ends == {reason: at for reason, at in stored.ends.items() if at > end}
        assert set(left.holds) == set(stored.holds) - {reason for reason, at in stored.ends.items() if at <= end}
    assert in_force(stored, SEEN.date()) == stored


def test_whoever_was_never_called_may_be() -> None:
    found = asked()

    assert (found.holds, found.number) == ((), PHONE)
    assert (found.score, str(found.due_on)) == (120 + 9 + 100, "2026-01-02")


def test_limits_hold_to_the_instant() -> None:
    """Four hours after a conversation, and not a moment earlier."""
    assert asked(called("human", 4 * HOUR - timedelta(microseconds=1))).holds == ("limit_gap",)
    assert asked(called("human", 4 * HOUR)).holds == ()


def test_a_delay_only_lengthens_limits() -> None:
    """After a second attempt in vain the wait is longer than the gap; a short delay changes nothing."""
    twice = (called("machine", 12 * HOUR), called("machine", 5 * HOUR))

    assert asked(*twice).holds == ("retry_later",)
    assert asked(*twice, retry_minutes={"machine": 1}).holds == ()
    assert asked(called("busy", HOUR), retry_minutes={"busy": 1}).holds == ("limit_gap",)


def test_a_call_whose_end_nobody_knows_holds_as_long_as_its_mark() -> None:
    """Else whoever was forgotten, as by a `classify` that stood still for days, would never be called again."""
    assert asked(called(None, MARKS_KEPT - HOUR)).holds == ("call_open",)
    assert asked(called(None, MARKS_KEPT)).holds == ()


def test_of_what_a_request_was_refused_for_only_limits_stay() -> None:
    """Of every other rule facts and controls tell, today's and not those of then."""
    for reason, holds in (("limit_gap", ("limit_gap",)), ("promise", ()), ("outside_window", ())):
        refused = Facts.model_validate({**ELIGIBLE.model_dump(), "refused": {reason: NOON + HOUR}})
        assert permit(refused, CODE, instance(), NO_CONTROLS, NOON).holds == holds


def test_a_clock_that_is_set_back_opens_nothing() -> None:
    assert "limit_gap" in asked(called("human", -2 * HOUR)).holds


def test_when_every_number_is_none_somebody_must_mend_them() -> None:
    """Found invalid twice, each of them; one that is blocked besides is no reason of its own."""
    dead = tuple(called("invalid_number", (200 + hours) * HOUR, PHONE if hours % 2 else OTHER) for hours in range(4))
    last = dead[:3]
    blocked = Controls(phones=frozenset({PHONE}))

    assert asked(*dead).holds == ("no_number_left",)
    assert (asked(*last).holds, asked(*last).number) == ((), PHONE)
    evidence = ELIGIBLE.model_copy(update={"calls": last})
    assert permit(evidence, CODE, instance(), blocked, NOON).holds == ("no_number_left",)
    both = Controls(phones=frozenset({PHONE, OTHER}))
    assert permit(evidence, CODE, instance(), both, NOON).holds == ("blocklist",)


@given(facts(), CALLS, controls(CODE), st.sampled_from(["PJSIP/{national}@trunk", "SIP/trunk/0{local}"]), LATER)
def test_whoever_may_be_called_has_a_number_of_his_that_is_not_blocked(
    evidence: Facts, calls: tuple[PastCall, ...], people: Controls, endpoint: str, now: datetime
) -> None:
    """So nobody who asks needs to ask whether there is one. A phone that is no text is no number either."""
    here = instance(pabx={**PABX, "endpoint": endpoint})
    phones = evidence.phones or ("",)
    found = permit(evidence.model_copy(update={"calls": calls, "phones": phones}), CODE, here, people, now)

    if not found.holds:
        assert found.number
        assert found.number in phones
        assert found.number not in people.phones


def test_it_is_the_debtors_own_state_whose_gate_must_be_open() -> None:
    """09:30 in Alagoas is 07:30 in Acre."""
    early = NOON.replace(hour=12, minute=30)
    acre = ELIGIBLE.model_copy(update={"uf": "AC"})

    assert permit(acre, CODE, instance(), NO_CONTROLS, early).holds == ("outside_window",)
    assert permit(ELIGIBLE, CODE, instance(), NO_CONTROLS, early).holds == ()
