"""JSON as programs write it, also where a byte or a sign of it is wrong: the cell is doubtful, not the answer. Pure."""

import codecs
import json
import re
from typing import Any

import orjson

BOM = codecs.BOM_UTF8
HALF = re.compile("[\ud800-\udfff]")
ESCAPE = "\\u"
"""Half a character can only be written so: as a byte it would be another sign."""
DOUBTFUL = "\N{REPLACEMENT CHARACTER}"
"""What stands for half a character: no reader of a code, a date or a sum takes it."""
WINDOWS = "windows-1252"
LEADS = range(0xC2, 0xF5)
"""Bytes that begin a character of several in UTF-8."""
ENDS = b'";,\r\n\\}<'
"""What stands behind the last character of a cell."""
BEYOND = re.compile("[^\x00-\x7f]")
FOREIGN = re.compile("[\udc80-\udcff]")


def decoded(content: bytes) -> str:
    """The text of an answer or a file: UTF-8 where it is, any other byte as Windows writes it.

    In a text that is UTF-8 otherwise, a byte that begins a character at the end of a cell is half of one.
    """
    bare = content.removeprefix(BOM)
    try:
        return bare.decode()
    except UnicodeDecodeError:
        return bare.decode(errors=HANDLER if is_utf8(bare) else ONE_BYTE)


def is_utf8(content: bytes) -> bool:
    """Whether more of the signs beyond ASCII are UTF-8 than are not."""
    text = content.decode(errors="surrogateescape")
    foreign = len(FOREIGN.findall(text))
    return foreign < len(BEYOND.findall(text)) - foreign


def read_json(content: bytes) -> Any:  # noqa: ANN401 - JSON
    """The fast way where it is plain JSON in UTF-8; else with what programs were seen to do. Raises ValueError."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        text = decoded(content)
        found = json.loads(text, strict=False, parse_constant=_nothing)
        return _whole(found) if ESCAPE in text else found


def _nothing(_: str) -> None:
    """NaN and Infinity, which are no JSON, say that there is no number."""


def _whole(found: Any) -> Any:  # noqa: ANN401 - JSON
    match found:
        case str():
            return HALF.sub(DOUBTFUL, found)
        case list():
            return [_whole(one) for one in found]
        case dict():
            return {_whole(name): _whole(one) for name, one in found.items()}
    return found


def _byte(exc: UnicodeError) -> tuple[str, int]:
    """One byte as Windows-1252; the five that it lacks as Latin-1."""
    if not isinstance(exc, UnicodeDecodeError):
        raise exc
    wrong = exc.object[exc.start : exc.start + 1]
    try:
        return wrong.decode(WINDOWS), exc.start + 1
    except UnicodeDecodeError:
        return wrong.decode("latin-1"), exc.start + 1


def _byte_or_half(exc: UnicodeError) -> tuple[str, int]:
    if isinstance(exc, UnicodeDecodeError) and exc.object[exc.start] in LEADS:
        behind = exc.object[exc.end : exc.end + 1]
        if not behind or behind in ENDS:
            return DOUBTFUL, exc.end
    return _byte(exc)


ONE_BYTE, HANDLER = "collector-windows", "collector-windows-or-half"
codecs.register_error(ONE_BYTE, _byte)
codecs.register_error(HANDLER, _byte_or_half)
