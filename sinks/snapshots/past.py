"""What was known of one instance's debtors at earlier moments, folded from the raw rows again. Pure: no I/O.

A record counts from when it was written; one that claims to be older than what stands before it in its partition counts from
then.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from schemas.codec import decode, encode
from schemas.debtor import Debtor
from schemas.errors import RejectRecord
from schemas.hydration.record import is_nobody, learned, unlearned
from schemas.keys import debtor_of_row
from schemas.records import Timed
from schemas.rows import Kind
from schemas.sweeps import Sweep
from schemas.views import Document, debtor

Place = tuple[str, int]


class Later(NamedTuple):
    """A record that does not count yet."""

    since: datetime
    key: bytes
    record: Timed


class Past:
    """Take all records of the raw topics, each partition in its order; then ask for moments that only go forward.

    Records from after `until` are passed over; those of before `first` are folded as they come: the others wait.
    """

    def __init__(self, instance: str, first: datetime, until: datetime) -> None:
        self._mine = f"{instance}:".encode()
        self._first = first
        self._until = until
        self._states: dict[bytes, bytes] = {}  # encoded, they take a fifth of the memory
        self._touched: set[bytes] = set()
        self._reached: defaultdict[Place, datetime] = defaultdict(lambda: datetime.fromtimestamp(0, UTC))
        self._waiting: list[Later] = []
        self._in_order = False
        self.begun: datetime | None = None
        """When the first record of the instance was written."""

    def take(self, record: Timed) -> None:
        """One record, also of another instance or none of ours, which teaches nothing."""
        if not (record.key or b"").startswith(self._mine):
            return
        try:
            key = debtor_of_row(record.key)
        except RejectRecord:
            return
        place = record.topic, record.partition
        since = self._reached[place] = max(self._reached[place], datetime.fromtimestamp(record.timestamp / 1000, UTC))
        self.begun = min(since, self.begun or since)
        if since <= self._first:
            self._learn(key, record, since)
        elif since <= self._until:
            self._waiting.append(Later(since, key, record))
            self._in_order = False

    def at(self, moment: datetime) -> Iterator[tuple[str, Document | None]]:
        """Documents of the view `debtors` by `_id`, those that differ from the moment asked for before; None: nobody."""
        for key, state in self.states(moment):
            yield key.decode(), None if state is None else debtor(decode(Debtor, state))

    def states(self, moment: datetime) -> Iterator[tuple[bytes, bytes | None]]:
        """The same as states of `debtor.v1`, by key."""
        if not self._in_order:
            self._waiting.sort(key=lambda later: later.since)
            self._waiting.reverse()  # the next one is the last, so that taking it moves no other
            self._in_order = True
        while self._waiting and self._waiting[-1].since <= moment:
            since, key, record = self._waiting.pop()
            self._learn(key, record, since)
        touched, self._touched = sorted(self._touched), set()
        for key in touched:
            yield key, self._states.get(key)

    def _learn(self, key: bytes, record: Timed, now: datetime) -> None:
        state = self._states.get(key)
        before = None if state is None else decode(Debtor, state)
        try:
            after = learned(key, before, record, now)
        except RejectRecord:
            after = unlearned(key, before, record, f"{record.topic}[{record.partition}]@{record.offset}", now)
        if after is before or after is None:
            return
        self._touched.add(key)
        if is_nobody(after):
            self._states.pop(key, None)
        else:
            self._states[key] = encode(after)


class Sweeps:
    """When an instance's sweeps were complete, and as of when they tell."""

    def __init__(self, instance: str) -> None:
        self._instance = instance
        self._completed: defaultdict[Kind, list[tuple[datetime, datetime]]] = defaultdict(list)

    def take(self, value: bytes | None) -> None:
        """One record of their topic."""
        try:
            sweep = decode(Sweep, value)
        except RejectRecord:
            return  # a tombstone, or what nobody can read
        if sweep.instance == self._instance and sweep.phase == "completed":
            self._completed[sweep.kind].append((sweep.at, sweep.told_at))

    def last(self, moment: datetime) -> Mapping[Kind, datetime]:
        """As of when the last one of each kind until `moment` tells."""
        found = {kind: [one for one in all_ if one[0] <= moment] for kind, all_ in self._completed.items()}
        return {kind: max(until)[1] for kind, until in found.items() if until}
