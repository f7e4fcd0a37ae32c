"""Which sweep brought what a state or a view's document shows. Pure.

A state names, in the header `read`, up to where its stage had read the sources. Of the rows in front of that the one that
was written last is in it, and a row names its sweep; so no record needs to carry the sweep any further.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from processors.keyed.rounds import positions_in
from schemas.codec import decode
from schemas.errors import RejectRecord
from schemas.records import Timed
from schemas.rows import ErpRow
from schemas.topics import ROW_TOPICS, Topic


class Bringing(NamedTuple):
    """A record: `written` in milliseconds since 1970; `sweep`: "" where no sweep brought it, as a tombstone."""

    written: int
    offset: int
    sweep: str


NOBODY = Bringing(0, -1, "")


class Brought:
    """Of one partition. Take the topics in the order in which they feed one another: rows, debtors, the queue."""

    def __init__(self) -> None:
        self._found: defaultdict[str, dict[int, Bringing]] = defaultdict(dict)

    def take(self, topic: Topic, records: Iterable[Timed]) -> None:
        """Those of the key that is traced."""
        of = self._of_row if topic in ROW_TOPICS.values() else self._of_state
        self._found[topic.name] |= {one.offset: Bringing(one.timestamp, one.offset, of(one)) for one in records}

    def sweep(self, topic: Topic, offset: int) -> str:
        """Of the record at this place; "" where it is not known."""
        return self._found[topic.name].get(offset, NOBODY).sweep

    def _of_row(self, record: Timed) -> str:
        try:
            return "" if record.value is None else decode(ErpRow, record.value).sweep
        except RejectRecord:
            return ""

    def _of_state(self, record: Timed) -> str:
        read = positions_in(record.headers)
        known = [one for name, end in read.items() for one in self._found[name].values() if one.offset < end]
        return max(known, default=NOBODY).sweep
