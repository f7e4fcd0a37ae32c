"""What a batch of records writes: at most one write a document, and never an older one over a newer one."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo import DeleteOne, ReplaceOne

from schemas.debtor import Debtor
from schemas.queue import Facts, QueueEntry, Verdict
from schemas.rows import ErpRow
from schemas.stages import Heartbeat
from schemas.sweeps import Sweep
from schemas.topics import DEAD
from schemas.views import VIEWS, View
from sinks.views.writes import DUPLICATE_KEY, batch, dead_letter, only_late
from tests.strategies import SEEN
from tests.unit.records import Given, of

BY_NAME = {view.name: view for view in VIEWS}
DEBTORS = BY_NAME["debtors"]


def debtor(code: str, version: int) -> Debtor:
    return Debtor(instance="norte", code=code, version=version, changed_at=SEEN)


def record(code: str, version: int | None, offset: int = 0) -> Given:
    key = f"norte:{code}".encode()
    return of("debtor.v1", key, None if version is None else debtor(code, version), offset)


def stored(writes: Sequence[Any], before: dict[str, int]) -> dict[str, int]:
    """What a collection of `_id` → version holds after the writes, as MongoDB judges their filters."""
    held = dict(before)
    for write in writes:
        identity = write._filter["_id"]
        if isinstance(write, DeleteOne):
            held.pop(identity, None)
            continue
        assert isinstance(write, ReplaceOne)
        assert write._upsert
        if identity not in held or held[identity] < write._filter["version"]["$lt"]:
            held[identity] = write._doc["version"]
    return held


CODES = st.sampled_from(["1", "2", "3"])
VERSIONS = st.integers(1, 4)


@given(st.lists(st.tuples(CODES, st.one_of(st.none(), VERSIONS)), max_size=12))
def test_at_most_one_write_a_document(records: list[tuple[str, int | None]]) -> None:
    """So that the batch can be one unordered bulk write."""
    made = batch(DEBTORS, [record(code, version) for code, version in records])
    identities = [write._filter["_id"] for write in made.writes]

    assert len(set(identities)) == len(identities)
    assert set(identities) == {f"norte:{code}" for code, _ in records}
    assert not made.letters


@given(st.data(), st.lists(st.tuples(CODES, VERSIONS), max_size=12))
def test_in_any_order_and_in_any_batches_the_newest_version_stays(
    data: st.DataObject, records: list[tuple[str, int]]
) -> None:
    held: dict[str, int] = {}
    shuffled = data.draw(st.permutations(records))
    cut = data.draw(st.integers(0, len(records)))
    for part in (shuffled[:cut], shuffled[cut:], data.draw(st.permutations(records))):
        held = stored(batch(DEBTORS, [record(code, version) for code, version in part]).writes, held)

    assert held == {f"norte:{code}": max(v for other, v in records if other == code) for code, _ in records}


@given(st.lists(st.one_of(st.none(), VERSIONS), min_size=1), st.one_of(st.none(), VERSIONS))
def test_a_tombstone_erases_what_came_before_it(versions: list[int | None], before: int | None) -> None:
    held = stored(
        batch(DEBTORS, [record("1", version) for version in versions]).writes, {} if before is None else {"norte:1": before}
    )

    if versions[-1] is None:
        assert held == {}
    else:
        assert list(held) == ["norte:1"]


@given(st.lists(st.tuples(CODES, VERSIONS), min_size=1, max_size=6))
def test_written_twice_is_written_once(records: list[tuple[str, int]]) -> None:
    made = batch(DEBTORS, [record(code, version) for code, version in records])
    held = stored(made.writes, {})

    assert stored(made.writes, held) == held


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
@given(value=st.binary(max_size=40), key=st.one_of(st.none(), st.binary(max_size=20)))
def test_bytes_that_cannot_be_read_are_letters_and_never_an_error(view: View, key: bytes | None, value: bytes) -> None:
    made = batch(view, [Given(view.topic.name, 2, 41, key, value)])

    (letter,) = made.letters
    assert (letter.key, letter.value, made.writes) == (key, value, [])
    assert (letter.why.stage, letter.why.place) == ("views", f"{view.topic.name}[2]@41")


def test_a_bad_record_does_not_hold_up_the_others() -> None:
    made = batch(
        DEBTORS,
        [
            record("1", 1),
            Given("debtor.v1", 3, 1, b"norte:2", b"{"),
            record("3", 1, 2),
            Given("debtor.v1", 3, 3, b"x", None),
        ],
    )

    assert [write._filter["_id"] for write in made.writes] == ["norte:1", "norte:3"]
    assert [letter.why.place for letter in made.letters] == ["debtor.v1[3]@1", "debtor.v1[3]@3"]


EVENTS = {
    "debtors": debtor("1", 3),
    "queue": QueueEntry(
        instance="norte", code="1", version=3, debtor_version=1, decided_at=SEEN, facts=Facts(), verdict=Verdict()
    ),
    "sweeps": Sweep(instance="norte", erp="ixc", kind="bill", sweep="1", phase="completed", at=SEEN),
    "references": ErpRow(
        instance="norte", erp="ixc", kind="reference", id="7", client="uf", row={}, seen_at=SEEN, sweep="1"
    ),
    "stages": Heartbeat(stage="views", worker="1", at=SEEN, since=SEEN),
}


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_each_view_replaces_only_what_is_older(view: View) -> None:
    (write,) = batch(view, [of(view.topic.name, b"any", EVENTS[view.name])]).writes
    assert isinstance(write, ReplaceOne)
    document = write._doc

    assert write._filter == {"_id": document["_id"], "version": {"$lt": document["version"]}}
    assert isinstance(document["version"], int)
    assert view.name == "stages" or document["instance"] == "norte"


def test_a_topic_of_foreign_bytes_has_no_view() -> None:
    with pytest.raises(TypeError, match="dead letters"):
        batch(View("x", DEAD, lambda event: event), [Given(DEAD.name, 0, 0, None, b"")])


# --- dead letters


def dead(offset: int, timestamp: int, headers: tuple[tuple[str, bytes | None], ...] = ()) -> dict[str, Any]:
    return dead_letter(Given("dead.v1", 0, offset, b"\xff", b"\x00{", timestamp, headers))


def test_a_dead_letter_keeps_its_bytes_and_its_reason() -> None:
    headers = tuple((name, name.encode()) for name in ("stage", "place", "field", "reason"))
    document = dead(7, 1_768_392_000_000, headers)

    assert (document["key"], document["value"]) == (b"\xff", b"\x00{")
    assert [document[name] for name, _ in headers] == ["stage", "place", "field", "reason"]
    assert document["at"] == datetime(2026, 1, 14, 12, tzinfo=UTC)


def test_a_topic_made_anew_does_not_overwrite_its_old_letters() -> None:
    assert dead(0, 1)["_id"] != dead(0, 2)["_id"]
    assert dead(0, 1) == dead(0, 1)


def test_a_letter_without_headers_is_kept_too() -> None:
    assert (dead(3, 0)["stage"], dead(3, 0)["place"]) == ("unknown", "dead.v1[0]@3")


# --- what MongoDB says

LATE = {"code": DUPLICATE_KEY, "keyPattern": {"_id": 1}}


@pytest.mark.parametrize(
    ("errors", "late"),
    [
        ([], True),
        ([LATE, LATE], True),
        ([LATE, {"code": 121}], False),
        ([{"code": DUPLICATE_KEY, "keyPattern": {"number": 1}}], False),
        ([{"code": DUPLICATE_KEY}], False),
    ],
)
def test_only_a_document_that_was_newer_already_is_no_error(errors: list[dict[str, Any]], late: bool) -> None:
    assert only_late(errors) is late


def test_a_sweep_that_ended_later_is_the_newer_document() -> None:
    view = BY_NAME["sweeps"]
    first = EVENTS["sweeps"]
    second = first.model_copy(update={"at": SEEN + timedelta(milliseconds=1)})
    for order in ([first, second], [second, first]):
        (write,) = batch(view, [of(view.topic.name, b"norte:bill", event) for event in order]).writes
        assert isinstance(write, ReplaceOne)
        assert write._doc["at"] == SEEN + timedelta(milliseconds=1)
