"""How far a partition of a view was read, and whether what MongoDB has is what was read of it: values, no I/O.

MongoDB and the group's commit in Kafka carry one random id, the epoch. Where they differ, one of them was lost or restored:
then a new epoch begins, the partition is read from its beginning, and every version of it is above every older one.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple, Self

GENERATION = 2**40
"""Versions of one generation: more than a partition has records. What is below was written before there were epochs."""


class Committed(NamedTuple):
    """What the group has committed of a partition."""

    offset: int
    mark: str


@dataclass(frozen=True, slots=True)
class Share:
    """A document of `view_epochs`; `next` is written in one transaction with what was read up to there.

    `until`: the partition is being read anew; from this offset on, what was not rewritten is nobody's. None: it is whole.
    `holder`: the worker's name and the run of its process; `session`: MongoDB's id of the session that it writes in.
    `again`: a replay took the view's place, and nobody has taken the partition since; it goes on from `next`, though the
    group has committed more.
    """

    epoch: str
    generation: int
    next: int
    until: int | None = None
    holder: str = ""
    run: str = ""
    session: bytes = b""
    again: bool = False

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """From the document."""
        return cls(**{name: document[name] for name in cls.__dataclass_fields__ if name in document})

    @property
    def fields(self) -> dict[str, Any]:
        """For the document."""
        return asdict(self)

    @property
    def mark(self) -> str:
        """What the group's commit carries. The generation is told too: a lost MongoDB cannot tell it."""
        return f"{self.epoch}/{self.generation}"

    @property
    def floor(self) -> int:
        """The lowest version of this generation."""
        return self.generation * GENERATION

    def version(self, offset: int) -> int:
        """Of the document that the record at `offset` makes."""
        return self.floor + offset


FIRST = "nothing was read yet"
"""No alarm."""


def why_anew(stored: Share | None, committed: Committed | None, end: int) -> str:
    """Why the partition must be read from its beginning; "" where it goes on from `stored.next`."""
    if stored is not None and stored.again and not stored.holder and stored.next <= end:
        return ""  # the replay came before any sink: there is nothing to compare it with
    if stored is None:
        if committed is None:
            return FIRST
        return "MongoDB has lost this view" if committed.mark else "it was read before there were epochs"
    if committed is None:
        return "Kafka has lost the group's offsets"
    doubts = {
        "MongoDB and Kafka are not of one epoch: one of them was restored": committed.mark != stored.mark,
        "MongoDB is older than what Kafka has committed: it was restored": (
            stored.next < committed.offset and not stored.again
        ),
        "the topic is shorter than what was read of it": stored.next > end,
    }
    return next((why for why, holds in doubts.items() if holds), "")


def anew(epoch: str, stored: Share | None, committed: Committed | None, highest: int, *, begin: int, end: int) -> Share:
    """The share of a new epoch. `highest`: the highest version that any document of the view has."""
    before = (stored.generation if stored else 0, _generation(committed), highest // GENERATION)
    return Share(epoch, max(before) + 1, next=begin, until=end)


def _generation(committed: Committed | None) -> int:
    told = committed.mark.rpartition("/")[2] if committed else ""
    return int(told) if told.isdecimal() else 0


def resumed(share: Share, begin: int) -> Share:
    """Records that their topic has let go since are passed over."""
    return replace(share, next=max(share.next, begin))
