"""Every `collector …` that a README tells is a command of today, with options of today."""

from pathlib import Path

import pytest
import typer.main

import schemas
from deploy.cli.main import program
from tests.contract.reading import Section, sections
from tests.contract.told_commands import ONE_OPTION, Known, fault, known, told

ROOT = Path(schemas.__file__).parent.parent
COLLECTOR = known(typer.main.get_command(program()))
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.pt-BR.md")}
CALLS = {name: [call for section in sections(text) for call in told(section)] for name, text in TEXTS.items()}


def every(command: Known) -> set[str]:
    """All options of all commands."""
    return set(command.options).union(*(every(one) for one in command.below.values()))


@pytest.mark.parametrize("name", TEXTS)
def test_every_command_of_a_readme_is_one_with_its_options(name: str) -> None:
    assert [(" ".join(call), wrong) for call in CALLS[name] if (wrong := fault(call, COLLECTOR))] == []
    assert len(CALLS[name]) > 70


def test_both_tell_the_same_commands() -> None:
    first, second = (sorted(map(" ".join, calls)) for calls in CALLS.values())

    assert first == second


@pytest.mark.parametrize("name", TEXTS)
def test_every_option_that_stands_alone_is_one_of_some_command(name: str) -> None:
    spans = [span for section in sections(TEXTS[name]) for span in section.spans]
    alone = {option for span in spans if span.startswith("--") for option in ONE_OPTION.findall(span)}

    assert alone - every(COLLECTOR) == set()
    assert len(alone) > 15


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        ("docker compose exec dashboard collector user add ana --role admin   # a user", ["user add ana --role admin"]),
        ("(umask 077; set -C; docker run --rm debt-collector:1.2.3 env > .env)     # secrets", ["env"]),
        ("sudo -u collector /opt/debt-collector/.venv/bin/collector status", ["status"]),
        ("make setup && .venv/bin/collector up", ["up"]),
        ("docker compose run --rm backup restore /backup/x", ["restore /backup/x"]),
        ("docker compose run --rm backup      # without: collector backup FOLDER --keep 14", ["backup FOLDER --keep 14"]),
        ("collector status      # --check for a monitor", ["status", "status --check"]),
        ("collector pabx test vale --call '82 9'", ["pabx test vale --call 82 9"]),
        ("sudo useradd --system collector", []),
    ],
)
def test_commands_are_found_however_they_are_given(line: str, calls: list[str]) -> None:
    assert [" ".join(call) for call in told(Section(1, "", [[line]]))] == calls


def test_commands_are_found_in_tables_and_sentences() -> None:
    table = ["| `collector user …` | does |", "| --- | --- |", "| `set NAME --role …`, `--password` | `list` `X y` |"]
    sentence = ["Give `collector rekey`, then `docker compose up`."]

    assert [" ".join(call) for call in told(Section(1, "", [], [*table, *sentence]))] == [
        "user …",
        "user set NAME --role …",
        "user set NAME --password",
        "user list",
        "rekey",
    ]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("frobnicate", "has no command frobnicate"),
        ("instance ad vale", "has no command ad"),
        ("status --chek", "has no --chek"),
        ("user add ana --role boss", "is none of"),
        ("status vale", "takes 0 values"),
        ("why vale 1042 more", "takes 2 values"),
    ],
)
def test_what_the_program_has_not_is_a_fault(call: str, said: str) -> None:
    assert said in fault(call.split(), COLLECTOR)
