"""What the telephone network knows of the calls that reached it, from its own log; pure but for reading it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from schemas.attempts import Outcome

REACHED = re.compile(r'Executing \[(\+?\d+)@from-trunk:1\] Goto\("([^"]+)", "callee-(\d),s,1"\)')
ANSWERED = re.compile(r'Executing \[s@callee-\d:\d+\] Answer\("([^"]+)"')
OUTCOMES: Mapping[str, Outcome] = {
    "0": "machine",
    "1": "human",
    "2": "machine",
    "3": "busy",
    "4": "no_answer",
    "5": "congestion",
    "6": "invalid_number",
    "7": "machine",
    "8": "dropped",
    "9": "machine",
}
"""By the callee that was reached: what a dialer should find out."""


class Visit(NamedTuple):
    """One call that arrived: at which callee, and whether it was answered."""

    callee: str
    answered: bool

    @property
    def outcome(self) -> Outcome:
        return OUTCOMES[self.callee]


def visits(lines: Iterable[str]) -> dict[str, list[Visit]]:
    """By number, in order: twice in a list means that it rang twice. A channel's name is used again after a restart."""
    found: dict[str, list[Visit]] = defaultdict(list)
    newest: dict[str, str] = {}
    for line in lines:
        if reached := REACHED.search(line):
            number, channel, callee = reached.groups()
            found[number].append(Visit(callee, answered=False))
            newest[channel] = number
        elif (answered := ANSWERED.search(line)) and (number := newest.get(answered[1], "")):
            found[number][-1] = found[number][-1]._replace(answered=True)
    return dict(found)


def read(log: Path) -> dict[str, list[Visit]]:
    """As the log is now."""
    return visits(log.read_text(encoding="utf-8", errors="replace").splitlines())
