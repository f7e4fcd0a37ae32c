"""What the containers said that an operator would ask about. Pure: the output of `docker compose logs` in, lines out."""

import re
from collections import Counter
from collections.abc import Iterable

LINE = re.compile(r"^(?P<who>[a-z][a-z-]*-\d+) +\| (?P<what>.*)$")
WORRY = re.compile(r"\b(?:WARN|WARNING|ERROR|CRITICAL|FATAL)\b|\"level\": \"(?:warning|error|critical)\"|\"s\":\"[WEF]\"")
CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
VARYING = re.compile(r"\d+")
ALIKE = 110


def plain(output: str) -> list[str]:
    """Lines without the terminal's control sequences, which compose writes even where there is no terminal."""
    return CONTROL.sub("", output).splitlines()


def crashes(lines: Iterable[str], *, logged: bool = True) -> list[str]:
    """One line for each container that showed a traceback. `logged`: also one that its log has in a single line."""
    told = "Traceback (most recent call last)"
    counts = Counter(who for who, what in _spoken(lines) if what.startswith(told) or (logged and told in what))
    return [f"{who} showed {count} tracebacks" for who, count in sorted(counts.items())]


def refusals(lines: Iterable[str], variable: str) -> dict[str, str]:
    """By service: the last line, for people and not of the log, that begins with the variable and says what to do."""
    return {who.rpartition("-")[0]: what for who, what in _spoken(lines) if what.startswith(variable)}


def worries(lines: Iterable[str]) -> list[str]:
    """Warnings and errors, those that begin alike counted as one."""
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], str] = {}
    for who, what in _spoken(lines):
        if WORRY.search(what):
            alike = who, VARYING.sub("#", what)[:ALIKE]
            counts[alike] += 1
            first.setdefault(alike, what)
    return [f"{alike[0]} said {counts[alike]} times: {first[alike]}" for alike in sorted(counts)]


def _spoken(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    return ((found["who"], found["what"]) for line in lines if (found := LINE.match(line)))
