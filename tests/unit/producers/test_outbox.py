"""Rows to their debtor's partition, and the raw topics as the poller's memory."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from aiokafka.errors import RequestTimedOutError
from hypothesis import given
from hypothesis import strategies as st

from producers.erp.changes import Change, Known, Seen, gone, news, remember
from producers.erp.memory import Books, Notes, book_of, note
from producers.erp.outbox import Outbox
from producers.held.publishing import UnpublishedError
from schemas.codec import decode
from schemas.erp.ixc import BILLS, IXC
from schemas.keys import debtor_of_row, partition_of
from schemas.rows import ErpRow
from schemas.sweeps import Sweep
from schemas.topics import BILLS as BILL_TOPIC
from schemas.topics import DEAD, KEYED_PARTITIONS, SWEEPS
from tests.strategies import SEEN, instance
from tests.unit.producers.memory_broker import Kept, MemoryBroker

HERE = instance()


def member(code: str, owner: str, digest: bytes = b"1") -> Change:
    return Change(code, Known(owner, digest), {"id": code}, member=True)


CHANGES = st.lists(
    st.tuples(st.sampled_from("789"), st.sampled_from(["1", "2", "3"]), st.sampled_from([b"1", b"2"]), st.booleans()),
    max_size=12,
)


def read_back(records: Iterable[Kept]) -> Books:
    notes = Notes()
    for one in records:
        note(notes, one.key, one.value, {name: value or b"" for name, value in one.headers})
    return notes.books


@given(st.data(), CHANGES)
async def test_the_memory_read_back_is_the_memory_that_was(
    data: st.DataObject, changes: list[tuple[str, str, bytes, bool]]
) -> None:
    """Whatever moved between clients, and however the partitions take turns while they are read."""
    broker = MemoryBroker()
    seen: Seen = {}
    for code, owner, digest, present in changes:
        found = [member(code, owner, digest)] if present else [gone(code, seen[code])] if code in seen else []
        todo = list(news(seen, found))
        await Outbox(broker).page(HERE, BILLS, "1", SEEN, todo)
        remember(seen, todo)
    turns = data.draw(st.permutations([place for place in sorted(broker.parts) for _ in broker.parts[place]]))
    parts = {place: iter(records) for place, records in broker.parts.items()}

    assert read_back(next(parts[place]) for place in turns).get((HERE.name, "bill"), {}) == seen


async def test_a_row_that_moved_is_its_new_owners_though_the_old_ones_partition_is_read_last() -> None:
    """The two partitions take turns: came to 1, came to 2, left 1, changed at 2."""
    broker = MemoryBroker()
    seen: Seen = {}
    for one in (member("7", "1"), member("7", "2"), member("7", "2", b"2")):
        todo = list(news(seen, [one]))
        await Outbox(broker).page(HERE, BILLS, "1", SEEN, todo)
        remember(seen, todo)
    came, left = (one for part in broker.parts.values() for one in part if one.key == b"norte:1:bill:7")
    here, changed = (one for part in broker.parts.values() for one in part if one.key == b"norte:2:bill:7")

    for some in ([came, here, left], [here, came, left], [came, left, here]):
        assert read_back(some) == {(HERE.name, "bill"): {"7": Known("2", b"1")}}
        assert read_back([*some, changed]) == {(HERE.name, "bill"): seen}


@given(CHANGES)
async def test_a_compacted_topic_tells_the_same(changes: list[tuple[str, str, bytes, bool]]) -> None:
    """Only the newest record of each key is left: gone, member or not."""
    broker = MemoryBroker()
    seen: Seen = {}
    for code, owner, digest, _ in changes:
        todo = list(news(seen, [member(code, owner, digest)]))
        await Outbox(broker).page(HERE, BILLS, "1", SEEN, todo)
        remember(seen, todo)
    compacted = {one.key: one for one in broker.of(BILL_TOPIC.name)}

    assert read_back(compacted.values()).get((HERE.name, "bill"), {}) == seen


async def test_a_tombstone_is_forgotten() -> None:
    """A row of a person who was erased is new if the ERP still shows it."""
    broker = MemoryBroker()
    await Outbox(broker).page(HERE, BILLS, "1", SEEN, [member("7", "1")])
    (record,) = broker.of(BILL_TOPIC.name)

    assert read_back([record, record._replace(value=None, headers=())]) == {(HERE.name, "bill"): {}}


@pytest.mark.parametrize(
    ("key", "headers"),
    [
        (None, {"digest": b"1", "member": b"1"}),
        (b"norte:1", {"digest": b"1", "member": b"1"}),
        (b"norte:1:bill:7", {}),
        (b"norte:1:bill:7", {"member": b"1"}),
        (b"norte:1:bill:7", {"digest": b"1", "member": b"0"}),
        (b"\xff:1:bill:7", {}),
    ],
)
def test_a_record_that_is_not_ours_teaches_nothing(key: bytes | None, headers: dict[str, bytes]) -> None:
    notes = Notes()
    note(notes, key, b"{}", headers)

    assert not any(notes.books.values())


async def test_rows_lie_in_their_debtors_partition_in_the_order_given() -> None:
    broker = MemoryBroker()
    changes = [member(str(code), str(code % 5)) for code in range(40)]
    await Outbox(broker).page(HERE, BILLS, "sweep 1", SEEN, changes)

    kept = list(broker.of(BILL_TOPIC.name))
    assert all(partition_of(debtor_of_row(one.key), KEYED_PARTITIONS) == one.partition for one in kept)
    assert sorted(int(decode(ErpRow, one.value).id) for one in kept) == list(range(40))
    for part in broker.parts.values():
        codes = [int(decode(ErpRow, one.value).id) for one in part]
        assert codes == sorted(codes)


async def test_an_event_says_what_was_seen_when_and_by_which_sweep() -> None:
    broker = MemoryBroker()
    await Outbox(broker).page(HERE, BILLS, "sweep 1", SEEN, [member("7", "1"), gone("8", Known("1", b"old"))])

    first, second = (decode(ErpRow, one.value) for one in broker.of(BILL_TOPIC.name))
    assert (first.id, first.client, first.kind, first.row, first.seen_at) == ("7", "1", "bill", {"id": "7"}, SEEN)
    assert (first.sweep, first.ddd, first.erp, first.instance) == ("sweep 1", "82", IXC.name, "norte")
    assert (second.id, second.row) == ("8", None)
    assert [one.key for one in broker.of(BILL_TOPIC.name)] == [b"norte:1:bill:7", b"norte:1:bill:8"]


async def test_a_row_that_the_broker_did_not_take_is_an_error() -> None:

    broker = MemoryBroker()
    broker.refuse = [RequestTimedOutError()]

    with pytest.raises(UnpublishedError, match="RequestTimedOutError"):
        await Outbox(broker).page(HERE, BILLS, "1", SEEN + timedelta(1), [member("7", "1")])


async def test_sweeps_have_one_partition_and_one_key_a_kind() -> None:
    broker = MemoryBroker()
    sweep = Sweep(instance="norte", erp="ixc", kind="bill", sweep="1", phase="started", at=SEEN)
    await Outbox(broker).sweep(sweep)

    (kept,) = broker.parts[SWEEPS.name, 0]
    assert (kept.key, decode(Sweep, kept.value)) == (b"norte:bill", sweep)
    assert not broker.parts[DEAD.name, 0]


def test_each_reference_table_has_a_book_of_its_own() -> None:
    assert book_of("reference", "cidade") != book_of("reference", "uf")
    assert book_of("bill", "1") == book_of("bill", "2") == "bill"
