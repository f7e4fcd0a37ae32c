"""When something between the ERP and the PABX was not at work, by the files that stages touch while they are. Pure.

They touch them every second, and not while a server that they need does not answer; also not where the machine gives them
no turn. So whoever judges how soon a payment is heeded leaves out the time in which nobody could heed it, and no more.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from deploy.demo.crew import Hand

BETWEEN = frozenset({"hydrate", "dialer", "views", "originate"})
"""What the ERP says passes through these before somebody is rung, or not."""
MISSED = timedelta(seconds=3)
"""A file that was not touched for longer: its stage missed two turns at least."""


class Away(NamedTuple):
    """From the last sign of life until the next."""

    since: datetime
    until: datetime


class Signs:
    """`hands`: whose files are looked at, of those `stages`. `by_name`: when each was away, as far as it has come back."""

    def __init__(self, hands: Iterable[Hand], stages: Collection[str] = BETWEEN) -> None:
        self.names = tuple(hand.name for hand in hands if hand.stage in stages)
        self.by_name: defaultdict[str, list[Away]] = defaultdict(list)
        self._last: dict[str, datetime] = {}

    def saw(self, marks: Mapping[str, datetime]) -> None:
        """When each file was last touched, of those that are there."""
        for name, at in marks.items():
            last = self._last.get(name, at)
            if at - last > MISSED:
                self.by_name[name].append(Away(last, at))
            self._last[name] = at

    @property
    def spans(self) -> list[Away]:
        """Of them all."""
        return [span for spans in self.by_name.values() for span in spans]


def at_work_for(grace: timedelta, since: datetime, away: Iterable[Away]) -> datetime:
    """The first instant from `since` on before which nothing was away for as long as `grace`."""
    start = since
    for span in sorted(away):
        if span.since < start + grace and span.until > start:
            start = span.until
    return start + grace
