"""A record of Kafka through a backup's file, and what a restore that was cut still has to send."""

from collections.abc import AsyncIterator, Iterable
from typing import NamedTuple

import pytest
from bson import decode_all
from hypothesis import given
from hypothesis import strategies as st

from deploy.backup.manifest import File, Manifest, TopicFile
from deploy.backup.records import Kept, There, document, kept, of_document
from deploy.backup.topics import FOLDED, RAW
from schemas.runtime.kafka import Message
from schemas.topics import HEARTBEATS, REQUESTS, SWEEPS, TOPICS

BYTES = st.none() | st.binary(max_size=40)
HEADERS = st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), BYTES), max_size=4)
RECORDS = st.builds(
    lambda at, key, value, headers: Kept(3, Message(key, value, headers, at)), st.integers(-1, 2**62), BYTES, BYTES, HEADERS
)


class Read(NamedTuple):
    """As aiokafka gives it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


async def told(found: Iterable[Kept]) -> AsyncIterator[Kept]:
    for one in found:
        yield one


def some(*numbers: int) -> list[Kept]:
    return [
        Kept(0, Message(b"k%d" % (number % 3), None if number % 4 == 0 else b"v%d" % number, [], number))
        for number in numbers
    ]


async def sent(backed_up: list[Kept], there: list[Kept]) -> tuple[list[Kept], bool]:
    known = There(told(there))
    lacking = [one for one in backed_up if not await known.has(one)]
    return lacking, await known.foreign()


@given(records=st.lists(RECORDS, max_size=8))
def test_a_record_comes_out_as_it_went_in_tombstones_and_empty_values_apart(records: list[Kept]) -> None:
    read = [
        Read("t", 3, n, one.message.at or 0, one.message.key, one.message.value, tuple(one.message.headers))
        for n, one in enumerate(records)
    ]
    content = b"".join(document(kept(one)) for one in read)
    assert [of_document(one) for one in decode_all(content)] == records


@given(cut=st.integers(0, 12), data=st.data())
async def test_what_a_cut_restore_put_back_is_not_sent_again_though_some_of_it_was_compacted(
    cut: int, data: st.DataObject
) -> None:
    """Of a partition the last record always stays; of those before it any may be gone."""
    backed_up = some(*range(12))
    put_back = backed_up[:cut]
    gone = data.draw(st.sets(st.integers(0, max(cut - 2, 0))) if cut > 1 else st.just(set()))
    there = [one for number, one in enumerate(put_back) if number not in gone]
    assert await sent(backed_up, there) == (backed_up[cut:], False)


@pytest.mark.parametrize("there", [some(99), some(0, 1, 99), some(0, 2, 1), [*some(*range(5)), *some(99)]])
async def test_what_is_not_of_this_backup_is_seen_and_nothing_is_sent_behind_it(there: list[Kept]) -> None:
    lacking, foreign = await sent(some(*range(5)), there)
    assert foreign
    assert lacking == []


async def test_where_nothing_was_backed_up_whatever_is_there_is_foreign() -> None:
    assert await sent([], some(1)) == ([], True)
    assert await sent([], []) == ([], False)


def test_every_topic_is_raw_or_folded_from_what_is_or_left_out_with_a_reason() -> None:
    """Requests would ring, sweeps would free calls, heartbeats and letters are of the moment or in MongoDB."""
    left_out = {topic.name for topic in TOPICS} - {topic.name for topic in (*RAW, *FOLDED)}
    assert left_out == {REQUESTS.name, SWEEPS.name, HEARTBEATS.name, "dead.v1"}


def test_a_topic_passes_for_no_collection_and_a_manifest_without_topics_is_read() -> None:
    topic = TopicFile(topic="erp.bill.v1", records=(2, 0, 1), bytes=3, sha256="x")
    same = File(collection="erp.bill.v1", documents=3, bytes=3, sha256="x")
    assert topic.sealed_as != same.sealed_as
    assert topic.name != same.name
    assert topic.count == same.count
    old = '{"id": "1", "at": "2026-11-29T00:00:00Z", "release": "0.1.0", "database": "c", "checks": {}, "files": []}'
    assert Manifest.model_validate_json(old).topics == ()
