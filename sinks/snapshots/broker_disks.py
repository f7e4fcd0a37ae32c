"""How much room a broker has: the answer to DescribeLogDirs, version 4, which aiokafka cannot ask.

The whole question is 17 bytes, so it is written out here. It names no topic: what comes back are folders and their disks.
"""

import ssl
import struct
from collections.abc import Iterator
from io import BufferedReader, BytesIO
from time import monotonic
from typing import NamedTuple

from schemas.runtime.peers import connected

QUESTION = struct.pack(">ihhihBBB", 13, 35, 4, 1, -1, 0, 1, 0)
"""Length, DescribeLogDirs, version 4, our number 1, no client's name, no tags; no topics (their count + 1), no tags."""
LONGEST = 1 << 20
"""Bytes of an answer that is read; one of a broker with ten folders has 500."""


class Room(NamedTuple):
    """In bytes. `folder`: of Kafka's log, on the broker."""

    folder: str
    free: int
    size: int


def rooms(where: tuple[str, int], within: float, context: ssl.SSLContext | None = None) -> list[Room]:
    """Raises OSError where nobody answers in so many seconds, ValueError for an answer that is none.

    `context`: of TLS, if it is spoken. A broker that wants a login answers nobody who has not given it.
    """
    ends = monotonic() + within
    with connected(where, within, context) as connection, connection.makefile("rb") as answer:
        connection.settimeout(max(0.001, ends - monotonic()))
        connection.sendall(QUESTION)
        (length,) = struct.unpack(">i", _exactly(answer, 4))
        if not 0 < length <= LONGEST:
            raise ValueError(f"an answer of {length} bytes")
        return list(read(_exactly(answer, length)))


def _exactly(answer: BufferedReader, count: int) -> bytes:
    found = answer.read(count)
    if len(found) < count:
        raise ConnectionError("the answer ended early")
    return found


def read(answer: bytes) -> Iterator[Room]:
    """`answer` without its length. A folder that is offline, or that does not tell, is left out. Raises ValueError."""
    body = BytesIO(answer)
    try:
        number = _number(body, ">i")
        _tags(body)
        _number(body, ">i")  # for how long we are throttled
        error = _number(body, ">h")
        if number != 1 or error:
            raise ValueError(f"answer {number}, error {error}")
        for _ in range(_count(body)):
            wrong = _number(body, ">h")
            folder = body.read(_count(body)).decode(errors="replace")
            if _count(body):
                raise ValueError("topics were told, and none was asked for")
            size, free = _number(body, ">q"), _number(body, ">q")
            _tags(body)
            if not wrong and size > 0 and free >= 0:
                yield Room(folder, free, size)
    except struct.error as exc:
        raise ValueError("the answer ended early") from exc


def _number(body: BytesIO, form: str) -> int:
    found: int = struct.unpack(form, body.read(struct.calcsize(form)))[0]
    return found


def _varint(body: BytesIO) -> int:
    found = shift = 0
    while True:
        byte = _number(body, ">B")
        found |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return found


def _count(body: BytesIO) -> int:
    """Of a compact array or text; one that is null has nothing."""
    return max(0, _varint(body) - 1)


def _tags(body: BytesIO) -> None:
    for _ in range(_varint(body)):
        _varint(body)
        body.read(_varint(body))
