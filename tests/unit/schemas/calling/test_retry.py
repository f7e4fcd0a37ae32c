"""How long a debtor is left alone after an attempt."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.attempts import Outcome
from schemas.calling.retry import retry_at
from schemas.instances import Rules
from schemas.queue import PastCall

NOON = datetime(2026, 1, 12, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


def called(*outcomes: Outcome | None) -> tuple[PastCall, ...]:
    """Five hours apart, the last at noon."""
    last = len(outcomes) - 1
    return tuple(
        PastCall(
            attempt="01HZZZZZZZZZZZZZZZZZZZZZZZ", at=NOON - 5 * HOUR * (last - place), number="+5582999990001", outcome=one
        )
        for place, one in enumerate(outcomes)
    )


def delay(*outcomes: Outcome | None, **minutes: int) -> float | None:
    """Minutes after noon."""
    at = retry_at(called(*outcomes), Rules.model_validate({"retry_minutes": minutes}))
    return None if at is None else (at - NOON) / timedelta(minutes=1)


def test_each_outcome_has_its_delay() -> None:
    """A conversation has none: `rest_days_after_human` is the rule for those. A busy line is tried soon, a machine later."""
    half_a_day, soon, tomorrow = 4 * 60, 30, 24 * 60
    by_hand = {
        **dict.fromkeys(("machine", "machine_presumed", "not_sure", "dropped", "lost"), half_a_day),
        **dict.fromkeys(("busy", "congestion"), soon),
        "no_answer": 120,
        "failed": 60,
        "invalid_number": tomorrow,
        "human": None,
    }
    assert {one: delay(one) for one in get_args(Outcome)} == by_hand


@pytest.mark.parametrize(
    ("outcomes", "minutes"),
    [
        ((), None),
        ((None,), None),
        (("no_answer",), 120),
        (("no_answer", "no_answer"), 240),
        (("machine", "busy", "no_answer"), 480),  # whatever was in vain before
        (("no_answer",) * 4, 960),
        (("no_answer",) * 5, 1_440),
        (("no_answer",) * 200, 1_440),
        (("invalid_number",), 1_440),
        (("invalid_number", "invalid_number"), 1_440),
        (("no_answer", "human"), None),
        (("no_answer", "no_answer", "human", "no_answer"), 120),  # a conversation begins anew
    ],
)
def test_each_attempt_in_vain_doubles_the_delay_up_to_a_day(outcomes: tuple[Outcome, ...], minutes: int | None) -> None:
    assert delay(*outcomes) == minutes


def test_a_call_that_may_still_be_going_on_is_passed_over() -> None:
    """It holds by itself; the delay is that of the one before."""
    assert retry_at(called("no_answer", None), Rules()) == NOON - 5 * HOUR + 2 * HOUR


def test_an_instance_may_say_otherwise() -> None:
    """Longer than a day too; then it does not grow."""
    assert delay("busy", busy=10) == 10
    assert delay("busy", "busy", busy=10) == 20
    assert delay("machine", busy=10) == 240
    assert delay("machine", "machine", machine=4_000) == 4_000
    assert delay("human", human=60) == 60
    assert delay("busy", busy=0) is None


@given(st.lists(st.sampled_from([None, *get_args(Outcome)]), max_size=12), st.sampled_from(get_args(Outcome)))
def test_one_more_attempt_in_vain_never_shortens_what_the_same_outcome_asks_for(
    before: list[Outcome | None], outcome: Outcome
) -> None:
    if outcome != "human":
        once, twice = delay(*before, outcome), delay(*before, outcome, outcome)
        assert once is not None
        assert twice is not None
        assert once <= twice <= max(2 * once, 1_440)
