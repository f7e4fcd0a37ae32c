"""Weeks of calling, with a crash after every step, ring nobody who should not be; without the ledger they do."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.cli.main import program
from deploy.simulation.run import PEOPLE, RANG, Result, play
from deploy.simulation.simulation import Plan, Simulation

WEEKS = Plan(debtors=200, days=21, seed=5)
ALL = {"AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA"} | {
    "PB", "PE", "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO"
}  # fmt: skip


def quiet(_: date, __: Simulation) -> None:
    pass


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("weeks")
    return folder, play(WEEKS, folder, quiet)


def test_nobody_is_rung_who_should_not_be(weeks: tuple[Path, Result]) -> None:
    _, result = weeks
    assert result.violations == ()
    assert result.judged == f"{result.figures['rang']} calls, 0 violations"
    assert result.figures["rang"] > WEEKS.debtors, "as many calls as there must be for this to mean anything"


def test_a_process_has_died_after_every_step_of_reserving_and_ringing(weeks: tuple[Path, Result]) -> None:
    figures = weeks[1].figures
    assert figures["missed"] == []
    died = {name for name, counted in figures["steps"].items() if counted["died"]}
    assert {name.split(" ", 2)[2] for name in died if name.startswith("place")} == {
        "Look", "Begin", "Read", "Replace", "Move", "Ring, asked", "Ring, answered", "Ask", "Publish"
    }  # fmt: skip
    assert {name.split(" ")[0] for name in died} >= {"place", "finish", "heal-reserving", "heal-reserved"}


def test_everything_that_may_go_wrong_did(weeks: tuple[Path, Result]) -> None:
    figures = weeks[1].figures
    assert {"late", "hang", "cut", "bad_gateway", "restart"} <= set(figures["faults"])
    assert set(figures["answers"]) == {"ringing", "unclear", "refused"}
    assert {"limit_gap", "limit_7_days"} <= set(figures["refusals"])
    assert figures["clock_jumps"] > 0


def test_the_judge_is_told_of_all_states_and_of_shared_numbers(weeks: tuple[Path, Result]) -> None:
    told: dict[str, Any] = json.loads((weeks[0] / PEOPLE).read_text())
    numbers = [number for person in told["people"] for number in person["numbers"]]
    assert {person["state"] for person in told["people"]} == ALL == set(told["states"])
    assert len(numbers) > len(set(numbers))
    assert any(person["blocked"] for person in told["people"])
    assert "2026-11-30" in told["states"]["DF"]["holidays"], "of one state alone"


def test_what_a_pabx_knows_of_its_calls_is_known_here_or_they_are_lost(weeks: tuple[Path, Result]) -> None:
    known = dict(weeks[1].figures["known"])
    assert known.pop("the same") > weeks[1].figures["rang"] * 0.9
    hidden = {"invalid_number: no_answer", "machine: not_sure", "human: not_sure", "dropped: not_sure"}  # by a record alone
    assert {name for name in known if not name.endswith(": lost") and not name.startswith("lost: ")} <= hidden


def test_the_same_seed_is_the_same_world_and_another_is_another(tmp_path: Path) -> None:
    logs = []
    for n, seed in enumerate((1, 1, 2)):
        folder = tmp_path / str(n)
        folder.mkdir()
        play(replace(WEEKS, debtors=40, days=4, seed=seed), folder, quiet)
        logs.append((folder / RANG).read_bytes())
    assert logs[0] == logs[1] != logs[2]


def test_without_the_ledger_the_judge_complains(tmp_path: Path) -> None:
    result = play(replace(WEEKS, debtors=100, days=8, without_ledger=True), tmp_path, quiet)
    assert {"gap", "hour"} <= {line.partition(":")[0] for line in result.violations}


def test_the_command_says_what_happened_and_ends_as_the_judge_does(tmp_path: Path) -> None:
    small = ["sim", "--debtors", "60", "--days", "4", "--seed", "3", "--keep", str(tmp_path / "kept")]
    output = tmp_path / "sim.json"
    good = CliRunner().invoke(program(), [*small, "--output", str(output)], env={"COLUMNS": "200"})
    bad = CliRunner().invoke(program(), [*small, "--without-ledger"], env={"COLUMNS": "200"})

    written = json.loads(output.read_text())
    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert "0 violations" in good.stdout
    assert (written["seed"], written["violations"], written["rang"] > 0) == (3, [], True)
    assert (tmp_path / "kept" / RANG).exists()


def test_the_command_shows_an_example() -> None:
    told = CliRunner().invoke(program(), ["sim", "--help"], env={"COLUMNS": "200"})
    assert "Example: collector sim" in told.stdout
    assert all(name in told.stdout for name in ("--debtors", "--days", "--seed", "--keep", "--output", "--without-ledger"))
