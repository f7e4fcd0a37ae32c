"""Who is called first: a sum that a clerk can check by hand."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ulid import ULID

from schemas.attempts import Outcome
from schemas.calling.score import score
from schemas.queue import Facts, PastCall
from tests.strategies import facts

DAYS = st.integers(0, 400)
CENTS = st.one_of(st.integers(0, 400_000), st.integers(0, 10**9))


def total(evidence: Facts, days: int, cents: int) -> int:
    return sum(score(evidence, days, cents, 12).values())


@given(facts(), DAYS, DAYS, CENTS, CENTS)
def test_more_days_and_more_debt_never_lower_the_score(
    evidence: Facts, days: int, more: int, cents: int, extra: int
) -> None:
    assert total(evidence, days + more, cents + extra) >= total(evidence, days, cents)


@given(facts(), DAYS, CENTS)
def test_every_part_that_is_shown_has_points(evidence: Facts, days: int, cents: int) -> None:
    assert all(points > 0 for points in score(evidence, days, cents, 12).values())


@given(DAYS, CENTS, st.booleans(), st.booleans())
def test_access_that_is_missed_or_lent_counts_once(days: int, cents: int, blocked: bool, trust_unlock: bool) -> None:
    gain = total(Facts(blocked=blocked, trust_unlock=trust_unlock), days, cents) - total(Facts(), days, cents)

    assert gain == (150 if blocked or trust_unlock else 0)
    parts = score(Facts(blocked=blocked, trust_unlock=trust_unlock), days, cents, 12)
    assert parts.get("blocked_or_trust_unlock", 0) == gain


@pytest.mark.parametrize(
    ("days", "cents", "parts"),
    [
        (0, 0, {}),
        (1, 999, {"days_late": 10}),
        (7, 1_000, {"days_late": 70, "amount_due": 1}),
        (40, 13_990, {"days_late": 400, "amount_due": 13}),
        (90, 300_000, {"days_late": 900, "amount_due": 300}),
        (91, 300_001, {"days_late": 900, "amount_due": 300}),
        (4_000, 10**12, {"days_late": 900, "amount_due": 300}),
    ],
)
def test_points_by_hand(days: int, cents: int, parts: dict[str, int]) -> None:
    """10 a day up to 90 days, 1 for each R$ 10 up to R$ 3,000."""
    assert score(Facts(calls=(called("human", 9),)), days, cents, 12) == parts


def called(outcome: Outcome | None, hour: int, minute: int = 30) -> PastCall:
    at = datetime(2026, 1, 12, hour, minute, tzinfo=UTC)
    return PastCall(attempt=str(ULID()), at=at, number="+5582999990001", outcome=outcome)


@pytest.mark.parametrize(
    ("calls", "parts"),
    [
        ((), {"never_reached": 100}),
        ((called("machine", 12), called("no_answer", 12), called(None, 12)), {"never_reached": 100}),
        ((called("human", 11, 59), called("human", 13, 0)), {}),
        ((called("human", 12, 0),), {"best_hour": 50}),
        ((called("human", 12, 59), called("human", 12), called("busy", 13)), {"best_hour": 50}),
    ],
)
def test_whom_nobody_ever_reached_and_the_hour_at_which_a_person_answered(
    calls: tuple[PastCall, ...], parts: dict[str, int]
) -> None:
    """A machine is nobody; several answers in one hour count once."""
    assert score(Facts(calls=calls), 0, 0, 12) == parts


def test_a_day_weighs_as_much_as_a_hundred_reais() -> None:
    assert total(Facts(), 11, 0) == total(Facts(), 10, 10_000)
