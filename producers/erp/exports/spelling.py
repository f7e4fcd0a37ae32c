"""Which bytes an exported file is written in: UTF-8, what Windows writes, or one with a few bytes of the other."""

import io
import re
from codecs import getincrementaldecoder
from typing import BinaryIO

from schemas.erp.json_text import BEYOND, DOUBTFUL, FOREIGN, HANDLER, ONE_BYTE
from schemas.errors import RetryLater

BLOCK = 1 << 18
FORBIDDEN = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f]")
"""Signs that XML cannot hold."""
STRICT = "strict"


def errors(file: BinaryIO, name: str) -> str:
    """How bytes are read that are not UTF-8: the name of an error handler; "strict" where there are none. Rewinds the file.

    Raises RetryLater for bytes that no text has, as a file that is still being copied.
    """
    decoder = getincrementaldecoder("utf-8")("surrogateescape")
    foreign = signs = 0
    file.seek(0)
    while block := file.read(BLOCK):
        if b"\0" in block:
            raise RetryLater(f"{name} has gaps, as a file that is still being copied: export it again")
        if not block.isascii() or foreign:
            text = decoder.decode(block)
            foreign += len(FOREIGN.findall(text))
            signs += len(BEYOND.findall(text))
    foreign += len(FOREIGN.findall(decoder.decode(b"", final=True)))
    file.seek(0)
    if not foreign:
        return STRICT
    return HANDLER if foreign < signs - foreign else ONE_BYTE


def text_of(file: BinaryIO, how: str) -> io.TextIOWrapper:
    """The file as text, from its beginning; line ends stay. `how`: what `errors` found. Detach it: its opener closes it."""
    file.seek(0)
    return io.TextIOWrapper(file, encoding="utf-8-sig", errors=how, newline="")


class Mended:
    """A file that is XML in UTF-8 by its own word, with the bytes and signs mended that are none."""

    def __init__(self, file: BinaryIO, how: str) -> None:
        self._file = file
        self._decoder = getincrementaldecoder("utf-8")(how)

    def read(self, size: int) -> bytes:
        """About `size` bytes; b"" at the end."""
        while block := self._file.read(size):
            if text := self._decoder.decode(block):
                return FORBIDDEN.sub(DOUBTFUL, text).encode()
        return self._decoder.decode(b"", final=True).encode()
