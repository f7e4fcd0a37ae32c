"""What may be asked of a benchmark."""

import pytest
from typer.testing import CliRunner

from deploy.bench.options import PARTS, QUICK, Sizes, parts, sized
from deploy.bench.scene import in_turn
from deploy.cli.main import program
from schemas.errors import StopWorker


def test_nothing_named_is_everything() -> None:
    assert parts([]) == PARTS


def test_the_order_is_ours() -> None:
    assert parts(["poller", "hydrate", "poller"]) == ("hydrate", "poller")


def test_an_unknown_name_is_told_what_there_is() -> None:
    with pytest.raises(StopWorker, match="--only speed is no benchmark: choose from hydrate, views"):
        parts(["speed"])


def test_what_is_asked_for_goes_before_the_sizes_and_nothing_else_changes() -> None:
    assert sized(QUICK, None, None) == QUICK
    assert sized(Sizes(), 270_000, 1) == Sizes(debtors=270_000, rounds=1)


def test_every_other_round_runs_backwards() -> None:
    assert [in_turn("abc", number) for number in range(3)] == [["a", "b", "c"], ["c", "b", "a"], ["a", "b", "c"]]


def test_the_command_says_what_it_can_do() -> None:
    told = CliRunner().invoke(program(), ["bench", "--help"], env={"COLUMNS": "200"})

    assert told.exit_code == 0
    assert all(name in told.stdout for name in (*PARTS, "--quick", "--only", "--output", "--debtors", "--rounds"))
