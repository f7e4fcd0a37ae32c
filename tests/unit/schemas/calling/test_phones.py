"""Which number is rung next."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.attempts import Outcome
from schemas.calling.phones import next_number, usable
from schemas.queue import PastCall

A, B, C, OLD = (f"+558299999000{n}" for n in range(4))
NOON = datetime(2026, 1, 12, 15, tzinfo=UTC)


def history(told: str) -> tuple[PastCall, ...]:
    """`A- B+ Ax A?`: a call in vain, a conversation, an invalid number, one that may still be going on."""
    outcomes: dict[str, Outcome | None] = {"-": "no_answer", "+": "human", "x": "invalid_number", "?": None}
    numbers = {"A": A, "B": B, "C": C, "O": OLD}
    return tuple(
        PastCall(
            attempt="01HZZZZZZZZZZZZZZZZZZZZZZZ",
            at=NOON + timedelta(hours=5 * place),
            number=numbers[one[0]],
            outcome=outcomes[one[1]],
        )
        for place, one in enumerate(told.split())
    )


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("", A),
        ("A-", A),
        ("A- A-", B),
        ("A- A- B-", B),
        ("A- A- B- B-", C),
        ("A- A- B- B- C- C-", A),
        ("A- A- B- B- C- C- A-", A),
        ("A- A?", A),  # nobody knows yet
        ("A- A- B?", B),
        ("A- A- A-", B),
        ("B+", B),
        ("B+ B-", B),
        ("B+ B- B-", A),  # then the others, best first
        ("B+ B- B- A- A-", C),
        ("B+ B- B- A- A- C- C-", B),
        ("B+ A- A- B- B+", B),
        ("A- B+ A-", A),
        ("B+ C+ C- C-", A),  # the one that answered last comes first
        ("Ax", A),
        ("Ax Ax", B),
        ("Ax A- Ax", B),
        ("Ax Ax B- B-", C),
        ("Ax Ax B- B- C- C-", B),
        ("Bx Bx", C),
        ("Ax Ax Bx Bx Cx Cx", ""),
        ("O- O-", A),  # the ERP has that number no more
        ("A- A- O-", A),
        ("A+ Ax Ax", B),
    ],
)
def test_best_first_then_the_next_after_two_attempts_in_vain(told: str, number: str) -> None:
    assert next_number((A, B, C), (), history(told)) == number


@pytest.mark.parametrize(
    ("told", "blocked", "number"),
    [
        ("", {A}, B),
        ("A-", {A}, B),
        ("B- B-", {C}, A),
        ("A+", {A}, B),
        ("", {A, B, C}, ""),
        ("C-", {C}, A),
        ("Bx Bx", {A}, C),
        ("A-", {A, B}, C),
    ],
)
def test_a_number_that_is_blocked_is_never_rung(told: str, blocked: set[str], number: str) -> None:
    assert next_number((A, B, C), blocked, history(told)) == number


def test_without_a_phone_there_is_no_number() -> None:
    assert next_number((), (), history("A-")) == ""


CALLS = st.lists(
    st.builds(
        PastCall,
        attempt=st.just("01HZZZZZZZZZZZZZZZZZZZZZZZ"),
        at=st.just(NOON),
        number=st.sampled_from([A, B, C, OLD]),
        outcome=st.sampled_from([None, *get_args(Outcome)]),
    ),
    max_size=9,
)


@given(st.lists(st.sampled_from([A, B, C]), unique=True), st.sets(st.sampled_from([A, B, C])), CALLS)
def test_there_is_a_number_if_and_only_if_one_may_be_rung(
    phones: list[str], blocked: set[str], calls: list[PastCall]
) -> None:
    """Neither blocked nor found invalid twice, and one of the debtor's own."""
    invalid = {one for one in phones if sum(c.number == one and c.outcome == "invalid_number" for c in calls) > 1}
    left = set(phones) - blocked - invalid

    assert set(usable(phones, blocked, calls)) == left
    assert next_number(phones, blocked, calls) in (left or {""})


@given(st.permutations([A, B, C]))
def test_in_vain_every_number_has_its_turn_twice_and_then_again(phones: list[str]) -> None:
    rung: list[str] = []
    calls: tuple[PastCall, ...] = ()
    for place in range(12):
        rung.append(next_number(phones, (), calls))
        vain = history("A-")[0].model_copy(update={"number": rung[-1], "at": NOON + timedelta(hours=5 * place)})
        calls = (*calls, vain)

    assert rung == [phone for phone in phones for _ in range(2)] * 2
