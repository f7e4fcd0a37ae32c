"""One round of one partition: what is delivered twice is folded once, and nothing stops the neighbours."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.hydrate.stage import HYDRATE
from processors.keyed.restore import examined
from processors.keyed.rounds import HEADER_BYTES, READ, Round, fold_round, messages, positions_in
from processors.keyed.stage import Fold, Folded
from schemas.codec import decode
from schemas.debtor import Debtor
from schemas.keys import partition_of
from schemas.records import Record
from schemas.rows import ErpRow
from schemas.topics import RECORD_BYTES
from schemas.ways import MOST, Passing, Way, ways_in
from tests.strategies import SEEN, event, histories
from tests.unit.records import Given, of_row

NOW = SEEN + timedelta(hours=1)
KEY = b"norte:1042"
HOME = partition_of(KEY, HYDRATE.output.partitions)


def at_home(record: Given) -> Given:
    record.partition = HOME
    return record


def log_of(events: Sequence[ErpRow]) -> list[Given]:
    """As the topics hold them: offsets grow within each."""
    ends: dict[str, int] = {}
    found = []
    for one in events:
        record = at_home(of_row(one))
        record.offset = ends.get(record.topic, 0)
        ends[record.topic] = record.offset + 1
        found.append(record)
    return found


def after(states: dict[bytes, bytes], found: Round) -> dict[bytes, bytes]:
    kept = {key: state for key, state in {**states, **found.states}.items() if state is not None}
    return {key: state for key, state in kept.items() if state}


def plain(states: dict[bytes, bytes]) -> dict[bytes, Debtor]:
    return {key: decode(Debtor, state).model_copy(update={"version": 0}) for key, state in states.items()}


@given(st.data(), histories())
def test_delivering_again_from_anywhere_changes_nothing(data: st.DataObject, events: list[ErpRow]) -> None:
    """A group that was reset, offsets that expired: no state of before is shown again, not for a moment."""
    log = log_of(events)
    states: dict[bytes, bytes] = {}
    read: dict[str, int] = {}
    for record in log:
        found = fold_round(HYDRATE, [record], states, read, NOW)
        states, read = after(states, found), found.read
    start = data.draw(st.integers(0, len(log)))
    again = fold_round(HYDRATE, log[start:], states, read, NOW)

    assert (again.states, again.letters, again.read) == ({}, [], read)


@given(st.data(), histories())
def test_however_the_records_are_cut_into_rounds_the_states_are_the_same(data: st.DataObject, events: list[ErpRow]) -> None:
    log = log_of(events)
    cut = data.draw(st.integers(0, len(log)))
    first = fold_round(HYDRATE, log[:cut], {}, {}, NOW)
    second = fold_round(HYDRATE, log[cut:], after({}, first), first.read, NOW)
    whole = fold_round(HYDRATE, log, {}, {}, NOW)

    assert plain(after(after({}, first), second)) == plain(after({}, whole))
    assert second.read == whole.read


def test_a_record_in_another_partition_than_its_keys_is_a_letter() -> None:
    """Two half states of one debtor, with one version, would both look whole."""
    stray = of_row(event("bill", "7"))
    stray.partition = (HOME + 1) % HYDRATE.output.partitions
    found = fold_round(HYDRATE, [stray], {}, {}, NOW)

    (letter,) = found.letters
    assert (letter.why.field, letter.value) == ("key", stray.value)
    assert str(HOME) in letter.why.reason
    assert found.states == {}
    assert found.read == {"erp.bill.v1": 1}


def test_a_state_that_would_be_too_large_leaves_letters_and_takes_what_makes_it_smaller() -> None:
    """What a record cannot hold stops nobody, and a bill that is paid in the same round is paid."""
    log = log_of([event("bill", str(n)) for n in range(3)])
    state = after({}, fold_round(HYDRATE, log, {}, {}, NOW))[KEY]
    tight = replace(HYDRATE, fold=fat(HYDRATE.fold))
    news = [event("bill", "0", status="R"), event("bill", "x1"), event("bill", "1", status="R")]
    found = fold_round(tight, at_end(log, news), {KEY: state}, {}, NOW)

    assert list(plain(after({}, found))[KEY].bills) == ["2"]
    assert [(letter.why.field, letter.key) for letter in found.letters] == [("size", b"norte:1042:bill:x1")]


def at_end(log: list[Given], events: Sequence[ErpRow]) -> list[Given]:
    more = log_of(events)
    for record in more:
        record.offset += len(log)
    return more


def fat(fold: Fold) -> Fold:
    """The same fold, whose state is too large for a record once it holds the bill x1."""

    def padded(key: bytes, state: bytes | None, records: Sequence[Record], now: datetime) -> Folded:
        folded = fold(key, state, records, now)
        big = folded.state is not None and b"x1" in folded.state
        return folded._replace(state=(folded.state or b"") + b" " * RECORD_BYTES) if big else folded

    return padded


def test_each_state_travels_with_the_positions_that_it_knows() -> None:
    (message,) = messages({KEY: b"{}"}, {"erp.bill.v1": 7})

    assert positions_in(message.headers) == {"erp.bill.v1": 7}
    assert positions_in([]) == {}


def test_a_state_carries_on_the_ways_of_the_rows_that_it_was_made_of_where_somebody_is_told() -> None:
    log = log_of([event("bill", "2"), event("bill", "1").model_copy(update={"sweep": "01HZ"})])
    found = fold_round(HYDRATE, log, {}, {}, NOW, one_in=1)
    (message,) = messages(found.states, found.read, found.ways)

    assert Way("01HZ", "erp.bill.v1", HOME, 1) in ways_in(message.headers)
    assert positions_in(message.headers) == found.read
    again = fold_round(HYDRATE, log, {KEY: message.value or b""}, found.read, NOW, one_in=1)
    assert (again.states, again.ways) == ({}, {}), "what was read before goes no way twice"


def test_where_nobody_is_told_a_state_is_what_it_was_before_there_were_ways() -> None:
    found = fold_round(HYDRATE, log_of([event("bill", "2"), event("bill", "1")]), {}, {}, NOW)
    (message,) = messages(found.states, found.read, found.ways)

    assert [name for name, _ in message.headers] == [READ]


@given(st.lists(st.integers(0, 2**62), min_size=MOST, max_size=MOST))
def test_the_headers_are_never_larger_than_was_reckoned(offsets: list[int]) -> None:
    ways = [Way("0" * 26, "erp.reference.v1", 99_999, offset) for offset in offsets]
    passed = [Passing(at_home(of_row(event("bill", "2"))), way) for way in ways]
    read = {topic.name: 2**62 for topic in HYDRATE.sources}
    (message,) = messages({KEY: b""}, read, {KEY: passed})

    assert sum(len(name) + len(value) for name, value in message.headers) < HEADER_BYTES


# --- restoring


def stored(value: bytes | None, key: bytes = KEY) -> Given:
    headers = [(READ, orjson.dumps({"erp.bill.v1": 7}))]
    return Given("debtor.v1", HOME, 12, key, value, headers=headers)


STATE = b'{"instance":"norte","code":"1042","version":1,"changed_at":"2026-01-14T12:00:00Z"}'


@pytest.mark.parametrize("value", [STATE, STATE.replace(b"{", b'{"newer":[1],', 1)])
def test_a_state_of_any_version_that_can_be_read_is_kept(value: bytes) -> None:
    """One unknown field ended the stage in a loop."""
    found = examined(HYDRATE, HOME, [stored(value)], {})

    assert found.states == {KEY: value}
    assert found.unreadable == {}


@pytest.mark.parametrize("value", [b"{", b"[]", STATE.replace(b'"version":1', b'"version":"one"')])
def test_a_state_that_cannot_be_read_is_named_and_stops_nobody(value: bytes) -> None:
    neighbour = next(b"norte:%d" % n for n in range(99) if partition_of(b"norte:%d" % n, HYDRATE.output.partitions) == HOME)
    found = examined(HYDRATE, HOME, [stored(value), stored(STATE, neighbour), stored(None, b"norte:erased")], {})

    assert list(found.states) == [neighbour]
    assert list(found.unreadable) == [KEY]
    assert found.unreadable[KEY].why.place == f"debtor.v1[{HOME}]@12"
    assert found.unreadable[KEY].value == value


def test_a_state_in_another_partition_than_its_keys_is_nobodys() -> None:
    found = examined(HYDRATE, (HOME + 1) % HYDRATE.output.partitions, [stored(STATE)], {})

    assert (found.states, [letter.why.field for letter in found.unreadable.values()]) == ({}, ["key"])
