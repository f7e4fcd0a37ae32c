"""A Kafka record as a document of a backup's file, byte for byte, and which of them a cut restore has put back. Pure."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple, cast

from bson import encode

from schemas.records import Timed
from schemas.runtime.kafka import Message


class Kept(NamedTuple):
    """All that a topic keeps of a record but its offset."""

    partition: int
    message: Message

    @property
    def size(self) -> int:
        """In bytes, about."""
        return len(self.message.key or b"") + len(self.message.value or b"")


def kept(record: Timed) -> Kept:
    """Of a record as it was read."""
    headers = cast("list[tuple[str, bytes]]", list(record.headers))  # a value of None goes through as it is
    return Kept(record.partition, Message(record.key, record.value, headers, record.timestamp))


def document(one: Kept) -> bytes:
    """As BSON. None stays None: a tombstone is no empty value."""
    key, value, headers, at = one.message
    return encode({"p": one.partition, "t": at, "k": key, "v": value, "h": [[name, held] for name, held in headers]})


def of_document(found: Any) -> Kept:  # noqa: ANN401 - whatever bson decodes
    """The same again."""
    return Kept(found["p"], Message(found["k"], found["v"], [(name, held) for name, held in found["h"]], found["t"]))


class There:
    """What a restore that was cut has already put into one partition: `found` tells it in its order.

    Records may have been compacted away since: what is there is a part of the backup, in its order, up to where it was cut.
    """

    def __init__(self, found: AsyncIterator[Kept]) -> None:
        self._found = found
        self._next: Kept | None = None
        self._begun = False

    async def has(self, one: Kept) -> bool:
        """Whether this next record of the backup needs no sending. Ask for each, in their order."""
        await self._begin()
        if self._next == one:
            self._next = await anext(self._found, None)
            return True
        return self._next is not None

    async def foreign(self) -> bool:
        """Once all were asked for: whether something is left there that is not of this backup."""
        await self._begin()
        return self._next is not None

    async def _begin(self) -> None:
        if not self._begun:
            self._begun, self._next = True, await anext(self._found, None)
