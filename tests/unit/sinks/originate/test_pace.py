"""A PABX's caps: calls a second, channels at once, which request first, and when it is asked again after a failure."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from schemas.calling.short_calls import Counted, pressure, share_of_pace
from sinks.originate.breaker import LONGEST_WAIT_S, Breaker
from sinks.originate.pace import Caps, Channels, Pace, caps_of
from sinks.originate.waiting import Waiting
from tests.strategies import instance
from tests.unit.sinks.originate.pretended import ARI, NOON, PABX, request

SECOND = timedelta(seconds=1)


@given(st.floats(0.1, 50), st.lists(st.floats(0, 3), min_size=1, max_size=50))
def test_calls_are_never_closer_than_the_pace(per_second: float, rests: list[float]) -> None:
    pace, now, caps, begun = Pace(), NOON, Caps(10, per_second), []
    for rest in rests:
        now += rest * SECOND
        if pace.wait(caps, now) == 0:
            pace = pace.begun(caps, now)
            begun.append(now)

    assert all(b - a >= SECOND / per_second - timedelta(microseconds=2) for a, b in pairwise(begun))
    assert begun[0] == NOON + rests[0] * SECOND


def test_a_clock_that_went_back_stops_nobody_for_long() -> None:
    caps = Caps(10, 2.0)

    assert Pace().begun(caps, NOON + timedelta(hours=1)).wait(caps, NOON) == 0.5


def test_the_least_of_the_instances_that_share_a_pabx_counts() -> None:
    shared = [
        instance(name="norte", pabx={**ARI, "channels": 4, "calls_per_second": 3}),
        instance(name="sul", pabx={**ARI, "channels": 7, "calls_per_second": 2}),
        instance(
            name="leste", pabx={**ARI, "control": {**ARI["control"], "url": "http://other.example:8088/ari"}, "channels": 1}
        ),
        instance(name="oeste", pabx=None),
    ]

    assert caps_of(PABX, shared) == Caps(4, 2)
    assert caps_of(PABX, shared, 0.5) == Caps(4, 1)
    assert caps_of("nobody.example:1", shared) is None


def test_channels_are_those_that_the_pabx_lists_and_those_begun_since() -> None:
    channels = Channels().told({"left"}, NOON).begun("a").begun("b").answered("b", NOON + SECOND)
    assert set(channels.since) == {"left", "a", "b"}

    told = channels.told({"b"}, NOON + SECOND / 2)
    assert set(told.since) == {"a", "b"}, "one whose answer is awaited may not be listed yet"
    assert set(told.told(set(), NOON + SECOND / 2).since) == {"a", "b"}, "the list may be older than the call"
    assert set(told.told(set(), NOON + 2 * SECOND).since) == {"a"}
    assert set(told.gone("a").since) == {"b"}
    assert (Channels().listed, channels.listed) == (False, True)


def test_the_best_comes_first_and_what_has_lapsed_never() -> None:
    waiting = Waiting()
    for n, score in ((1, 5), (2, 9), (3, 5), (4, 100)):
        waiting.add(request(n, score=score, at=NOON - timedelta(seconds=100 if n == 4 else 4 - n)))
    waiting.add(request(2, score=9, at=NOON - 2 * SECOND))

    found = [waiting.next(NOON) for _ in range(4)]

    assert [one.attempt[-1] if one else None for one in found] == ["2", "1", "3", None]
    waiting.add(request(2, at=NOON))
    assert (waiting.forget(), len(waiting)) == (1, 0)


def test_those_of_a_resting_instance_are_passed_over_and_wait_on() -> None:
    waiting = Waiting()
    for n, name in ((1, "a"), (2, "a"), (3, "b")):
        waiting.add(request(n, score=9 - n, at=NOON).model_copy(update={"instance": name}))

    found = [waiting.next(NOON, {"a"}) for _ in range(2)]

    assert [one.attempt[-1] if one else None for one in found] == ["3", None]
    assert len(waiting) == 2
    assert (late := waiting.next(NOON)) is not None
    assert late.attempt[-1] == "1"
    assert waiting.next(NOON + timedelta(hours=1), {"a"}) is None
    assert len(waiting) == 0, "what has lapsed rests no more"


def test_a_breaker_waits_longer_with_each_failure_and_is_closed_by_a_call_that_rings() -> None:
    breaker, now, waits = Breaker(), NOON, []
    assert breaker.may_call(5)
    for _ in range(9):
        breaker = breaker.failed(now, now)
        assert not breaker.may_call(0)
        at = breaker.probes_at()
        assert at is not None
        waits.append((at - now).total_seconds())
        now = at

    assert waits == [5, 10, 20, 40, 80, 160, LONGEST_WAIT_S, LONGEST_WAIT_S, LONGEST_WAIT_S]
    proved = breaker.answered()
    assert proved.probes_at() is None
    assert (proved.may_call(0), proved.may_call(1)) == (True, False), "one at a time, until one rings"
    again = proved.failed(now, now)
    assert (again.failures, again.may_call(0)) == (10, False)
    assert proved.rang().may_call(5)


def test_calls_that_were_begun_together_fail_once() -> None:
    breaker = Breaker().failed(NOON, NOON + SECOND)

    assert breaker.failed(NOON, NOON + 2 * SECOND).failures == 1
    assert breaker.answered().failed(NOON, NOON + 2 * SECOND).may_call(0) is False
    assert breaker.failed(NOON + 2 * SECOND, NOON + 3 * SECOND).failures == 2


def test_short_calls_warn_at_70_and_slow_at_80_of_a_hundred() -> None:
    found = [pressure(Counted(100, short)) for short in (69, 70, 79, 80)]

    assert found == ["", "warned", "warned", "slowed"]
    assert pressure(Counted(99, 99)) == ""
    assert [share_of_pace(one) for one in ("", "warned", "slowed")] == [1, 1, 0.5]
