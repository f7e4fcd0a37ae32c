"""`;` CSV: its cells line by line, in constant memory."""

import csv
import io
from codecs import BOM_UTF8, getincrementaldecoder
from collections.abc import Generator
from typing import BinaryIO

from producers.erp.exports.cells import Cell, Line
from schemas.errors import RetryLater

BLOCK = 1 << 18


def is_whole(tail: bytes) -> bool:
    """Whether a file that ends so may be complete: one that was cut just behind a line looks like a complete one."""
    return tail.endswith((b"\n", b"\r"))


def lines(file: BinaryIO, name: str) -> Generator[Line, None, None]:
    """Rows that hold anything, by the number of their last line. Raises RetryLater that names it."""
    text = io.TextIOWrapper(file, encoding=encoding(file, name), newline="")
    reading = csv.reader(text, delimiter=";", strict=True)
    width = 0
    try:
        for fields in reading:
            if any(fields):
                width = width or len(fields)
                if len(fields) != width:
                    raise RetryLater(f"{name}, line {reading.line_num}: {len(fields)} fields, not {width}: export it again")
                yield reading.line_num, [Cell(field) for field in fields]
    except (csv.Error, UnicodeDecodeError):
        raise RetryLater(f"{name}, line {reading.line_num}: not written as CSV with ; writes it: export it again") from None
    finally:
        text.detach()  # its opener closes the file


def encoding(file: BinaryIO, name: str) -> str:
    """UTF-8 where a byte order mark or every byte says so, else latin-1, as which any bytes can be read. Rewinds the file.

    Raises RetryLater for bytes that no text has, as a file that is still being copied.
    """
    decoder = getincrementaldecoder("utf-8")()
    found = "utf-8-sig" if file.read(len(BOM_UTF8)) == BOM_UTF8 else "utf-8"
    file.seek(0)
    while block := file.read(BLOCK):
        if b"\0" in block:
            raise RetryLater(f"{name} has gaps, as a file that is still being copied: export it again")
        if found == "utf-8":
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                found = "latin-1"
    file.seek(0)
    return found
