"""`hydrate` on bytes: batches, versions, tombstones and dead letters."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.hydrate.stage import HYDRATE, fold, key_of
from schemas.codec import decode
from schemas.dead import RETRY
from schemas.debtor import Debtor
from schemas.errors import RejectRecord
from schemas.rows import ErpRow
from tests.strategies import INSTANTS, SEEN, event, histories
from tests.unit.records import Given, of_row

KEY = b"norte:1042"
NOW = SEEN + timedelta(hours=1)


def batches(data: st.DataObject, records: Sequence[Given]) -> list[Sequence[Given]]:
    """The same records, cut anywhere."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(records)), max_size=3)))
    return [records[start:end] for start, end in zip([0, *cuts], [*cuts, len(records)], strict=True)]


def run(state: bytes | None, records: Sequence[Given], now: datetime = NOW) -> bytes | None:
    folded = fold(KEY, state, records, now)
    assert not folded.letters
    return folded.state if folded.changed else state


def same(one: bytes | None, other: bytes | None) -> bool:
    if one is None or other is None:
        return one is other
    return decode(Debtor, one).model_copy(update={"version": 0}) == decode(Debtor, other).model_copy(update={"version": 0})


@given(st.data(), histories())
def test_however_the_records_are_cut_into_batches_the_state_is_the_same(data: st.DataObject, events: list[ErpRow]) -> None:
    records = [of_row(one, offset) for offset, one in enumerate(events)]
    state: bytes | None = None
    for batch in batches(data, records):
        state = run(state, batch)

    assert same(state, run(None, records))


@given(histories(), st.lists(INSTANTS, min_size=12, max_size=12))
def test_every_published_state_is_above_the_one_before(events: list[ErpRow], clock: list[datetime]) -> None:
    """Also when the worker's clock goes back: its last state came from another machine."""
    state: bytes | None = None
    for one, now in zip(events, clock, strict=False):
        folded = fold(KEY, state, [of_row(one)], now)
        if not folded.changed:
            continue
        if state is not None and folded.state is not None:
            assert decode(Debtor, folded.state).version > decode(Debtor, state).version
        state = folded.state


@given(histories())
def test_a_fold_that_changed_nothing_was_taught_nothing(events: list[ErpRow]) -> None:
    state = run(None, [of_row(one) for one in events])
    for one in events:
        folded = fold(KEY, state, [of_row(one)], NOW)
        if not folded.changed:
            assert folded.state is None
        else:
            assert folded.state is None or not same(folded.state, state)
            state = folded.state


def test_a_record_that_cannot_be_read_is_a_letter_and_the_others_count() -> None:
    good = of_row(event("bill", "7"))
    bad = Given("erp.bill.v1", 3, 41, good.key, b"{")
    folded = fold(KEY, None, [bad, good], NOW)

    (letter,) = folded.letters
    assert (letter.key, letter.value) == (good.key, b"{")
    assert (letter.why.stage, letter.why.place, letter.why.field) == ("hydrate", "erp.bill.v1[3]@41", "value")
    assert folded.state is not None
    assert list(decode(Debtor, folded.state).bills) == ["7"]


def test_a_row_under_another_debtors_key_is_a_letter() -> None:
    folded = fold(KEY, None, [replace(of_row(event("bill", "7", client="9")), key=b"norte:1042:bill:7")], NOW)

    assert [letter.why.field for letter in folded.letters] == ["key"]
    assert folded.state is not None
    assert decode(Debtor, folded.state).bills == {}


@given(st.one_of(st.none(), st.binary(max_size=60)))
def test_no_value_stops_the_fold(value: bytes | None) -> None:
    folded = fold(KEY, None, [Given("erp.bill.v1", 3, 0, b"norte:1042:bill:7", value)], NOW)

    assert len(folded.letters) == (value is not None)
    if folded.state is not None:
        assert decode(Debtor, folded.state).unread == {"bill:7": "erp.bill.v1[3]@0"}


@given(st.binary(min_size=1, max_size=20), st.binary(min_size=1, max_size=20))
def test_no_key_stops_the_fold(instance: bytes, client: bytes) -> None:
    """Whatever four parts it has: who cannot be a debtor gets no state."""
    record = Given("erp.bill.v1", 3, 0, instance.replace(b":", b"-") + b":" + client.replace(b":", b"-") + b":bill:7", b"{")
    folded = fold(key_of(record), None, [record], NOW)

    assert len(folded.letters) == 1


# --- a dead letter that is retried


def retried(first: Given, mended: Given) -> Given:
    """As it comes back into its topic."""
    place = f"{first.topic}[{first.partition}]@{first.offset}".encode()
    return replace(mended, offset=99, headers=[(RETRY, place)])


def test_a_letter_that_is_still_its_rows_newest_word_counts_when_it_is_retried() -> None:
    """Mended code reads the very same bytes."""
    dead, good = Given("erp.bill.v1", 3, 7, b"norte:1042:bill:7", b"{"), of_row(event("bill", "7"), 8)
    state = run_with_letters(None, [dead])
    after = run(state, [retried(dead, good)])

    assert after is not None
    assert list(decode(Debtor, after).bills) == ["7"]
    assert decode(Debtor, after).unread == {}


@pytest.mark.parametrize("newer", [event("bill", "7", status="R"), event("bill", "7", gone=True), None])
def test_a_letter_never_overrules_what_came_after_it(newer: ErpRow | None) -> None:
    """A bill that was paid since is not opened again."""
    dead = Given("erp.bill.v1", 3, 7, b"norte:1042:bill:7", b"{")
    since = of_row(newer, 8) if newer else tombstone("bill", "7")
    state = run_with_letters(None, [dead, since])
    folded = fold(KEY, state, [retried(dead, of_row(event("bill", "7")))], NOW)

    assert folded == (False, None, [])


def test_a_letter_of_a_row_that_died_twice_is_overruled_by_the_second() -> None:
    first, second = (Given("erp.bill.v1", 3, offset, b"norte:1042:bill:7", b"{") for offset in (7, 8))
    state = run_with_letters(None, [first, second])

    assert fold(KEY, state, [retried(first, of_row(event("bill", "7")))], NOW) == (False, None, [])


def run_with_letters(state: bytes | None, records: Sequence[Given]) -> bytes | None:
    """The state, whatever died on the way."""
    folded = fold(KEY, state, records, NOW)
    return folded.state if folded.changed else state


def tombstone(kind: str, code: str) -> Given:
    return Given(f"erp.{kind}.v1", 3, 9, f"norte:1042:{kind}:{code}".encode(), None)


def test_a_person_of_whom_every_row_is_erased_leaves_no_state() -> None:
    events = [event("client", "1042"), event("contract", "1"), event("bill", "1"), event("bill", "2", status="R")]
    state = run(None, [of_row(one) for one in events])
    rest = [tombstone("contract", "1"), tombstone("bill", "1"), tombstone("bill", "2")]

    assert run(state, rest) is not None
    erased = fold(KEY, state, [*rest, tombstone("client", "1042")], NOW)
    assert (erased.changed, erased.state) == (True, None)


def test_a_tombstone_for_nobody_is_nothing() -> None:
    assert fold(KEY, None, [tombstone("bill", "7")], NOW) == (False, None, [])


def test_the_key_of_a_row_is_its_debtors() -> None:
    assert key_of(of_row(event("bill", "7"))) == KEY
    with pytest.raises(RejectRecord):
        key_of(Given("erp.bill.v1", 0, 0, b"norte:1042", b"{}"))


def test_the_stage_reads_every_raw_topic_of_a_debtor_partition_by_partition() -> None:
    assert {topic.name for topic in HYDRATE.sources} == {"erp.client.v1", "erp.contract.v1", "erp.bill.v1"}
    assert {topic.partitions for topic in HYDRATE.sources} == {HYDRATE.output.partitions}
