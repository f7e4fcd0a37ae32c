"""What a batch of records writes: one write a document, the last record's, whatever a clock or the event itself says."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from pymongo import InsertOne, ReplaceOne, UpdateOne

from schemas.calls import Call
from schemas.codec import encode
from schemas.dead import RETRY
from schemas.debtor import Debtor
from schemas.evidence import Evidence
from schemas.keys import row_key
from schemas.queue import Facts, QueueEntry, Verdict
from schemas.records import Timed
from schemas.rows import ErpRow
from schemas.stages import Heartbeat
from schemas.sweeps import Sweep
from schemas.topics import DEAD
from schemas.views import VIEWS, View
from sinks.views.places import partition
from sinks.views.writes import Batch, Write, batch, refused
from tests.strategies import SEEN
from tests.strategies import event as row
from tests.unit.records import Given

BY_NAME = {view.name: view for view in VIEWS}
DEBTORS = BY_NAME["debtors"]
CITY = ErpRow(instance="norte", erp="ixc", kind="reference", id="7", client="uf", row={"n": "1"}, seen_at=SEEN, sweep="1")
CALL = Call(instance="norte", code="1", attempt="01KEZ0000000000000000000AA", version=3, at=SEEN)
SAID = Evidence(
    instance="norte", code="1042", attempt=CALL.attempt, witness="csv", piece="record", fields={"dst": "s"}, seen_at=SEEN
)
EVENTS: dict[str, tuple[bytes, BaseModel]] = {
    "debtors": (b"norte:1", Debtor(instance="norte", code="1", version=3, changed_at=SEEN)),
    "queue": (
        b"norte:1",
        QueueEntry(
            instance="norte", code="1", version=3, debtor_version=1, decided_at=SEEN, facts=Facts(), verdict=Verdict()
        ),
    ),
    "sweeps": (b"norte:bill", Sweep(instance="norte", erp="ixc", kind="bill", sweep="1", phase="completed", at=SEEN)),
    "references": (row_key("norte", "uf", "reference", "7"), CITY),
    "calls": (CALL.key, CALL),
    "evidence": (SAID.key, SAID),
    "closed_bills": (row_key("norte", "1042", "bill", "7"), row("bill", "7")),
    "stages": (b"views:1", Heartbeat(stage="views", worker="1", at=SEEN, since=SEEN)),
}
KEYED = [view for view in VIEWS if view.topic.partitions > 1]


def record(view: View, key: bytes, event: BaseModel | None, offset: int = 0) -> Given:
    """In the partition of its key."""
    at = partition(view, key.decode(errors="replace"))
    return Given(view.topic.name, at, offset, key, None if event is None else encode(event))


def debtor(code: str, version: int | None, offset: int = 0) -> Given:
    """`version` tells states apart; None erases."""
    event = None if version is None else Debtor(instance="norte", code=code, version=version, changed_at=SEEN)
    return record(DEBTORS, f"norte:{code}".encode(), event, offset)


def version_of(one: Timed) -> int:
    return 1_000 + one.offset


def made(view: View, *records: Timed) -> Batch:
    return batch(view, records, version_of, SEEN)


def documents(writes: list[Write]) -> dict[str, dict[str, Any]]:
    """By `_id`. Each replaces whatever is there by its `_id` alone."""
    found = {}
    for write in writes:
        assert isinstance(write, ReplaceOne)
        document: Any = write._doc
        assert (write._filter, write._upsert) == ({"_id": document["_id"]}, True)
        found[document["_id"]] = document
    return found


CODES = st.sampled_from(["1", "2", "3"])


@given(st.lists(st.tuples(CODES, st.one_of(st.none(), st.integers(1, 4))), max_size=12))
def test_one_write_a_document_and_it_is_the_last_records(records: list[tuple[str, int | None]]) -> None:
    """So that the batch can be one unordered bulk write; the versions that events carry decide nothing."""
    batched = made(DEBTORS, *(debtor(code, version, offset) for offset, (code, version) in enumerate(records)))
    found = documents(batched.writes())
    last = {code: (version, offset) for offset, (code, version) in enumerate(records)}

    assert len(batched.writes()) == len(last)
    assert not batched.letters
    for code, (version, offset) in last.items():
        document = found[f"norte:{code}"]
        assert document["version"] == 1_000 + offset
        assert document.get("erased", False) is (version is None)


@given(st.sets(CODES), st.sets(CODES))
def test_what_is_known_to_be_new_is_inserted(there: set[str], read: set[str]) -> None:
    """What is stored would be a duplicate; what is not would cost a search."""
    writes = made(DEBTORS, *(debtor(code, 1) for code in sorted(read))).writes({f"norte:{code}" for code in there})

    replaced = {write._filter["_id"] for write in writes if isinstance(write, ReplaceOne)}
    inserted = {write._doc["_id"] for write in writes if isinstance(write, InsertOne)}
    assert replaced == {f"norte:{code}" for code in read & there}
    assert inserted == {f"norte:{code}" for code in read - there}


def test_what_is_erased_leaves_a_grave_that_nobody_finds_by_instance() -> None:
    (grave,) = documents(made(DEBTORS, debtor("1", 1), debtor("1", None, 1)).writes()).values()

    assert grave == {"_id": "norte:1", "version": 1_001, "erased": True, "at": SEEN}


def test_who_comes_back_has_no_grave() -> None:
    (document,) = documents(made(DEBTORS, debtor("1", None), debtor("1", 1, 1)).writes()).values()

    assert "erased" not in document


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
@given(value=st.binary(max_size=40), key=st.one_of(st.none(), st.binary(max_size=20)))
def test_bytes_that_cannot_be_read_are_letters_and_never_an_error(view: View, key: bytes | None, value: bytes) -> None:
    batched = made(view, Given(view.topic.name, 2, 41, key, value))

    (letter,) = batched.letters
    assert (letter.key, letter.value, batched.writes()) == (key, value, [])
    assert (letter.why.stage, letter.why.place) == ("views", f"{view.topic.name}[2]@41")


def test_a_bad_record_does_not_hold_up_the_others() -> None:
    batched = made(
        DEBTORS,
        debtor("1", 1),
        Given("debtor.v1", 3, 1, b"norte:2", b"{"),
        debtor("3", 1, 2),
        Given("debtor.v1", 3, 3, b"x", None),
    )

    assert list(documents(batched.writes())) == ["norte:1", "norte:3"]
    assert [letter.why.place for letter in batched.letters] == ["debtor.v1[3]@1", "debtor.v1[3]@3"]


@pytest.mark.parametrize("erased", [False, True])
@pytest.mark.parametrize("view", KEYED, ids=lambda view: view.name)
def test_a_record_in_another_partition_than_its_keys_is_a_letter(view: View, erased: bool) -> None:
    key, event = EVENTS[view.name]
    right = record(view, key, None if erased else event)
    wrong = replace(right, partition=(right.partition + 1) % view.topic.partitions)
    (letter,) = made(view, wrong).letters

    assert letter.why.field == "key"
    assert {str(right.partition), str(wrong.partition)} <= set(letter.why.reason.split())
    assert made(view, right).letters == made(view, wrong).writes() == []


@pytest.mark.parametrize("view", KEYED, ids=lambda view: view.name)
def test_a_key_that_names_another_document_is_a_letter(view: View) -> None:
    """It would be erased under one name and kept under the other."""
    key, event = EVENTS[view.name]
    (letter,) = made(view, record(view, key + b"0", event)).letters

    assert (letter.why.field, letter.key) == ("key", key + b"0")


def test_a_field_of_a_newer_version_is_passed_over() -> None:
    newer = replace(debtor("1", 1), value=b'{"of_tomorrow":1,' + (debtor("1", 1).value or b"")[1:])

    assert documents(made(DEBTORS, newer).writes()) == documents(made(DEBTORS, debtor("1", 1)).writes())


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_each_view_takes_its_version_from_the_record(view: View) -> None:
    key, event = EVENTS[view.name]
    (document,) = documents(made(view, record(view, key, event, 5)).writes()).values()

    assert (document["version"], document.get("instance")) == (1_005, None if view.name == "stages" else "norte")


@pytest.mark.parametrize("name", ["sweeps", "references"])
def test_a_clock_that_was_set_back_hides_nothing(name: str) -> None:
    """The later record of the two says an earlier time: it is the newer one all the same."""
    view = BY_NAME[name]
    key, event = EVENTS[name]
    field = "at" if name == "sweeps" else "seen_at"
    back = event.model_copy(update={field: SEEN - timedelta(hours=3), **({} if name == "sweeps" else {"row": {"n": "2"}})})
    (document,) = documents(made(view, record(view, key, event), record(view, key, back, 1)).writes()).values()

    assert document["version"] == 1_001
    assert document["at"] == SEEN - timedelta(hours=3) if name == "sweeps" else document["row"] == {"n": "2"}


def test_a_topic_of_foreign_bytes_has_no_view() -> None:
    with pytest.raises(TypeError, match="dead letters"):
        made(View("x", DEAD, dict), Given(DEAD.name, 0, 0, None, b""))


# --- parts


BILLS = BY_NAME["closed_bills"]
OPEN, PAID = {"status": "A", "valor_aberto": "99.90"}, {"status": "R", "valor_aberto": "0.00"}


def bill(offset: int, *, at: timedelta = timedelta(0), gone: bool = False, **columns: str) -> Given:
    return record(BILLS, row_key("norte", "1042", "bill", "7"), row("bill", "7", at=SEEN + at, gone=gone, **columns), offset)


def erased(offset: int) -> Given:
    return record(BILLS, row_key("norte", "1042", "bill", "7"), None, offset)


def stored(writes: list[Write], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """What MongoDB makes of the only write of one document."""
    (write,) = writes
    if isinstance(write, ReplaceOne):
        return dict(write._doc)
    assert isinstance(write, UpdateOne)
    changes: Any = write._doc
    kept = {name: value for name, value in (before or {}).items() if name not in changes["$unset"]}
    return {**kept, **changes["$set"]}


def test_a_bill_that_is_paid_keeps_what_it_was_worth() -> None:
    """In one batch or in two: the closing row shows nothing owed."""
    batched = stored(made(BILLS, bill(1, **OPEN), bill(2, at=timedelta(hours=1), **PAID)).writes())
    one_by_one = stored(
        made(BILLS, bill(2, at=timedelta(hours=1), **PAID)).writes(), stored(made(BILLS, bill(1, **OPEN)).writes())
    )

    assert batched == one_by_one
    assert (batched["cents"], batched["how"], batched["closed_at"]) == (9_990, "paid", SEEN + timedelta(hours=1))
    assert (batched["version"], batched["_id"], batched["code"]) == (1_002, "norte:1042:7", "1042")


@given(st.lists(st.sampled_from(["open", "paid", "gone", "erased"]), min_size=1, max_size=5))
def test_wherever_batches_are_cut_the_document_is_the_same(told: list[str]) -> None:
    one = {
        "open": lambda n: bill(n, valor_aberto=f"{n + 1}.00", status="A"),
        "paid": lambda n: bill(n, at=timedelta(minutes=n), **PAID),
        "gone": lambda n: bill(n, at=timedelta(minutes=n), gone=True),
        "erased": erased,
    }
    records = [one[what](n) for n, what in enumerate(told)]
    whole = stored(made(BILLS, *records).writes())
    for cut in range(1, len(told)):
        first = stored(made(BILLS, *records[:cut]).writes())
        assert stored(made(BILLS, *records[cut:]).writes(), first) == whole
    assert ("erased" in whole) is (told[-1] == "erased")


def test_batches_that_are_joined_are_as_one() -> None:
    first, second = made(BILLS, bill(1, **OPEN)), made(BILLS, bill(2, **PAID))
    first.take(second)

    assert stored(first.writes())["cents"] == 9_990


def test_a_letter_that_is_put_back_never_overwrites_a_bill() -> None:
    again = replace(bill(9, **OPEN), headers=((RETRY, b"erp.bill.v1[0]@1"),))

    assert made(BILLS, bill(2, **PAID), again).writes() == made(BILLS, bill(2, **PAID)).writes()


# --- what MongoDB says


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ([], "a document"),
        (
            [{"code": 121, "errmsg": "FULANA", "op": {"q": {"_id": "norte:1"}, "u": {"name": "FULANA"}}}],
            "norte:1 (code 121)",
        ),
        ([{"code": 10334}], "a document (code 10334)"),
    ],
)
def test_a_refusal_names_the_document_and_never_shows_it(errors: list[dict[str, Any]], said: str) -> None:
    assert refused(errors) == said
