"""Command lines of `collector` in a README, and what is wrong with one for the program's own commands. Values."""

import re
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args, get_origin

from deploy.cli.letters import ListsByDefault
from tests.contract.reading import COMMENT, SPAN, Section

MORE = "…"
PROGRAM = "collector"
IMAGE = re.compile(r"debt-collector(?::.+)?")
SERVICE = "backup"
"""What follows it in `docker compose run --rm backup …` is the program's."""
ONE_OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]+")
WORD = re.compile(r"[a-z][a-z-]*(?: |$)")
PLACEHOLDER = re.compile(r"[A-Z_]+")
ENDS = frozenset({"&&", ";", "|", ">", ">>", "(", ")"})


def told(section: Section) -> Iterator[list[str]]:
    """What follows the program's name in blocks, tables, sentences; options that a comment names go after their command."""
    for block in section.blocks:
        for line in re.sub(r"\\\n\s*", "", "\n".join(block)).splitlines():
            yield from _of_line(line)
    for row in section.lines:
        if row.startswith("|"):
            yield from _of_row(SPAN.findall(row), _group(section.lines, row))
    for span in SPAN.findall(" ".join(line for line in section.lines if not line.startswith("|"))):
        yield from _calls(span)


def _of_line(line: str) -> Iterator[list[str]]:
    command = COMMENT.sub("", line)
    comment = line[len(command) :]
    calls = list(_calls(command))
    yield from calls
    if in_comment := list(_calls(comment)):
        yield from in_comment
    elif calls:
        yield from ([*_path(calls[-1]), option] for option in ONE_OPTION.findall(SPAN.sub("", comment)))


def _of_row(spans: Sequence[str], group: Sequence[str]) -> Iterator[list[str]]:
    """In a table about `collector GROUP …` a span leaves that out; an option goes on with the command before it."""
    last: list[str] = []
    for span in spans:
        if calls := list(_calls(span)):
            last = _path(calls[-1])
            yield from calls
        elif span.startswith("--") and last:
            yield [*last, *_words(span)]
        elif group and WORD.match(span):
            last = _path([*group, *_words(span)])
            yield [*group, *_words(span)]


def _group(lines: Sequence[str], row: str) -> list[str]:
    at = lines.index(row)
    while at and lines[at - 1].startswith("|"):
        at -= 1
    head = SPAN.search(lines[at])
    words = head[1].split() if head else []
    return words[1:-1] if words[:1] == [PROGRAM] and words[-1] == MORE else []


def _path(call: Sequence[str]) -> list[str]:
    """Up to the first option."""
    return list(call[: next((at for at, word in enumerate(call) if word.startswith("-")), len(call))])


def _calls(text: str) -> Iterator[list[str]]:
    words = _words(text)
    for start, _ in enumerate(words, 1):
        if _is_program(words[:start]):
            end = next((at for at in range(start, len(words)) if words[at] in ENDS), len(words))
            if words[start:end] not in ([], [MORE]):
                yield words[start:end]


def _is_program(words: Sequence[str]) -> bool:
    *before, word = words
    if word.rpartition("/")[2] == PROGRAM:
        return before[-1:] not in (["-u"], ["--user"]) and "useradd" not in before
    if before[:3] == ["docker", "compose", "run"]:
        return word == SERVICE and SERVICE not in before
    ends = [at for at, one in enumerate(before) if one in ENDS]
    own = before[ends[-1] + 1 :] if ends else before
    return own[:2] == ["docker", "run"] and IMAGE.fullmatch(word) is not None


def _words(text: str) -> list[str]:
    split = shlex.shlex(text, posix=True, punctuation_chars="();|&>")
    split.whitespace_split = True
    split.commenters = ""
    try:
        return list(split)
    except ValueError:  # an apostrophe in a sentence
        return text.split()


class Option(NamedTuple):
    """`is_flag`: it takes no value. `words`: the only values, empty where any will do."""

    is_flag: bool
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A command: those below it, the most values that it takes, its options."""

    name: str
    below: Mapping[str, "Known"]
    values: int
    options: Mapping[str, Option]


def known(command: Any) -> Known:  # noqa: ANN401 - typer's own copy of click, which has no public name
    """What typer has made of a function, or of a group of them."""
    arguments = [one.nargs for one in command.params if one.param_type_name == "argument"]
    below = {name: known(one) for name, one in getattr(command, "commands", {}).items()}
    options = {"--help": Option(is_flag=True, words=())} | {
        name: Option(one.is_flag, _literal(one.type_descriptor.annotation))
        for one in command.params
        if one.param_type_name == "option"
        for name in (*one.opts, *one.secondary_opts)
    }
    if isinstance(command, ListsByDefault):
        options |= below["list"].options
    return Known(command.name or PROGRAM, below, sys.maxsize if min(arguments, default=0) < 0 else sum(arguments), options)


def _literal(annotation: object) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next((found for part in get_args(annotation) if (found := _literal(part))), ())


def fault(call: Sequence[str], command: Known) -> str:
    """What the program would not understand; "" where it would. Words in capitals stand for any value."""
    rest = list(call)
    values = 0
    while rest and (word := rest.pop(0)) != MORE:
        if word.startswith("--"):
            name, has_value, value = word.partition("=")
            if name not in command.options:
                return f"{command.name} has no {name}"
            option = command.options[name]
            if not option.is_flag and not has_value:
                value = rest.pop(0) if rest else MORE
            if option.words and not PLACEHOLDER.fullmatch(value) and value not in (MORE, *option.words):
                return f"{name} of {command.name} is none of {', '.join(option.words)}: {value}"
        elif command.below and not values:
            if word not in command.below:
                return f"{command.name} has no command {word}"
            command = command.below[word]
        else:
            values += 1
    return f"{command.name} takes {command.values} values" if values > command.values else ""
