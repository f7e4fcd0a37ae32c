"""The newest record of each key in one partition, below several cuts at once. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from deploy.verify.cuts import newest, read_of
from schemas.dead import Headers
from schemas.errors import RejectRecord


class Placed(NamedTuple):
    """One record's value and where it stands."""

    offset: int
    value: bytes | None


class Record(Protocol):
    """One Kafka record, as aiokafka gives it."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


Newest = dict[bytes, Placed]


class Kept:
    """`below`: cuts by name; `at[name]`: the newest record of each identity below that cut; `last`: of all that was taken.

    `identify`: whose a record is. Raises RejectRecord.
    `told`: the furthest positions that any header told. `behind[name]`: records at or above that cut.
    """

    def __init__(
        self,
        below: Mapping[str, int],
        wanted: Callable[[bytes], bool],
        identify: Callable[[Record], Iterable[bytes]],
    ) -> None:
        self.last: Newest = {}
        self.at: dict[str, Newest] = {name: {} for name in below}
        self.told: dict[str, int] = {}
        self.behind = dict.fromkeys(below, 0)
        self._below = below
        self._wanted = wanted
        self._identify = identify

    def take(self, records: Iterable[Record]) -> None:
        """In the partition's order."""
        for record in records:
            self.told = newest(self.told, read_of(record.headers))
            for name, cut in self._below.items():
                self.behind[name] += record.offset >= cut
            try:
                keys = [key for key in self._identify(record) if self._wanted(key)]
            except RejectRecord:
                continue  # whoever reads it buries it
            placed = Placed(record.offset, record.value)
            self.last.update(dict.fromkeys(keys, placed))
            for name, cut in self._below.items():
                if record.offset < cut:
                    self.at[name].update(dict.fromkeys(keys, placed))
