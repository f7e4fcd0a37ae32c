"""Answers and files as other programs spell them: the same rows, in other bytes. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Final
from zlib import crc32

WINDOWS: Final = "windows-1252"
BEYOND: Final = re.compile("[^\x00-\x7f]+")
ONE_WORD: Final = re.compile(rb"(?<=[A-Za-z])\xc3([\x80-\xbf])(?=[A-Za-z])")
"""An accent within a word, as UTF-8 has it."""
TABBED: Final = 20
"""Blanks behind one that became a tab."""


def in_windows(content: bytes) -> bytes:
    """All of it as Windows writes it."""
    return content.decode().encode(WINDOWS, "replace")


def with_a_wrong_byte(content: bytes) -> bytes:
    """One accent within a word as Windows writes it, all others in UTF-8."""
    return ONE_WORD.sub(lambda found: bytes([found[1][0] + 0x40]), content, count=1)


def with_entities(content: bytes) -> bytes:
    """Accents as a web page writes them."""
    return content.decode().encode("ascii", "xmlcharrefreplace")


def encoded_twice(content: bytes) -> bytes:
    """Accents that were taken for two signs each."""
    return BEYOND.sub(lambda found: found[0].encode().decode("latin-1"), content.decode()).encode()


def with_tabs(content: bytes) -> bytes:
    """Some blanks within texts are raw tabs, which JSON does not allow."""
    parts = re.split(rb"(?<=[A-Z]) (?=[A-Z])", content)
    return b"".join(part + (b"\t" if number % TABBED == 0 else b" ") for number, part in enumerate(parts))[:-1]


ACCENTS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "windows-1252": in_windows,
    "wrong-byte": with_a_wrong_byte,
    "entities": with_entities,
    "encoded-twice": encoded_twice,
}
"""By the names of habits. One table has one of them, and always the same."""


def respelt(content: bytes, name: str, habits: frozenset[str]) -> bytes:
    """A JSON answer of the table or service `name`; nothing stays nothing."""
    if not content:
        return content
    spelt = with_tabs(content) if "raw-tab" in habits else content
    if possible := sorted(habits & ACCENTS.keys()):
        spelt = ACCENTS[possible[crc32(name.encode()) % len(possible)]](spelt)
    return b"\xef\xbb\xbf" + spelt if "byte-order-mark" in habits else spelt
