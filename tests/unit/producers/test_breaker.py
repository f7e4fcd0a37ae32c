"""After failures an ERP is left alone longer and longer, and never for ever."""

from hypothesis import given
from hypothesis import strategies as st

from producers.breaker import LONGEST_WAIT_S, TRIPS_AT, Breaker

EVERY = st.floats(1, 86_400)


def failed(times: int) -> Breaker:
    breaker = Breaker()
    for _ in range(times):
        breaker = breaker.after(success=False)
    return breaker


@given(st.integers(0, 200), EVERY)
def test_each_failure_waits_at_least_as_long_as_the_one_before(times: int, every: float) -> None:
    waits = [failed(number).wait(every) for number in range(1, times + 2)]

    assert waits == sorted(waits)
    assert all(0 < wait <= max(every, LONGEST_WAIT_S) for wait in waits)


@given(st.integers(0, 50), EVERY)
def test_one_success_forgives_everything(times: int, every: float) -> None:
    healed = failed(times).after(success=True)

    assert not healed.is_open
    assert healed.wait(every) == every


@given(EVERY)
def test_the_first_failures_are_tried_again_before_the_schedule_and_an_open_breaker_is_not(every: float) -> None:
    assert failed(1).wait(every) <= min(every, 5)
    assert not failed(TRIPS_AT - 1).is_open
    assert failed(TRIPS_AT).is_open
    assert failed(TRIPS_AT).wait(every) >= min(every, LONGEST_WAIT_S)
