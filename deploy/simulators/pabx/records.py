"""A call record as Asterisk writes it: `cdr_csv` with 21 columns, a row of FreePBX's table, a JSON line; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

import orjson

CSV_COLUMNS: Final = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield", "peeraccount", "linkedid", "sequence",
)  # fmt: skip
JSON_COLUMNS: Final = (
    "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer", "end", "duration",
    "billsec", "disposition", "amaflags", "accountcode", "uniqueid", "linkedid", "peeraccount", "userfield", "sequence",
    "amdstatus", "amdcause",
)  # fmt: skip
WIDTHS: Final = {"accountcode": 20, "uniqueid": 32, "linkedid": 32, "userfield": 255, "disposition": 45}
"""Of FreePBX's columns, where they are not 80: longer text is cut in silence."""
WIDTH: Final = 80
IN_NO_TABLE: Final = frozenset({"start", "answer", "end", "amdstatus", "amdcause", "amaflags"})
DOCUMENTATION: Final = 3
PRINTED: Final = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Record:
    """`texts`: by Asterisk's names. Times are aware, by the PABX's own clock; `answer` is None where nobody answered."""

    texts: Mapping[str, str]
    sequence: int
    start: datetime
    answer: datetime | None
    end: datetime


def columns(record: Record, zone: tzinfo) -> dict[str, Any]:
    """All of it; times as texts of `zone`, durations in whole seconds."""
    answer = record.answer
    return {
        **record.texts,
        "start": _text(record.start, zone),
        "answer": _text(answer, zone) if answer else "",
        "end": _text(record.end, zone),
        "duration": int((record.end - record.start).total_seconds()),
        "billsec": int((record.end - answer).total_seconds()) if answer else 0,
        "amaflags": "DOCUMENTATION",
        "sequence": record.sequence,
    }


def csv_line(record: Record, zone: tzinfo) -> str:
    """Text is quoted, numbers and a missing answer are not."""
    named = columns(record, zone)
    return ",".join(_cell(name, named[name]) for name in CSV_COLUMNS) + "\n"


def json_line(record: Record, zone: tzinfo) -> bytes:
    """As `cdr_custom` writes it."""
    named = columns(record, zone)
    return orjson.dumps({name: named.get(name, "") for name in JSON_COLUMNS}) + b"\n"


def row(record: Record, zone: tzinfo) -> dict[str, Any]:
    """Of FreePBX's table, which knows no answer and no end; cut to its columns' widths."""
    kept = {name: value for name, value in columns(record, zone).items() if name not in IN_NO_TABLE}
    cut = {name: value[: WIDTHS.get(name, WIDTH)] if isinstance(value, str) else value for name, value in kept.items()}
    return {**cut, "calldate": record.start.astimezone(zone).replace(tzinfo=None, microsecond=0), "amaflags": DOCUMENTATION}


def _text(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime(PRINTED)


def _cell(name: str, value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    if name == "answer" and not value:
        return ""
    return '"' + value.replace('"', '""') + '"'
