"""How often somebody may be rung: held against a count of what one more call would break."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.attempts import Mark
from schemas.calling.limits import Limit, limits
from schemas.instances import Rules
from schemas.queue import HoldReason

NOON = datetime(2026, 1, 14, 15, tzinfo=UTC)
"""12:00 in Alagoas, a Wednesday."""
MACEIO = ZoneInfo("America/Maceio")
ATTEMPT = "01HZZZZZZZZZZZZZZZZZZZZZZZ"
TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)


class Call(NamedTuple):
    """A call as limits see it."""

    at: datetime
    open: bool = False
    human: bool = False


ZONES = st.sampled_from(
    [
        MACEIO,
        ZoneInfo("America/Rio_Branco"),
        ZoneInfo("America/Sao_Paulo"),  # had summer time until 2019: midnight was skipped, or came twice
        ZoneInfo("Pacific/Apia"),  # left out a whole day in 2011
    ]
)
EDGES = (
    datetime(2018, 11, 4, 3, tzinfo=UTC),  # 00:00 becomes 01:00 in São Paulo
    datetime(2018, 2, 18, 2, tzinfo=UTC),  # 00:00 becomes 23:00 of the day before
    datetime(2011, 12, 30, 10, tzinfo=UTC),  # 30 December is left out in Apia
    NOON,
    datetime(2026, 1, 15, 3, tzinfo=UTC),  # midnight in Alagoas
)
RULES = st.builds(
    Rules,
    per_hour=st.integers(1, 3),
    per_day=st.integers(1, 4),
    per_7_days=st.integers(1, 5),
    gap_minutes=st.sampled_from([5, 30, 60, 240, 1_500, 10_080]),
    rest_days_after_human=st.sampled_from([0, 1, 7, 9]),
)
MARGINS = st.sampled_from([timedelta(0), timedelta(seconds=60), timedelta(hours=2)])


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Call], Rules, ZoneInfo, datetime, timedelta]:
    """Calls around a moment, many exactly at the edge of a rule, or a tick beside it."""
    now, rules, margin = draw(st.sampled_from(EDGES)), draw(RULES), draw(MARGINS)
    now += draw(st.sampled_from([timedelta(0), -TICK, timedelta(minutes=7), timedelta(hours=-5)]))
    lengths = [timedelta(hours=1), timedelta(minutes=rules.gap_minutes), timedelta(days=7)]
    lengths.append(timedelta(days=rules.rest_days_after_human))
    at_edge = st.tuples(st.sampled_from(lengths), st.sampled_from([-TICK, timedelta(0), TICK])).map(
        lambda both: now - both[0] - margin + both[1]
    )
    by_minutes = st.integers(0, 12_000).map(lambda minutes: now - minutes * MINUTE)
    nearby = st.integers(0, 1_500).map(lambda minutes: now - minutes * MINUTE)
    calls = st.builds(Call, st.one_of(at_edge, by_minutes, nearby), st.sampled_from([False] * 5 + [True]), st.booleans())
    return draw(st.lists(calls, max_size=7)), rules, draw(ZONES), now, margin


def broken(calls: list[Call], rules: Rules, zone: ZoneInfo, now: datetime, margin: timedelta) -> set[HoldReason]:
    """What one more call at `now` would break, counted over all calls together, that one included."""
    calls = [call._replace(at=min(call.at, now)) for call in calls]
    times = [*(call.at for call in calls), now]

    def within(length: timedelta) -> int:
        return sum(now - at < length + margin for at in times)

    found: dict[HoldReason, bool] = {
        "call_open": any(call.open for call in calls),
        "limit_hour": within(timedelta(hours=1)) > rules.per_hour,
        "limit_gap": any(now - call.at < timedelta(minutes=rules.gap_minutes) + margin for call in calls),
        "limit_day": sum(f"{at.astimezone(zone):%F}" == f"{now.astimezone(zone):%F}" for at in times) > rules.per_day,
        "limit_7_days": within(timedelta(days=7)) > rules.per_7_days,
        "rest_after_human": rules.rest_days_after_human > 0
        and any(call.human and now - call.at < timedelta(days=rules.rest_days_after_human) + margin for call in calls),
    }
    return {reason for reason, objects in found.items() if objects}


@given(cases())
def test_a_call_is_refused_if_and_only_if_it_would_break_a_rule(
    case: tuple[list[Call], Rules, ZoneInfo, datetime, timedelta],
) -> None:
    """Each rule that it would break is named, in the rules' order."""
    found = limits(*case)
    order = ["call_open", "limit_hour", "limit_gap", "limit_day", "limit_7_days", "rest_after_human"]

    assert {limit.reason for limit in found} == broken(*case)
    assert [limit.reason for limit in found] == sorted((limit.reason for limit in found), key=order.index)


@given(cases())
def test_until_is_the_first_instant_at_which_a_rule_objects_no_more(
    case: tuple[list[Call], Rules, ZoneInfo, datetime, timedelta],
) -> None:
    """Refused just before and allowed at it, by the same rule; nobody knows when an open call ends."""
    calls, rules, zone, now, margin = case
    for reason, until in limits(*case):
        if until is None:
            assert reason == "call_open"
            continue
        assert until > now
        assert until.utcoffset() == timedelta(0)
        assert reason in broken(calls, rules, zone, until - TICK, margin)
        later = limits(calls, rules, zone, until, margin)
        # in Apia and São Paulo a local day may go on after a day that has no midnight, or two
        assert reason not in {limit.reason for limit in later}


@given(cases(), st.integers(0, 14_000))
def test_time_alone_never_makes_a_rule_object(
    case: tuple[list[Call], Rules, ZoneInfo, datetime, timedelta], minutes: int
) -> None:
    """So what objects at the newest call, with its end, is all that ever will: it can be stored."""
    calls, rules, zone, _, margin = case
    if not calls:
        return
    newest = max(call.at for call in calls)
    stored, later = limits(calls, rules, zone, newest, margin), newest + minutes * MINUTE

    assert limits(calls, rules, zone, later, margin) == tuple(
        limit for limit in stored if limit.until is None or limit.until > later
    )


@given(cases(), st.integers(1, 10**6))
def test_a_call_in_the_future_counts_as_of_now(
    case: tuple[list[Call], Rules, ZoneInfo, datetime, timedelta], minutes: int
) -> None:
    """Some clock was ahead: nobody is rung the more often for it, nor is anybody held for years."""
    calls, *rest, now, margin = case
    rules, zone = rest
    ahead = [*calls, Call(now + minutes * MINUTE)]

    assert limits(ahead, rules, zone, now, margin) == limits([*calls, Call(now)], rules, zone, now, margin)


@given(cases())
def test_the_order_of_the_marks_and_the_zone_of_the_clock_do_not_matter(
    case: tuple[list[Call], Rules, ZoneInfo, datetime, timedelta],
) -> None:
    calls, rules, zone, now, margin = case
    elsewhere = [call._replace(at=call.at.astimezone(ZoneInfo("Asia/Tokyo"))) for call in reversed(calls)]

    assert limits(elsewhere, rules, zone, now.astimezone(zone), margin) == limits(*case)


def test_nobody_was_rung() -> None:
    assert limits([], Rules(), MACEIO, NOON) == ()


@pytest.mark.parametrize(
    ("rules", "minutes_ago", "found"),
    [
        ({}, [0], {"limit_hour": 60, "limit_gap": 240}),
        ({}, [59], {"limit_hour": 1, "limit_gap": 181}),
        ({}, [60], {"limit_gap": 180}),
        ({}, [239], {"limit_gap": 1}),
        ({}, [240], {}),
        ({"gap_minutes": 5}, [300, 400, 500], {"limit_day": 720}),
        ({"gap_minutes": 5, "per_day": 4}, [300, 400, 500], {}),
        ({}, [721, 800, 900], {}),  # yesterday evening
        ({}, [1_440 * day + 1_000 for day in range(7)], {"limit_7_days": 1_440 * 7 - (1_440 * 6 + 1_000)}),
        ({}, [1_440 * day + 1_440 for day in range(7)], {}),
        ({"per_hour": 2, "gap_minutes": 5}, [10, 30], {"limit_hour": 30}),
    ],
)
def test_limits_by_hand(rules: dict[str, int], minutes_ago: list[int], found: dict[HoldReason, int]) -> None:
    """At noon, by the defaults; when each ends, in minutes from then."""
    marks = [Mark(attempt=ATTEMPT, at=NOON - ago * MINUTE, open=False) for ago in minutes_ago]

    assert limits(marks, Rules.model_validate(rules), MACEIO, NOON) == tuple(
        Limit(reason, NOON + minutes * MINUTE) for reason, minutes in found.items()
    )


def test_five_minutes_lie_between_two_calls_whatever_is_configured() -> None:
    """Even by rules that no validation has seen."""
    rules = Rules(per_hour=60).model_copy(update={"gap_minutes": 0})

    assert limits([Call(NOON)], rules, MACEIO, NOON + 5 * MINUTE - TICK) == (Limit("limit_gap", NOON + 5 * MINUTE),)
    assert limits([Call(NOON)], rules, MACEIO, NOON + 5 * MINUTE) == ()


def test_the_margin_makes_no_rule_of_one_that_is_off() -> None:
    talked = [Call(NOON - MINUTE / 2, human=True)]

    found = limits(talked, Rules(per_hour=60, per_day=9), MACEIO, NOON, MINUTE)
    assert [limit.reason for limit in found] == ["limit_gap"]


def test_the_rest_begins_with_the_last_conversation() -> None:
    talked = [Call(NOON - timedelta(days=days), human=True) for days in (9, 2, 12)]

    found = limits([*talked, Call(NOON - timedelta(days=1))], Rules(rest_days_after_human=7), MACEIO, NOON)
    assert found == (Limit("rest_after_human", NOON + timedelta(days=5)),)


def test_another_zone_is_another_day() -> None:
    """02:00 UTC is a new day in Greenwich, and still the evening before in Alagoas."""
    rules = Rules(per_day=1, gap_minutes=5)
    call, now = Call(datetime(2026, 1, 14, 22, tzinfo=UTC)), datetime(2026, 1, 15, 2, tzinfo=UTC)

    assert limits([call], rules, MACEIO, now) == (Limit("limit_day", datetime(2026, 1, 15, 3, tzinfo=UTC)),)
    assert limits([call], rules, ZoneInfo("UTC"), now) == ()


def test_a_day_without_midnight_ends_when_the_next_begins() -> None:
    """On 4 November 2018 the clocks of São Paulo went from 23:59 to 01:00."""
    call, rules = Call(datetime(2018, 11, 4, 0, tzinfo=UTC)), Rules(per_day=1, gap_minutes=5)

    (limit,) = limits([call], rules, ZoneInfo("America/Sao_Paulo"), datetime(2018, 11, 4, 2, tzinfo=UTC))
    assert limit == Limit("limit_day", datetime(2018, 11, 4, 3, tzinfo=UTC))


def test_an_hour_is_an_hour_whatever_a_clock_shows() -> None:
    """On 18 February 2018 the clocks of São Paulo went from 23:59 back to 23:00: a call there, or one that is to come."""
    half_past = datetime(2018, 2, 18, 1, 30, tzinfo=UTC)  # 23:30, for the first time
    there = half_past.astimezone(ZoneInfo("America/Sao_Paulo"))
    rules, expected = Rules(gap_minutes=5), Limit("limit_hour", half_past + 60 * MINUTE)

    assert limits([Call(there)], rules, MACEIO, half_past + 30 * MINUTE) == (expected,)
    rested = half_past + timedelta(days=1)
    assert limits([Call(there, human=True)], Rules(rest_days_after_human=1), MACEIO, rested - TICK)[-1] == (
        "rest_after_human",
        rested,
    )
    assert expected in limits([Call(half_past + 9 * MINUTE)], rules, MACEIO, there)


@pytest.mark.parametrize(
    ("reason", "rules", "length"),
    [
        ("limit_hour", {"gap_minutes": 5}, timedelta(hours=1)),
        ("limit_gap", {"per_day": 9}, timedelta(hours=4)),
        ("limit_7_days", {"gap_minutes": 5, "per_7_days": 1}, timedelta(days=7)),
        ("rest_after_human", {"rest_days_after_human": 9}, timedelta(days=9)),
    ],
)
def test_a_margin_lengthens_what_rolls(reason: HoldReason, rules: dict[str, int], length: timedelta) -> None:
    """Each by itself, to the tick; a local day stays a day."""
    some, margin = Rules.model_validate(rules), timedelta(seconds=60)
    end = NOON + length + margin

    assert limits([Call(NOON, human=True)], some, MACEIO, end - TICK, margin) == (Limit(reason, end),)
    assert limits([Call(NOON, human=True)], some, MACEIO, end, margin) == ()
