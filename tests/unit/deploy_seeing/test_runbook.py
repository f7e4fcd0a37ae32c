"""What the runbook says can be done: its commands, variables and names are those that there are."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
import typer.main

from deploy.cli import main as program
from deploy.demo.plan import Kind

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "deploy/runbook.md").read_text()
CODE = re.compile(r"```\n(.*?)```|`([^`\n]+)`", re.DOTALL)
COMMAND = re.compile(r"(?:^|(?<= ))(?:collector|docker compose run --rm backup) (?P<rest>[^#|;]+)")
VARIABLE = re.compile(r"\b[A-Z]+_[A-Z_]+\b")
SAYS = ("**You see.**", "**Do.**", "**Do not**")


def code() -> Iterator[str]:
    for block, span in CODE.findall(TEXT):
        yield from (block or span).splitlines()


def paragraphs() -> dict[str, str]:
    """By heading."""
    found = re.split(r"^### (.+)$", TEXT, flags=re.MULTILINE)[1:]
    return {heading: said.split("\n## ")[0] for heading, said in zip(found[::2], found[1::2], strict=True)}


def commands() -> list[str]:
    return sorted({match["rest"].strip() for line in code() for match in COMMAND.finditer(line)})


@pytest.mark.parametrize("told", commands())
def test_every_command_exists_with_its_options(told: str) -> None:
    words = shlex.split(told)
    command = typer.main.get_command(program.program())
    while words and (inner := getattr(command, "commands", {}).get(words[0])) is not None:
        command, words = inner, words[1:]
    assert not getattr(command, "commands", {}), f"collector {told}: no such command"
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    assert {word.partition("=")[0] for word in words if word.startswith("-")} <= options


def test_commands_are_found_in_text_and_blocks() -> None:
    """Else the test above would hold for a page without any."""
    assert {"status", "pabx disarm --all", "restore FOLDER/collector-20261129T030000Z"} <= set(commands())
    assert len(commands()) > 20


def test_every_variable_is_in_the_example() -> None:
    named = {name for line in code() for name in VARIABLE.findall(line)}
    example = (ROOT / ".env.example").read_text()
    assert len(named) > 8
    assert [name for name in sorted(named) if not re.search(rf"^#?{name}=", example, re.MULTILINE)] == []


@pytest.mark.parametrize("heading", paragraphs())
def test_every_paragraph_says_what_is_seen_what_helps_and_what_does_not(heading: str) -> None:
    places = [paragraphs()[heading].find(part) for part in SAYS]
    assert sorted(places) == places
    assert min(places) > 0


def test_every_fault_of_the_chaos_has_a_paragraph() -> None:
    assert {kind for kind in get_args(Kind) if not any(f"(`{kind}`)" in heading for heading in paragraphs())} == set()


def asked_by_the_doctor() -> set[str]:
    """The names of its findings, up to where one is filled in."""
    found = set()
    for file in (ROOT / "deploy" / "doctor").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                first = node.args[0]
                if name in {"Finding", "_said", "disk"} and isinstance(first, ast.Constant):
                    found.add(str(first.value))
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                lead = str(node.values[0].value)
                if lead.startswith("certificate of"):
                    found.add(lead.strip())
    return found


def test_every_finding_of_the_doctor_has_a_paragraph() -> None:
    headings = {name for heading in paragraphs() for name in heading.split(", ")}
    assert {"clock", "MongoDB's version", "certificate of", "topics"} <= asked_by_the_doctor()
    assert asked_by_the_doctor() - headings == set()


def test_what_is_quoted_is_a_heading() -> None:
    """A paragraph that sends somebody on to another one."""
    quoted = set(re.findall(r'"([A-Z][^"]+)"', TEXT.replace("\n", " ")))
    assert {name for name in quoted if name.endswith((".", ","))} == set()
    assert quoted - set(paragraphs()) == set()
