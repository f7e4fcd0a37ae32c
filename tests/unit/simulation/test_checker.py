"""The checker finds each thing that must not happen, and nothing where nothing did."""

import ast
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.simulation import checker
from deploy.simulation.checker import Rang, main, read, violations

AT = datetime(2026, 12, 1, 13, tzinfo=UTC)  # a Tuesday, 10 h in Maceió
WEEK = {str(day): ["09:00:00", "19:00:00"] for day in range(5)}
WIDE = {str(day): ["00:00:00", "23:59:59"] for day in range(7)}
ALWAYS = [["2026-01-01T00:00:00+00:00", None]]
PEOPLE: dict[str, Any] = {
    "rules": {"per_hour": 1, "per_day": 3, "per_7_days": 7, "gap_minutes": 240, "rest_days_after_human": 0},
    "windows": WEEK,
    "states": {
        "AL": {"zone": "America/Maceio", "windows": WIDE, "holidays": ["2026-12-09"]},
        "ES": {"zone": "America/Sao_Paulo", "windows": {day: ["10:00:00", "18:00:00"] for day in WEEK}, "holidays": []},
        "AC": {"zone": "America/Rio_Branco", "windows": WIDE, "holidays": []},
    },
    "people": [
        {"id": "ana", "state": "AL", "numbers": ["+1", "+2"], "owes": ALWAYS},
        {"id": "bia", "state": "ES", "numbers": ["+3"], "owes": ALWAYS},
        {"id": "caio", "state": "AL", "numbers": ["+4"], "owes": [["2026-01-01T00:00:00+00:00", AT.isoformat()]]},
        {"id": "davi", "state": "AL", "numbers": ["+5"], "owes": ALWAYS, "blocked": [[AT.isoformat(), None]]},
        {"id": "eva", "state": "AL", "numbers": ["+6", "+7"], "owes": []},
        {"id": "fia", "state": "AL", "numbers": ["+7"], "owes": ALWAYS},
        {"id": "gil", "state": "AC", "numbers": ["+8"], "owes": ALWAYS},
    ],
}


def rang(*calls: tuple[str, timedelta]) -> list[Rang]:
    """Numbers, and how long after AT each rang; every call lasts a minute."""
    return [
        Rang(f"call{n}", number, AT + after, AT + after + timedelta(minutes=1), "no_answer")
        for n, (number, after) in enumerate(calls)
    ]


def found(calls: list[Rang], **rules: int) -> set[str]:
    return {one.rule for one in violations(calls, PEOPLE | {"rules": PEOPLE["rules"] | rules})}


H, D = timedelta(hours=1), timedelta(days=1)
LOOSE = {"per_hour": 9, "per_day": 9, "per_7_days": 9, "gap_minutes": 5}


def test_what_is_allowed_is_not_reported() -> None:
    assert found(rang(("+1", 0 * H), ("+2", 4 * H), ("+1", D), ("+3", 0 * H), ("+7", 0 * H), ("+8", 1 * H))) == set()


@pytest.mark.parametrize(
    ("rule", "calls", "rules"),
    [
        ("gap", [("+1", 0 * H), ("+2", 3.99 * H)], {}),
        ("hour", [("+1", 0 * H), ("+2", 0.9 * H), ("+1", 0.99 * H)], LOOSE | {"per_hour": 2}),
        ("day", [("+1", 0 * H), ("+2", 1 * H), ("+1", 2 * H), ("+2", 3 * H)], LOOSE | {"per_day": 3}),
        ("7 days", [("+1", 0 * H), ("+2", D), ("+1", 2 * D), ("+2", 6.99 * D)], LOOSE | {"per_7_days": 3}),
        ("two at once", [("+1", 0 * H), ("+2", timedelta(seconds=30))], LOOSE | {"gap_minutes": 0}),
        ("window", [("+1", 9 * H)], {}),
        ("window", [("+1", -1.01 * H)], {}),
        ("window", [("+1", 4 * D)], {}),
        ("window", [("+8", 0.99 * H)], {}),
        ("state", [("+3", -0.01 * H)], {}),
        ("holiday", [("+1", 8 * D)], {}),
        ("paid", [("+4", 0 * H)], {}),
        ("paid", [("+6", 0 * H)], {}),
        ("blocked", [("+5", 0 * H)], {}),
        ("nobody's number", [("+9", 0 * H)], {}),
    ],
)
def test_each_thing_that_must_not_happen_is_found(
    rule: str, calls: list[tuple[str, timedelta]], rules: dict[str, int]
) -> None:
    assert found(rang(*calls), **rules) == {rule}


def test_a_number_that_two_people_share_has_the_limits_of_a_number() -> None:
    assert found(rang(("+7", 0 * H), ("+7", 3 * H))) == {"gap"}


def test_one_id_must_ring_once() -> None:
    calls = [Rang("same", number, AT, AT, "busy") for number in ("+1", "+3")]

    assert found(calls) == {"one id twice"}


def test_who_has_spoken_has_his_rest() -> None:
    calls = [Rang("a", "+1", AT, AT, "human"), Rang("b", "+2", AT + 2 * D, AT + 2 * D, "busy")]

    assert found(calls, rest_days_after_human=3) == {"rest"}
    assert found(calls, rest_days_after_human=2) == set()


def test_a_call_that_never_ended_is_still_going_on() -> None:
    calls = [Rang("a", "+1", AT, datetime.max.replace(tzinfo=UTC), ""), Rang("b", "+2", AT + D, AT + D, "busy")]

    assert found(calls) == {"two at once"}


def test_it_reads_files_and_says_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log, people = tmp_path / "rang.jsonl", tmp_path / "people.json"
    people.write_text(json.dumps(PEOPLE))
    line = json.dumps({"what": "rang", "id": "x", "number": "+1", "at": AT.isoformat()})
    end = json.dumps({"what": "ended", "id": "x", "end": (AT + H).isoformat(), "outcome": "busy"})
    log.write_text("\n".join([line, end, json.dumps({"what": "restarted", "at": AT.isoformat()})]))

    assert main([str(log), str(people)]) == 0
    assert capsys.readouterr().out == "1 calls, 0 violations\n"

    log.write_text("\n".join([line, end, line.replace("+1", "+4")]))

    assert main([str(log), str(people)]) == 1
    assert "one id twice" in capsys.readouterr().out


def test_an_end_belongs_to_the_last_ring_of_its_id() -> None:
    first, end = {"what": "rang", "id": "x", "number": "+1", "at": AT.isoformat()}, AT + H
    again = first | {"at": (AT + D).isoformat()}
    over = {"what": "ended", "id": "x", "end": end.isoformat(), "outcome": "busy"}

    found = read(json.dumps(said) for said in (first, over, again))

    assert [(one.ended == end, one.outcome) for one in found] == [(True, "busy"), (False, "")]


@pytest.mark.parametrize(("number", "rule"), [("+4", "paid"), ("+5", "blocked")])
def test_what_a_pabx_that_stood_still_was_asked_before_nobody_could_take_back(number: str, rule: str) -> None:
    """But the hours, and whatever else the clock decides, count when the telephone rings."""
    line = {"what": "rang", "id": "x", "number": number, "at": (AT + timedelta(seconds=50)).isoformat()}
    before, after = (AT + timedelta(seconds=seconds) for seconds in (-1, 1))

    assert found(read([json.dumps(line | {"asked": before.isoformat()})])) == set()
    assert found(read([json.dumps(line | {"asked": after.isoformat()})])) == found(read([json.dumps(line)])) == {rule}
    late = line | {"number": "+1", "at": (AT + 9 * H).isoformat(), "asked": (AT + 8.99 * H).isoformat()}
    assert found(read([json.dumps(late)])) == {"window"}


def test_it_knows_nothing_of_ours() -> None:
    tree = ast.parse(Path(checker.__file__).read_text())
    named = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named += [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]

    assert {name.partition(".")[0] for name in named} <= sys.stdlib_module_names
