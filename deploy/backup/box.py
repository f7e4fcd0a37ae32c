"""The files of a backup: documents in pieces, each compressed and sealed with AES-256-GCM. Pure, but for the nonces.

A piece is sealed together with its place: backup, collection, number, and whether it is the last. So a piece that is
missing, doubled, from elsewhere or changed does not open, and a file that was cut has no last one.
"""

import os
import zlib
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from schemas.errors import StopWorker

KEY_BYTES, NONCE_BYTES, LENGTH_BYTES = 32, 12, 4
PIECE_BYTES = 1024 * 1024
"""So much of documents, or one larger document, is a piece."""
MOST_BYTES = 64 * 1024 * 1024
"""No piece is longer: what says so is no file of ours, and must not fill the memory."""
CHECK = "check:key"
"""Like no collection's name, so that no piece of one passes for the other."""


def is_key(text: str) -> bool:
    """Whether it is 32 bytes in URL-safe Base64, as `collector env` writes them."""
    try:
        return len(urlsafe_b64decode(text)) == KEY_BYTES
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Box:
    """Seals and opens the pieces of one collection of one backup."""

    key: SecretStr
    backup: str
    name: str

    def opened(self, file: BinaryIO) -> Iterator[bytes]:
        """The pieces of a file, each some BSON documents one behind the other. Raises StopWorker where it is not whole."""
        number, is_last = 0, False
        while length := file.read(LENGTH_BYTES):
            size = int.from_bytes(length)
            body = b"" if is_last or size > MOST_BYTES else file.read(size)
            if len(body) != size or len(length) != LENGTH_BYTES:
                raise self._broken(number)
            for is_last in (False, True):
                if (found := self._open(body, number, is_last=is_last)) is not None:
                    yield found
                    break
            else:
                raise self._broken(number)
            number += 1
        if not is_last:
            raise self._broken(number)

    def seal(self, documents: bytes, number: int, *, is_last: bool) -> bytes:
        """One piece as it stands in the file."""
        nonce = os.urandom(NONCE_BYTES)
        body = nonce + self._cipher.encrypt(nonce, zlib.compress(documents, 6), self._place(number, is_last=is_last))
        return len(body).to_bytes(LENGTH_BYTES) + body

    def _open(self, body: bytes, number: int, *, is_last: bool) -> bytes | None:
        try:
            nonce, text = body[:NONCE_BYTES], body[NONCE_BYTES:]
            return zlib.decompress(self._cipher.decrypt(nonce, text, self._place(number, is_last=is_last)))
        except (InvalidTag, ValueError):
            return None

    @property
    def _cipher(self) -> AESGCM:
        return AESGCM(urlsafe_b64decode(self.key.get_secret_value()))

    def _place(self, number: int, *, is_last: bool) -> bytes:
        return f"{self.backup}/{self.name}/{number}/{'last' if is_last else 'more'}".encode()

    def _broken(self, number: int) -> StopWorker:
        return StopWorker(f"{self.name}: piece {number} does not open: the file is damaged or cut, use another backup")


def key_check(key: SecretStr, backup: str) -> str:
    """What tells this key from others: a piece without content, sealed like all of this backup's. It tells nothing else."""
    return Box(key, backup, CHECK).seal(b"", 0, is_last=True).hex()


def is_sealed_by(key: SecretStr, backup: str, check: str) -> bool:
    """Whether `check` is of this key, and of this backup."""
    try:
        return list(Box(key, backup, CHECK).opened(BytesIO(bytes.fromhex(check)))) == [b""]
    except (StopWorker, ValueError):
        return False


@dataclass(slots=True)
class Pieces:
    """Takes the documents of one collection, one by one, and gives a piece whenever one is full."""

    box: Box
    documents: int = 0
    _waiting: list[bytes] = field(default_factory=list)
    _size: int = 0
    _number: int = 0

    def add(self, document: bytes) -> bytes:
        """The piece that was full before it; b"" for none."""
        full = b""
        if self._waiting and self._size + len(document) > PIECE_BYTES:
            full = self.box.seal(b"".join(self._waiting), self._number, is_last=False)
            self._waiting.clear()
            self._size, self._number = 0, self._number + 1
        self._waiting.append(document)
        self._size += len(document)
        self.documents += 1
        return full

    def last(self) -> bytes:
        """What is left, as the last piece."""
        return self.box.seal(b"".join(self._waiting), self._number, is_last=True)
