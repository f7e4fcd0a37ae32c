"""What the PABX placed against what the ledger says."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.demo.rung import LONGEST, counts, disagreements, rung

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
NUMBER = "+5582999990001"


def rang(name: str, number: str = NUMBER) -> str:
    return json.dumps({"what": "rang", "id": name, "number": number, "at": AT.isoformat()})


def ended(name: str, outcome: str, *, recorded: bool = True) -> str:
    return json.dumps({"what": "ended", "id": name, "outcome": outcome, "recorded": recorded})


def attempt(state: str, outcome: str | None, number: str = NUMBER) -> dict[str, Any]:
    return {"state": state, "outcome": outcome, "number": number}


def said(lines: list[str], attempts: dict[str, dict[str, Any]], *, struck: bool = False) -> list[str]:
    return list(disagreements(rung(lines), attempts, struck=struck))


def test_a_call_whose_attempt_says_the_same_is_no_disagreement() -> None:
    assert said([rang("a"), ended("a", "busy")], {"a": attempt("ended", "busy")}) == []


@pytest.mark.parametrize(
    ("found", "word"),
    [
        ({}, "is no attempt"),
        ({"a": attempt("refused", None)}, "its attempt is refused"),
        ({"a": attempt("ringing", None)}, "is open"),
        ({"a": attempt("ended", "machine")}, "says machine"),
        ({"a": attempt("lost", "lost")}, "says lost"),
        ({"a": attempt("ended", "busy", "+5582999990002")}, "another number"),
    ],
)
def test_every_other_attempt_is_one(found: dict[str, dict[str, Any]], word: str) -> None:
    (line,) = said([rang("a"), ended("a", "busy")], found)

    assert word in line


@pytest.mark.parametrize("lines", [[rang("a")], [rang("a"), ended("a", "lost", recorded=False)]])
def test_of_a_call_without_a_record_any_fate_will_do_but_none(lines: list[str]) -> None:
    assert said(lines, {"a": attempt("lost", "lost")}) == []
    assert said(lines, {"a": attempt("ended", "human")}) == []
    assert len(said(lines, {"a": attempt("ringing", None)})) == 1


def test_the_record_alone_may_hide_a_cause_where_listeners_were_away() -> None:
    lines, found = [rang("a"), ended("a", "invalid_number")], {"a": attempt("ended", "no_answer")}

    assert said(lines, found, struck=True) == []
    assert len(said(lines, found)) == 1
    assert len(said([rang("a"), ended("a", "busy")], found, struck=True)) == 1


def test_an_attempt_that_ended_without_a_call_is_told_and_one_that_is_lost_is_not() -> None:
    assert len(said([], {"a": attempt("ended", "human")})) == 1
    assert said([], {"a": attempt("lost", "lost"), "b": attempt("refused", None)}) == []


def test_a_call_goes_on_until_it_ends_or_too_much_time_has_gone_by() -> None:
    calls = rung([rang("a"), rang("b"), ended("b", "human")])

    assert [call.goes_on(AT + timedelta(seconds=1)) for call in calls.values()] == [True, False]
    assert not calls["a"].goes_on(AT + LONGEST)


def test_both_sides_are_counted_by_outcome() -> None:
    calls = rung([rang("a"), ended("a", "busy"), rang("b")])

    assert counts(calls.values(), {"a": attempt("ended", "busy"), "b": attempt("lost", "lost")}) == [
        {"outcome": "busy", "by the PABX": 1, "by the ledger": 1},
        {"outcome": "cut by a crash", "by the PABX": 1, "by the ledger": 0},
        {"outcome": "lost", "by the PABX": 0, "by the ledger": 1},
    ]
