"""What was placed, of several tellings, and when a call is over whatever is known."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from processors.classify.calls import begun, due, judged, placed, told
from processors.classify.reading import heard
from schemas.calls import Answer, Call
from tests.unit.processors.classify.said import event
from tests.unit.processors.classify.test_stage import ATTEMPT, MADE
from tests.unit.processors.classify.test_stage import placed as telling

WORTH: tuple[Answer, ...] = ("refused", "unclear", "ringing")


@given(st.lists(st.tuples(st.sampled_from(WORTH), st.integers(0, 3)), min_size=1, max_size=5))
def test_of_several_tellings_the_one_that_rings_counts_then_the_later_whatever_came_first(
    tellings: list[tuple[Answer, int]],
) -> None:
    """Also one that is as old as the attempt itself: nothing was told before it."""
    call = begun("norte", "1042", ATTEMPT)
    for answer, minutes in tellings:
        call = placed(call, telling(answer=answer, at=MADE + timedelta(minutes=minutes), number=f"+558299999{minutes:04d}"))
    worth, minutes = max((WORTH.index(answer), minutes) for answer, minutes in tellings)

    assert (call.placed, call.answer, call.at) == (True, WORTH[worth], MADE + timedelta(minutes=minutes))
    assert call.number == f"+558299999{minutes:04d}"


def test_a_call_is_over_a_quarter_of_an_hour_after_its_ringing_and_one_that_was_answered_an_hour_later() -> None:
    call = placed(begun("norte", "1042", ATTEMPT), telling(ring_seconds=20))
    answered = told(call, heard(event("ChannelStateChange", state="Up")))

    assert due(call) == MADE + timedelta(minutes=15, seconds=20)
    assert due(answered) == due(call) + timedelta(hours=1)


def test_a_dry_run_has_no_outcome_however_long_it_takes() -> None:
    call: Call = placed(begun("norte", "1042", ATTEMPT), telling(dry_run=True))

    assert judged(call, over=True) == call
