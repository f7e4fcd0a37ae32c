"""`;` CSV: its cells line by line, in constant memory."""

import csv
import io
from collections.abc import Generator, Iterator, Sequence
from typing import BinaryIO

from producers.erp.exports.cells import Cell, Line
from producers.erp.exports.escaped import UnreadableError, is_one_line, records
from producers.erp.exports.spelling import BLOCK, errors, text_of
from schemas.errors import RetryLater

HEAD = 1 << 16
"""Signs of a file's beginning that hold its head."""
ESCAPED = b'\\"'

Numbered = tuple[int, Sequence[str]]


def is_whole(tail: bytes) -> bool:
    """Whether a file that ends so may be complete: one that was cut just behind a line looks like a complete one.

    One in a single line ends with a quote; any other that does is refused by `lines`.
    """
    return tail.endswith((b"\n", b"\r", b'"'))


def lines(file: BinaryIO, name: str) -> Generator[Line, None, None]:
    """Rows that hold anything, by the number of their last line. Raises RetryLater that names it."""
    how = errors(file, name)
    is_escaped = _is_escaped(file, how)
    file.seek(-1, io.SEEK_END)
    has_an_end = file.read(1) in {b"\n", b"\r"}
    text = text_of(file, how)
    reading = _rows(text, name, is_escaped=is_escaped, has_an_end=has_an_end)
    width = number = 0
    try:
        for number, fields in reading:
            if any(fields):
                width = width or len(fields)
                if len(fields) != width:
                    raise RetryLater(f"{name}, line {number}: {len(fields)} fields, not {width}: export it again")
                if any(_swallows(field, width) for field in fields):
                    raise RetryLater(f'{name}, line {number}: one cell holds a whole line: take the stray " in it away')
                yield number, [Cell(field) for field in fields]
    except (csv.Error, UnreadableError):
        raise RetryLater(f"{name}, line {number + 1}: not written as CSV with ; writes it: export it again") from None
    finally:
        text.detach()  # its opener closes the file


def _swallows(field: str, width: int) -> bool:
    """Whether lines were read as one cell, from a quote that nothing closed to the next one: the row's width stays right."""
    return width > 1 and ("\n" in field or "\r" in field) and field.count(";") >= width - 1


def _rows(text: io.TextIOWrapper, name: str, *, is_escaped: bool, has_an_end: bool) -> Iterator[Numbered]:
    head = text.read(HEAD)
    text.seek(0)
    blocks = iter(lambda: text.read(BLOCK), "")
    if is_one_line(head):
        return enumerate(records(blocks, one_line=True), 1)
    if not has_an_end:  # `"5"` may be the beginning of `"5""x"`
        raise RetryLater(f"{name} ends within a line: export it again")
    return enumerate(records(blocks, one_line=False), 1) if is_escaped else _plain(text)


def _plain(text: io.TextIOWrapper) -> Iterator[Numbered]:
    reading = csv.reader(text, delimiter=";", strict=True)
    for fields in reading:
        yield reading.line_num, fields


def _is_escaped(file: BinaryIO, how: str) -> bool:
    """Whether quotes are escaped by backslashes: only where the whole file cannot be read otherwise."""
    before = b""
    while block := file.read(BLOCK):
        if ESCAPED in before + block:
            break
        before = block[-1:]
    else:
        return False
    text = text_of(file, how)
    try:
        widths = {len(fields) for _, fields in _plain(text) if any(fields)}
    except csv.Error:
        return True
    finally:
        text.detach()
    return len(widths) > 1
