"""Cuts what was read into pieces that one transaction holds: values, no I/O."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import TopicPartition  # a value

from schemas.records import Timed

PIECE_BYTES = 16 * 1024 * 1024
"""MongoDB keeps an open transaction in its cache, which is a quarter of a gigabyte in the smallest installation."""


@dataclass(slots=True)
class Piece:
    """Records in the order of each partition, and where each partition is after them."""

    records: list[Timed] = field(default_factory=list)
    after: dict[TopicPartition, int] = field(default_factory=dict)


def pieces(
    found: Mapping[TopicPartition, Sequence[Timed]], after: Mapping[TopicPartition, int], most: int = PIECE_BYTES
) -> Iterator[Piece]:
    """At least one record and at most `most` bytes of values each. `after`: where each partition is at the end.

    A partition without records whose position moved has met markers of transactions alone: the last piece tells it.
    """
    piece, size = Piece(), 0
    for tp, records in found.items():
        for record in records:
            own = len(record.value or b"")
            if piece.records and size + own > most:
                yield piece
                piece, size = Piece(), 0
            piece.records.append(record)
            piece.after[tp] = record.offset + 1
            size += own
    piece.after.update(after)
    if piece.after:
        yield piece
