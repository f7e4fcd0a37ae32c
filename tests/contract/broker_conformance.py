"""What publishing relies on, for the real broker (`tests/integration`) and for the one in memory alike."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol

import pytest

from schemas.dead import DeadLetter, Why
from schemas.runtime.kafka import MAX_BATCH_BYTES, Message, bury, publish
from schemas.runtime.transactions import Fenced, Parts
from schemas.topics import DEAD, DEBTORS, Topic


class Seen(NamedTuple):
    """One record as it is read back."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


Contents = Callable[[Topic, int], Awaitable[list[Seen]]]
"""The records of a partition in order, of this test alone."""


class Writes(Protocol):
    """A `Writer`, opened."""

    async def write(self, parts: Parts) -> None: ...


Opened = Callable[[], Awaitable[Writes]]
"""Opens another writer under the identity of this test."""


class BrokerConformance:
    """Subclasses give the fixtures `sender`, `writer`, `contents` and `prefix` (begins every key of one test)."""

    async def test_records_arrive_whole_and_in_order(self, sender: Any, contents: Contents, prefix: str) -> None:  # noqa: ANN401 - aiokafka ships no types
        sent = [Message(f"{prefix}:{n}".encode(), f"state {n}".encode(), [("digest", bytes([n]))]) for n in range(20)]

        await publish(sender, DEBTORS.name, 3, sent)

        assert await contents(DEBTORS, 3) == [Seen(*message[:3]) for message in sent]
        assert await contents(DEBTORS, 4) == []

    async def test_a_tombstone_is_a_record_without_a_value(self, sender: Any, contents: Contents, prefix: str) -> None:  # noqa: ANN401 - as above
        key = f"{prefix}:1".encode()

        await publish(sender, DEBTORS.name, 0, [Message(key, b"state", []), Message(key, None, [])])

        assert [seen.value for seen in await contents(DEBTORS, 0)] == [b"state", None]

    async def test_more_than_a_batch_keeps_its_order(self, sender: Any, contents: Contents, prefix: str) -> None:  # noqa: ANN401 - as above
        part = bytes(MAX_BATCH_BYTES // 3)
        sent = [Message(f"{prefix}:{n}".encode(), part, []) for n in range(7)]

        await publish(sender, DEBTORS.name, 1, sent)

        assert [seen.key for seen in await contents(DEBTORS, 1)] == [message.key for message in sent]

    async def test_a_record_larger_than_a_batch_travels_alone(self, sender: Any, contents: Contents, prefix: str) -> None:  # noqa: ANN401 - as above
        """Nothing is dropped because it does not fit."""
        large = bytes(MAX_BATCH_BYTES + 1000)
        sent = [Message(f"{prefix}:{n}".encode(), value, []) for n, value in enumerate([b"a", large, b"b"])]

        await publish(sender, DEAD.name, 0, sent)

        assert [(seen.key, len(seen.value or b"")) for seen in await contents(DEAD, 0)] == [
            (message.key, len(message.value or b"")) for message in sent
        ]

    async def test_a_dead_letter_carries_the_original_bytes(self, sender: Any, contents: Contents, prefix: str) -> None:  # noqa: ANN401 - as above
        letter = DeadLetter(
            f"{prefix}:x".encode(), b"\xff\x00{", Why(stage="hydrate", place="t[0]@1", field="value", reason="json")
        )

        await bury(sender, [letter])

        assert await contents(DEAD, 0) == [Seen(letter.key, letter.value, letter.headers())]

    async def test_nothing_to_publish_is_no_request(self, sender: Any, contents: Contents) -> None:  # noqa: ANN401 - as above
        await publish(sender, DEBTORS.name, 2, [])

        assert await contents(DEBTORS, 2) == []

    async def test_what_one_write_holds_is_read_back_whole(self, writer: Opened, contents: Contents, prefix: str) -> None:
        sent = {(DEBTORS.name, n): [Message(f"{prefix}:{n}:{m}".encode(), b"state", []) for m in range(3)] for n in (4, 5)}

        await (await writer()).write(sent)

        assert {n: await contents(DEBTORS, n) for n in (4, 5)} == {
            n: [Seen(*message[:3]) for message in sent[DEBTORS.name, n]] for n in (4, 5)
        }

    async def test_who_was_taken_over_writes_nothing_more(self, writer: Opened, contents: Contents, prefix: str) -> None:
        """And the one who took over writes on, as often as the first one tries."""
        sleeper = await writer()
        await sleeper.write({(DEBTORS.name, 0): [Message(f"{prefix}:1".encode(), b"old", [])]})
        other = await writer()

        with pytest.raises(Fenced):
            await sleeper.write({(DEBTORS.name, 0): [Message(f"{prefix}:1".encode(), b"stale", [])]})
        await other.write({(DEBTORS.name, 0): [Message(f"{prefix}:1".encode(), b"new", [])]})

        assert [seen.value for seen in await contents(DEBTORS, 0)] == [b"old", b"new"]
