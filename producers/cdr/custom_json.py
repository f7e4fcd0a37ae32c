"""`cdr_custom` writing JSON: one object a line, by Asterisk's own names. Pure."""

from typing import Any

import orjson

from producers.cdr.lines import text
from producers.cdr.pieces import Said, record
from schemas.errors import RejectRecord
from schemas.evidence import FIELDS


def read(raw: bytes) -> Said:
    """One line. Names in any case; what is not of `FIELDS` is passed over. Raises RejectRecord."""
    try:
        found = orjson.loads(text(raw))
    except orjson.JSONDecodeError:
        raise RejectRecord("no JSON", field="record") from None
    if not isinstance(found, dict):
        raise RejectRecord("not one JSON object", field="record")
    by_name = {name.lower(): value for name, value in found.items()}
    if "start" not in by_name and "calldate" in by_name:
        by_name["start"] = by_name["calldate"]
    return record("json", {name: _text(name, by_name[name]) for name in FIELDS if name in by_name})


def _text(name: str, value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None:
        return ""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    raise RejectRecord(f"{name} is neither text nor a number", field=name)
