"""After failures an ERP is left alone longer and longer, and never for ever."""

from datetime import timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from producers.erp.breaker import FIRST_WAIT_S, LONGEST_WAIT_S, TRIPS_AT, Again, Breaker, again
from schemas.errors import RetryLater, StopWorker
from schemas.rows import Kind

EVERY = st.floats(1, 86_400)
KINDS = st.sampled_from(get_args(Kind))
MENDING = 300.0


def failed(times: int, kind: Kind = "bill", breaker: Breaker | None = None) -> Breaker:
    breaker = breaker or Breaker()
    for _ in range(times):
        breaker = breaker.failed(kind)
    return breaker


@given(st.integers(0, 200), EVERY)
def test_each_failure_waits_at_least_as_long_as_the_one_before(times: int, every: float) -> None:
    waits = [failed(number).wait("bill", every) for number in range(1, times + 2)]

    assert waits == sorted(waits)
    assert all(0 < wait <= LONGEST_WAIT_S for wait in waits)


@given(st.integers(1, 50), EVERY)
def test_one_success_forgives_everything_to_its_kind(times: int, every: float) -> None:
    healed = failed(times).succeeded("bill")

    assert not healed.is_open("bill")
    assert healed.wait("bill", every) == every


@given(st.lists(KINDS, max_size=12), KINDS, EVERY)
def test_a_kind_waits_for_its_own_failures_alone(others: list[Kind], kind: Kind, every: float) -> None:
    breaker = Breaker()
    for other in others:
        breaker = breaker.failed(other)

    own = others.count(kind)
    assert breaker.failures.get(kind, 0) == own
    assert breaker.wait(kind, every) <= (min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (own - 1)) if own else every)


def test_three_failures_of_any_kind_open_it_for_all_and_one_success_closes_it_for_who_has_not_failed() -> None:
    """A kind whose own table is broken goes on asking a small question first."""
    breaker = failed(1, "client", failed(TRIPS_AT - 1, "contract"))
    assert [breaker.is_open(kind) for kind in ("bill", "client", "contract")] == [True] * 3
    assert not failed(TRIPS_AT - 1).is_open("bill")

    after = failed(TRIPS_AT, "bill").succeeded("client")
    assert (after.is_open("bill"), after.is_open("client"), after.is_open("contract")) == (True, False, False)


@given(EVERY)
def test_whole_sweeps_are_tried_again_before_the_schedule(every: float) -> None:
    assert failed(1).wait("bill", every) <= min(every, FIRST_WAIT_S)
    assert failed(TRIPS_AT - 1).wait("bill", every) <= every


@given(st.integers(0, 9), KINDS, EVERY, st.floats(0.1, 3_600))
def test_a_failure_that_names_its_own_wait_says_nothing_about_the_erp(
    times: int, kind: Kind, every: float, after: float
) -> None:
    before = failed(times)
    failure = RetryLater("it is still being written", after=timedelta(seconds=after))

    assert again(before, kind, every, failure, MENDING) == Again(
        before, timedelta(seconds=after).total_seconds(), sooner=False
    )


@given(st.integers(0, 9), KINDS, EVERY)
def test_what_an_operator_must_mend_says_nothing_about_the_erp_either(times: int, kind: Kind, every: float) -> None:
    before = failed(times)

    assert again(before, kind, every, StopWorker("wrong token"), MENDING) == Again(before, max(every, MENDING), sooner=False)


@given(st.integers(0, 9), EVERY)
def test_any_other_failure_counts_and_may_be_over_sooner(times: int, every: float) -> None:
    result = again(failed(times), "bill", every, RetryLater("HTTP 500"), MENDING)

    assert result == Again(failed(times + 1), failed(times + 1).wait("bill", every), sooner=True)
