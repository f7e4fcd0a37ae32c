"""What a broker answers about its disks, byte by byte; the real one answers in the integration tests."""

import struct

import pytest

from sinks.snapshots.broker_disks import QUESTION, Room, read

HEAD = struct.pack(">iB", 1, 0)
MANY = b"\x83\x01"
"""131: a text of 130 bytes, as the count of a compact one is told plus one."""


def folder(name: bytes, size: int, free: int, *, error: int = 0, topics: bytes = b"\1", tags: bytes = b"\0") -> bytes:
    count = MANY if len(name) == 130 else bytes([len(name) + 1])
    return struct.pack(">h", error) + count + name + topics + struct.pack(">qq", size, free) + tags


def answer(*folders: bytes, head: bytes = HEAD, error: int = 0) -> bytes:
    return head + struct.pack(">ih", 0, error) + bytes([len(folders) + 1]) + b"".join(folders) + b"\0"


def test_the_question_tells_its_own_length() -> None:
    assert struct.unpack_from(">ihh", QUESTION) == (len(QUESTION) - 4, 35, 4)


def test_each_folder_tells_its_room() -> None:
    """Tags that a later version may send are passed over; a folder that is offline, or tells no size, is left out."""
    long = b"/" + b"k" * 129
    tagged = folder(b"/kafka", 100, 40, tags=b"\1\7\3abc")
    silent, offline = folder(b"/old", -1, -1), folder(b"/gone", 100, 40, error=56)
    assert list(read(answer(tagged, silent, offline, folder(long, 7, 0)))) == [
        Room("/kafka", 40, 100),
        Room(long.decode(), 0, 7),
    ]


@pytest.mark.parametrize(
    "told",
    [
        b"",
        HEAD,
        answer(folder(b"/kafka", 100, 40))[:-9],
        answer(head=struct.pack(">iB", 2, 0)),
        answer(error=29),
        answer(folder(b"/kafka", 100, 40, topics=b"\2")),
        b"HTTP/1.1 400 Bad Request",
    ],
)
def test_what_is_no_answer_is_refused(told: bytes) -> None:
    with pytest.raises(ValueError, match=r"answer|error|topics"):
        list(read(told))
