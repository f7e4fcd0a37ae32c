"""`cdr_csv`'s Master.csv: bytes to records. Pure.

Sixteen columns, and up to five more by what `cdr.conf` says; no header. Asterisk escapes nothing but quotes, line breaks
neither, and writes no record of more than 1,024 bytes: so a line that ends within quotes is joined with the next ones as far
as they make a record together; else it is one that nobody can read.
"""

import csv
import re
from collections.abc import Iterator
from typing import Literal

from producers.cdr.lines import Record, text
from producers.cdr.pieces import Said, record
from schemas.errors import RejectRecord

BASE = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags",
)  # fmt: skip
NEWER = ("peeraccount", "linkedid", "sequence")
LONGEST_RECORD = 1_100
"""Bytes: Asterisk's own bound is 1,024."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
WHOLE = ("duration", "billsec", "sequence")
TIMES = ("start", "answer", "end")
Seventeenth = Literal["uniqueid", "userfield"]


def names(columns: int, seventeenth: Seventeenth) -> tuple[str, ...]:
    """Of the columns of a record that has so many. Raises RejectRecord."""
    match columns:
        case 16:
            return BASE
        case 17:
            return (*BASE, seventeenth)
        case 18:
            return (*BASE, "uniqueid", "userfield")
        case 19:
            return (*BASE, *NEWER)
        case 20:
            return (*BASE, seventeenth, *NEWER)
        case 21:
            return (*BASE, "uniqueid", "userfield", *NEWER)
        case _:
            raise RejectRecord(f"a record has 16 to 21 columns, this one {columns}", field="columns")


def records(data: bytes, offset: int) -> Iterator[Record]:
    """The whole records in `data`, which begins at `offset` of the file. A last line without its end is left for later."""
    start = 0
    while (end := _end(data, start)) is not None:
        if raw := data[start:end].rstrip(b"\r\n"):
            yield Record(offset + start, raw)
        start = end


def _end(data: bytes, start: int) -> int | None:
    """Behind the record that begins at `start`; None where its end is not there yet."""
    first = end = data.find(b"\n", start)
    if first < 0:
        return None
    while data.count(b'"', start, end) % 2:  # the line's end is within quotes
        following = data.find(b"\n", end + 1)
        if following < 0:
            return None if len(data) - start < LONGEST_RECORD else first + 1
        if following - start > LONGEST_RECORD or _is_record(data[end + 1 : following]):
            return first + 1
        end = following
    return end + 1 if end == first or _is_record(data[start:end]) else first + 1


def _is_record(raw: bytes) -> bool:
    try:
        read(raw, "uniqueid")
    except RejectRecord:
        return False
    return raw.startswith(b'"')


def _columns(raw: bytes) -> list[str]:
    try:
        rows = list(csv.reader([text(raw)], strict=True))
    except csv.Error:
        raise RejectRecord("a field's quotes are not closed, or followed by something else", field="record") from None
    if len(rows) != 1:
        raise RejectRecord("not one record", field="record")
    return rows[0]


def read(raw: bytes, seventeenth: Seventeenth) -> Said:
    """One record. Raises RejectRecord where its columns are not what they should be."""
    columns = _columns(raw)
    fields = dict(zip(names(len(columns), seventeenth), columns, strict=True))
    for name in TIMES:
        if not INSTANT.fullmatch(fields[name]) and (fields[name] or name == "start"):
            raise RejectRecord(f"{name} is no date and time", field=name)
    for name in WHOLE:
        if not fields.get(name, "0").isdecimal():
            raise RejectRecord(f"{name} is no whole number", field=name)
    return record("csv", fields)
