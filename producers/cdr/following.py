"""A file that Asterisk appends to and something rotates, by renaming or by copying and truncating: each byte is read.

Nothing is remembered across a restart: a file that was written to lately is read from its beginning, and what was published
before is known. Decided here, pure: where to read on; `producers.cdr.files` opens and reads.
"""

from collections.abc import Iterable
from typing import NamedTuple

TAIL = 256
"""Bytes before the place that was reached: a file that no longer has them there is another one."""


class Seen(NamedTuple):
    """One file as it lies in its folder now. `node`: device and inode; `touched`: seconds since the epoch."""

    name: str
    node: tuple[int, int]
    size: int
    touched: float


class Reached(NamedTuple):
    """How far a file was read: whole records up to `offset`, and what lay right before that."""

    offset: int = 0
    tail: bytes = b""

    def behind(self, read: bytes, whole: int) -> "Reached":
        """After `read`, which began at `offset` and has `whole` bytes of whole records."""
        return Reached(self.offset + whole, (self.tail + read[:whole])[-TAIL:])


BEGINNING = Reached()
Nodes = dict[tuple[int, int], Reached]


def is_rotated(name: str, base: str) -> bool:
    """Whether rotation made `name` of `base`: `Master.csv.1`, `Master.csv-20261128`. Compressed ones are not read."""
    rest = name.removeprefix(base)
    return rest != name and rest[:1] in {".", "-", "_"} and not rest.endswith((".gz", ".bz2", ".xz", ".zst", ".zip"))


def to_read(found: Iterable[Seen], base: str, since: float) -> list[Seen]:
    """The files that may hold what is wanted, the oldest first and the one that is written to last.

    `since`: of rotated ones only those that were touched after.
    """
    files = list(found)
    rotated = [one for one in files if is_rotated(one.name, base) and one.touched >= since]
    return [*sorted(rotated, key=lambda one: (one.touched, one.name)), *(one for one in files if one.name == base)]


def place(reached: Reached, tail: bytes) -> Reached:
    """Where to read on in a file that has `tail` right before the place that was reached.

    One that has something else there, or is shorter, was truncated or is another one under the same inode.
    """
    return reached if tail == reached.tail else BEGINNING
