"""What files of call records have in common: records as bytes with their place, and text of an unknown charset. Pure."""

from collections.abc import Iterator
from typing import NamedTuple


class Record(NamedTuple):
    """The bytes of one record, without its line's end. `offset`: of its first byte."""

    offset: int
    raw: bytes


def lines(data: bytes, offset: int) -> Iterator[Record]:
    """The whole lines in `data`, which begins at `offset` of the file. A last line without its end is left for later."""
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        if raw := data[start:end].rstrip(b"\r"):
            yield Record(offset + start, raw)
        start = end + 1


def text(raw: bytes) -> str:
    """As UTF-8, else as Latin-1, which reads everything."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
