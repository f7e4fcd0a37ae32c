"""Calls in a debtor's facts: the same attempts remain, in whatever order two topics tell of them."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.dialer.history import KEPT, UNHEARD, recent, with_call, with_placed, without
from schemas.attempts import Outcome
from schemas.calls import Answer, Call, CallPlaced
from schemas.queue import Facts, HoldReason, PastCall
from tests.strategies import SEEN

ONE, OTHER = "01KEXAMP1E00000000000000A1", "01KEXAMP1E00000000000000A2"
NUMBER = "+5582999990001"


def placed(
    answer: Answer = "ringing",
    attempt: str = ONE,
    at: datetime = SEEN,
    reason: HoldReason | None = None,
    until: datetime | None = None,
    *,
    dry_run: bool = False,
) -> CallPlaced:
    return CallPlaced(
        attempt=attempt, instance="norte", code="1042", number=NUMBER, at=at, answer=answer, reason=reason, until=until,
        dry_run=dry_run,
    )  # fmt: skip


def call(
    outcome: Outcome | None = None,
    attempt: str = ONE,
    at: datetime = SEEN,
    answer: Answer | None = "ringing",
    number: str = NUMBER,
    *,
    dry_run: bool = False,
) -> Call:
    return Call(
        instance="norte", code="1042", attempt=attempt, version=1, at=at, answer=answer, number=number, outcome=outcome,
        dry_run=dry_run,
    )  # fmt: skip


def past(outcome: Outcome | None = None, attempt: str = ONE, at: datetime = SEEN) -> PastCall:
    return PastCall(attempt=attempt, at=at, number=NUMBER, outcome=outcome)


@pytest.mark.parametrize("answer", ["ringing", "unclear"])
def test_what_rings_or_may_ring_is_an_open_call(answer: Answer) -> None:
    assert with_placed(Facts(), placed(answer)) == Facts(calls=(past(),))


def test_what_was_refused_is_no_call_and_what_never_was_leaves_nothing() -> None:
    facts = with_placed(Facts(), placed())

    assert with_placed(facts, placed("refused")) == Facts()
    assert with_placed(Facts(), placed("refused")) == Facts()
    assert with_call(facts, call(answer="refused")) == Facts()
    assert with_call(facts, call("lost", answer="refused")) == with_placed(with_call(facts, call("lost")), placed("refused"))
    assert with_call(facts, call("lost", answer="refused")) == Facts()


def test_a_call_of_which_the_outcome_is_known_was_one_though_it_was_refused() -> None:
    """Evidence is stronger than an answer: somebody's telephone rang."""
    rang = with_call(Facts(), call("human", answer="refused"))

    assert with_placed(rang, placed("refused")) == rang == Facts(calls=(past("human"),))


@pytest.mark.parametrize("outcome", ["human", "lost", "invalid_number"])
def test_the_outcome_comes_from_the_call_and_may_be_revised(outcome: Outcome) -> None:
    facts = with_call(with_placed(Facts(), placed()), call("lost"))

    assert with_call(facts, call(outcome)).calls == (past(outcome),)
    assert with_placed(with_call(facts, call(outcome)), placed()).calls == (past(outcome),)


def test_the_later_time_counts_and_a_number_that_nobody_tells_stays() -> None:
    later = SEEN + timedelta(seconds=2)

    assert with_call(with_placed(Facts(), placed()), call("busy", at=later, number="")).calls == (past("busy", at=later),)
    assert with_placed(with_call(Facts(), call("busy", at=later)), placed()).calls == (past("busy", at=later),)


def test_the_oldest_call_comes_first() -> None:
    facts = with_placed(with_placed(Facts(), placed(at=SEEN)), placed(attempt=OTHER, at=SEEN - timedelta(hours=5)))

    assert [one.attempt for one in facts.calls] == [OTHER, ONE]
    assert without(facts, OTHER).calls == (past(),)


def test_what_the_ledger_refused_holds_until_it_says() -> None:
    until = SEEN + timedelta(hours=4)
    facts = with_placed(Facts(), placed("refused", reason="limit_gap", until=until))

    assert facts == Facts(refused={"limit_gap": until})
    assert with_placed(facts, placed("refused", OTHER, reason="call_open")) == facts  # nobody knows when that ends
    assert recent(facts, until - timedelta(seconds=1)) == facts
    assert recent(facts, until) == Facts()


def test_a_dry_run_is_no_call_and_its_refusals_are_kept_apart() -> None:
    until = SEEN + timedelta(hours=4)

    assert with_placed(Facts(), placed(dry_run=True)) == with_call(Facts(), call(dry_run=True)) == Facts()
    refused = placed("refused", reason="limit_gap", until=until, dry_run=True)
    assert with_placed(Facts(), refused) == Facts(refused_dry={"limit_gap": until})


def test_calls_of_thirty_days_are_kept() -> None:
    facts = Facts(calls=(past(), past(attempt=OTHER, at=SEEN + timedelta(hours=1))))

    assert recent(facts, SEEN + KEPT) == facts
    assert recent(facts, SEEN + KEPT + timedelta(seconds=1)).calls == facts.calls[1:]


OUTCOMES: list[Outcome | None] = [None, "human", "busy", "lost"]
TOLD = st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=3)


@given(st.data(), st.sampled_from(["ringing", "unclear", "refused"]), TOLD, st.booleans())
def test_the_order_of_the_two_topics_does_not_matter(
    data: st.DataObject, answer: Answer, told: list[Outcome | None], late: bool
) -> None:
    """Within each the partition's order stands; between them any. `late`: what is known first is not yet the answer."""
    calls = [call(outcome, answer=answer) for outcome in told]
    if late:
        calls.insert(0, call(told[0], answer=None))
    cut = data.draw(st.integers(0, len(calls)))
    apart = with_placed(Facts(), placed(answer))
    for one in calls:
        apart = with_call(apart, one)
    mixed = Facts()
    for one in calls[:cut]:
        mixed = with_call(mixed, one)
    mixed = with_placed(mixed, placed(answer))
    for one in calls[cut:]:
        mixed = with_call(mixed, one)

    assert mixed == apart
    assert len(apart.calls) == (0 if answer == "refused" and told[-1] in UNHEARD else 1)
