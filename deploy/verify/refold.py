"""One partition's raw rows folded anew, with the stage's own pure code, in memory of ours. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from deploy.verify.cuts import Reached
from processors.keyed.rounds import fold_round
from processors.keyed.stage import KeyedStage
from schemas.errors import RejectRecord
from schemas.key_parts import unescaped
from schemas.records import Record

AT_ONCE = 20_000
"""Records kept before they are folded: what bounds the memory beside the states themselves."""
LOST = b'"lost":true'


class Refold:
    """Take the sources of one partition, each in its order; then `end`.

    `states`: bytes by key. `blind`: by key, the rows (kind, id) of which compaction has left only that they were lost: what
    they were before, nobody can fold again.
    """

    def __init__(self, stage: KeyedStage, below: Reached, wanted: Callable[[bytes], bool], now: datetime) -> None:
        self.states: dict[bytes, bytes] = {}
        self.blind: defaultdict[bytes, set[tuple[str, str]]] = defaultdict(set)
        self.taken = 0
        self.ahead = 0
        self._stage = stage
        self._below = below
        self._wanted = wanted
        self._now = now
        self._waiting: list[Record] = []
        self._seen: set[bytes] = set()

    def take(self, records: Iterable[Record]) -> None:
        """What the stage had not read yet is counted as `ahead`; what it would bury is left out as it leaves it out."""
        for record in records:
            if record.offset >= self._below.get(record.topic, 0):
                self.ahead += 1
                continue
            try:
                key = self._stage.key_of(record)
            except RejectRecord:
                continue
            if self._wanted(key):
                self._notice(key, record)
                self._waiting.append(record)
                self.taken += 1
        if len(self._waiting) >= AT_ONCE:
            self.end()

    def end(self) -> None:
        """Fold what still waits."""
        for key, state in fold_round(self._stage, self._waiting, self.states, {}, self._now).states.items():
            if state is None:
                self.states.pop(key, None)
            else:
                self.states[key] = state
        self._waiting.clear()

    def _notice(self, key: bytes, record: Record) -> None:
        row = record.key or b""
        if row in self._seen:
            return
        self._seen.add(row)
        if record.value is not None and LOST in record.value:
            kind, code = row.decode(errors="replace").split(":", 3)[2:]
            self.blind[key].add((kind, unescaped(code)))
