"""What is stored makes a batch cheaper, never another: insert what is new, leave alone what is there, guard the rest."""

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pymongo import DeleteOne, InsertOne

from sinks.views.worker import UNKNOWN
from sinks.views.writes import Batch

CODES = st.sampled_from("abc")
VERSIONS = st.integers(0, 4)
STORED = st.dictionaries(CODES, VERSIONS)
NEWEST = st.dictionaries(CODES, st.one_of(st.none(), VERSIONS))


def batch(newest: Mapping[str, int | None]) -> Batch:
    return Batch({code: None if at is None else {"_id": code, "version": at} for code, at in newest.items()}, [])


def stored(writes: Iterable[Any], before: Mapping[str, int]) -> tuple[dict[str, int], bool]:
    """Versions by `_id` after the writes, and whether an insert met a document."""
    held, met = dict(before), False
    for write in writes:
        if isinstance(write, DeleteOne):
            held.pop(write._filter["_id"], None)
            continue
        identity, version = write._doc["_id"], write._doc["version"]
        if isinstance(write, InsertOne):
            met |= identity in held
            held.setdefault(identity, version)
        elif identity not in held or held[identity] < version:
            held[identity] = version
    return held, met


@given(STORED, NEWEST)
def test_it_writes_what_the_guarded_writes_do(before: dict[str, int], newest: dict[str, int | None]) -> None:
    made = batch(newest)

    assert stored(made.knowing(before), before) == (stored(made.writes, before)[0], False)


@given(STORED, NEWEST, st.sets(CODES))
def test_what_is_not_known_for_sure_may_be_called_old(
    before: dict[str, int], newest: dict[str, int | None], underway: set[str]
) -> None:
    """A document whose write has not ended is taken for an old one, whatever it is."""
    made = batch(newest)
    found = stored(made.knowing(before | dict.fromkeys(underway, UNKNOWN)), before)

    assert found == (stored(made.writes, before)[0], False)


@given(STORED, STORED, NEWEST)
def test_a_look_that_was_too_early_damages_nothing(
    before: dict[str, int], meanwhile: dict[str, int], newest: dict[str, int | None]
) -> None:
    """Others wrote since: nothing gets older, and the guarded writes that follow a met document end as they always do."""
    now = before | {code: max(at, before.get(code, UNKNOWN)) for code, at in meanwhile.items()}
    made = batch(newest)
    held, met = stored(made.knowing(before), now)
    if met:
        held, _ = stored(made.writes, held)

    assert held == stored(made.writes, now)[0]


def test_each_document_by_the_cheapest_write() -> None:
    made = batch({"new": 1, "old": 2, "same": 3, "gone": None})
    new, old, gone = made.knowing({"old": 1, "same": 3})

    assert new == InsertOne({"_id": "new", "version": 1})
    assert old._filter == {"_id": "old", "version": {"$lt": 2}}
    assert gone == DeleteOne({"_id": "gone"})
