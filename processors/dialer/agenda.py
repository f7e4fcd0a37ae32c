"""Whose turn it is, of one partition: kept decoded and in order, so that nobody reads 27,000 entries every second. Pure."""

from collections import defaultdict
from collections.abc import Collection, Container
from datetime import datetime
from heapq import heapify, heappop, heappush, nsmallest

from processors.dialer.schedule import Rank, Turn

SLACK = 1_000
"""Of the heap: so many turns that count no more are carried along, beside as many as there are that count."""
HOUR_S = 3_600


def hour_of(at: datetime) -> int:
    """Within it a rank stays what it is: days and hours begin with one in every zone of Brazil."""
    return int(at.timestamp()) // HOUR_S


class Agenda:
    """`waiting` for their turn, then `ready`, by instance; `unsure` whose rank must be looked at before he is ready."""

    def __init__(self, slack: int = SLACK) -> None:
        self._slack = slack
        self.unsure: set[bytes] = set()
        self._turns: dict[bytes, Turn] = {}
        self._waiting: list[tuple[datetime, bytes]] = []
        self._ready: defaultdict[str, dict[bytes, Rank]] = defaultdict(dict)
        self._hour = 0

    def put(self, key: bytes, turn: Turn | None) -> None:
        """The turn of one debtor from now on; None: he has none."""
        self.unsure.discard(key)
        self._ready[_instance(key)].pop(key, None)
        if turn is None:
            self._turns.pop(key, None)
            return
        self._turns[key] = turn
        heappush(self._waiting, (turn.at, key))
        if len(self._waiting) > 2 * len(self._turns) + self._slack:
            come = self.unsure.union(*self._ready.values())
            self._waiting = [(one.at, each) for each, one in self._turns.items() if each not in come]
            heapify(self._waiting)

    def come(self, now: datetime) -> None:
        """Whose turn has come is ready; where another hour has begun than the one he was ranked for, unsure."""
        hour = hour_of(now)
        if hour != self._hour:
            self._hour = hour
            for ready in self._ready.values():
                self.unsure.update(ready)
        while self._waiting and self._waiting[0][0] <= now:
            at, key = heappop(self._waiting)
            turn = self._turns.get(key)
            if turn is None or turn.at != at:
                continue
            if turn.rank is None or hour_of(at) != hour:
                self.unsure.add(key)
            else:
                self._ready[_instance(key)][key] = turn.rank

    def best(self, count: int, instances: Collection[str], without: Container[bytes]) -> list[bytes]:
        """At most `count` of those that are ready, the first first."""
        ranks = (
            rank
            for name in instances
            for key, rank in self._ready[name].items()
            if key not in self.unsure and key not in without
        )
        return [key for _, _, key in nsmallest(count, ranks)]

    def next_at(self) -> datetime | None:
        """When the next turn comes, or earlier: nobody's turn is the one of an entry that changed since."""
        return self._waiting[0][0] if self._waiting else None


def _instance(key: bytes) -> str:
    return key.split(b":", 1)[0].decode()
