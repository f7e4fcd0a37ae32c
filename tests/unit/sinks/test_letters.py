"""Dead letters as documents: told twice, stored once; nothing of them is lost."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pymongo import DeleteOne, UpdateOne

from schemas.dead import GONE
from sinks.views.letters import dead_letter, dead_letters
from tests.strategies import SEEN
from tests.unit.records import Given

TOLD = {"stage": b"hydrate", "place": b"erp.bill.v1[3]@7", "field": b"row", "reason": b"no date"}


def letter(offset: int = 7, timestamp: int = 1_768_392_000_000, *, value: bytes = b"\x00{", **headers: bytes) -> Given:
    return Given("dead.v1", 0, offset, b"\xff", value, timestamp, tuple({**TOLD, **headers}.items()))


def identity(one: Given) -> Any:  # noqa: ANN401 - whatever MongoDB takes
    return dead_letter(one)["_id"]


def test_a_letter_keeps_its_bytes_and_its_reason() -> None:
    document = dead_letter(letter())

    assert (document["key"], document["value"]) == (b"\xff", b"\x00{")
    assert {name: document[name].encode() for name in TOLD} == TOLD
    assert document["at"] == datetime(2026, 1, 14, 12, tzinfo=UTC)


def test_told_twice_it_is_stored_once() -> None:
    """A stage that died before it committed meets the record again, and tells it later, at another offset."""
    batched = dead_letters([letter(7), letter(900, 1_768_392_060_000)], lambda record: record.offset, SEEN)
    (write,) = batched.writes()

    assert write._doc["$set"]["version"] == 900  # type: ignore[index]
    assert batched.letters == []


def test_one_that_was_taken_away_is_gone_also_where_all_is_read_anew() -> None:
    """In one batch with its letter or in a later one; what stands after it in the topic is a letter again."""
    gone = replace(letter(8), key=None, value=None, headers=((GONE, identity(letter()).encode()),))
    other = letter(9, value=b"other")

    for told in ([letter(), gone, other], [gone, other]):
        batched = dead_letters(told, lambda record: record.offset, SEEN)
        assert [type(write) for write in batched.writes()] == [DeleteOne, UpdateOne]
        assert batched.newest.keys() == {identity(letter()), identity(other)}
    again = dead_letters([gone, letter(10)], lambda record: record.offset, SEEN)
    assert [type(write) for write in again.writes()] == [UpdateOne]
    first = dead_letters([letter(), other], lambda record: record.offset, SEEN)
    first.take(dead_letters([gone], lambda record: record.offset, SEEN))
    assert {type(write) for write in first.writes()} == {DeleteOne, UpdateOne}


def test_other_letters_are_other_documents() -> None:
    """Of the same place too: another stage that could not read it, another field, another record of a topic made anew."""
    ones = [
        letter(),
        letter(place=b"erp.bill.v1[3]@8"),
        letter(stage=b"dialer"),
        letter(field=b"key"),
        letter(value=b"other"),
        replace(letter(), key=None),
        replace(letter(), key=b"\xff\x00", value=b"{"),
    ]

    assert len({identity(one) for one in ones}) == len(ones)


def test_a_letter_without_headers_is_kept_too() -> None:
    document = dead_letter(replace(letter(3), headers=()))

    assert (document["stage"], document["place"]) == ("unknown", "dead.v1[0]@3")
