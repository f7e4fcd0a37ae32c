"""`dialer` on bytes: debtor states in, the queue out, and time as an input too."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.dialer.stage import World, again, fold, key_of, verdict
from schemas.calling.facts import facts_of
from schemas.codec import decode
from schemas.controls import Controls
from schemas.debtor import Bill, Client, Debtor
from schemas.errors import RejectRecord
from schemas.queue import Facts, QueueEntry
from tests.strategies import BILLS, INSTANTS, MONDAY, SEEN, instance
from tests.unit.records import Given, of

KEY = b"norte:1042"
HERE = instance()
WORLD = World({"norte": HERE}, {})
NOON = datetime(2026, 1, 12, 12, tzinfo=HERE.clock)
OWED = Bill(due_on=date(2025, 12, 20), open_cents=9_990, status="open", seen_at=SEEN)
FULANA = Client(name="FULANA", active=True, person="a" * 32, phones=("+5582999990001",), seen_at=SEEN)


def debtor(version: int, **bills: Bill) -> Debtor:
    return Debtor(instance="norte", code="1042", version=version, changed_at=SEEN, client=FULANA, bills=bills)


def state(event: Debtor | None, offset: int = 0) -> Given:
    return of("debtor.v1", KEY, event, offset)


def entry(queued: bytes | None) -> QueueEntry:
    assert queued is not None
    return decode(QueueEntry, queued)


def run(queued: bytes | None, records: Sequence[Given], now: datetime = NOON) -> bytes | None:
    folded = fold(WORLD, KEY, queued, records, now)
    assert not folded.letters
    return folded.state if folded.changed else queued


STATES = st.lists(
    st.one_of(st.none(), st.dictionaries(st.sampled_from(["1", "2"]), BILLS, max_size=2)), min_size=1, max_size=6
)


@given(st.data(), STATES)
def test_the_queue_shows_the_newest_state_however_the_records_are_cut_and_repeated(
    data: st.DataObject, states: list[dict[str, Bill] | None]
) -> None:
    records = [state(None if bills is None else debtor(10 + version, **bills)) for version, bills in enumerate(states)]
    queued: bytes | None = None
    start = 0
    for _ in range(data.draw(st.integers(0, 3))):
        end = data.draw(st.integers(start, len(records)))
        queued = run(queued, records[start:end])
        start = data.draw(st.integers(0, end))
    queued = run(queued, records[start:])

    last = states[-1]
    if not last:
        assert queued is None
    else:
        assert entry(queued).facts == facts_of(debtor(0, **last))


@given(st.permutations([1, 2, 3]), BILLS)
def test_an_older_state_never_wins(order: list[int], bill: Bill) -> None:
    """In one batch or in three; the older ones have no bill and would take the debtor from the queue."""
    versions = {1: debtor(1), 2: debtor(2), 3: debtor(3, b=bill)}
    together = run(None, [state(versions[n]) for n in order])
    queued = run(None, [state(versions[3])])
    for n in order:
        queued = run(queued, [state(versions[n])])

    assert entry(together).facts == entry(queued).facts == facts_of(versions[3])


def test_a_debtor_without_open_bills_leaves_the_queue() -> None:
    queued = run(None, [state(debtor(1, b=OWED))])

    assert fold(WORLD, KEY, queued, [state(debtor(2))], NOON) == (True, None, [])
    assert fold(WORLD, KEY, None, [state(debtor(2))], NOON) == (False, None, [])


def test_an_erased_debtor_leaves_the_queue_and_may_come_back_under_any_version() -> None:
    """A topic that was rebuilt by a worker whose clock is behind."""
    queued = run(None, [state(debtor(1_000, b=OWED))])

    assert fold(WORLD, KEY, queued, [state(None)], NOON) == (True, None, [])
    assert entry(run(queued, [state(None), state(debtor(900, b=OWED))])).debtor_version in {900, 1_000}
    assert entry(run(run(queued, [state(None)]), [state(debtor(900, b=OWED))])).debtor_version == 900


def test_what_changes_neither_facts_nor_verdict_is_not_published() -> None:
    queued = run(None, [state(debtor(1, b=OWED))])
    folded = fold(WORLD, KEY, queued, [state(debtor(2, b=OWED))], NOON + timedelta(seconds=1))

    assert not folded.changed


@given(st.lists(st.tuples(INSTANTS, st.booleans()), min_size=2, max_size=5), st.sampled_from([NOON, SEEN]))
def test_versions_grow_whatever_the_clock_says(steps: list[tuple[datetime, bool]], other: datetime) -> None:
    """Also of a verdict that only time changed, by a worker whose clock is behind."""
    queued: bytes | None = None
    for version, (now, more) in enumerate(steps):
        before = queued
        folded = fold(WORLD, KEY, queued, [state(debtor(version + 1, b=OWED, **({"c": OWED} if more else {})))], now)
        queued = folded.state if folded.changed else queued
        if folded.changed and before is not None:
            assert entry(queued).version > entry(before).version
        if queued is not None and (later := again(WORLD, KEY, queued, other)).changed:
            assert entry(later.state).version > entry(queued).version


def test_the_evidence_and_the_moment_travel_with_the_decision() -> None:
    queued = entry(run(None, [state(debtor(7, b=OWED))]))

    assert (queued.key, queued.debtor_version, queued.decided_at) == (KEY, 7, NOON)
    assert (queued.verdict.holds, queued.verdict.oldest_due_on, queued.verdict.overdue_cents) == (
        (),
        date(2025, 12, 20),
        9_990,
    )


# --- time and rules


def test_the_clock_alone_changes_a_verdict() -> None:
    queued = run(None, [state(debtor(1, b=OWED))])
    assert queued is not None
    evening = NOON.replace(hour=20)

    assert not again(WORLD, KEY, queued, NOON + timedelta(minutes=1)).changed
    later = again(WORLD, KEY, queued, evening)
    assert later.changed
    assert (entry(later.state).verdict.holds, entry(later.state).decided_at) == (("outside_window",), evening)
    assert entry(later.state).facts == entry(queued).facts


def test_a_promise_changes_a_verdict_at_once() -> None:
    queued = run(None, [state(debtor(1, b=OWED))])
    assert queued is not None
    promised = World(WORLD.instances, {"norte": Controls({"1042": MONDAY}, frozenset(), frozenset())})

    assert entry(again(promised, KEY, queued, NOON).state).verdict.holds == ("promise",)


def test_what_one_provider_decided_holds_for_no_other() -> None:
    other = World(WORLD.instances, {"sul": Controls({"1042": MONDAY}, frozenset(["a" * 32]), frozenset())})

    assert verdict(other, "norte", "1042", facts_of(debtor(1, b=OWED)), NOON).holds == ()


def test_a_provider_that_is_not_configured_calls_nobody() -> None:
    assert verdict(World(), "norte", "1042", Facts(), NOON).holds == ("instance_unknown",)


# --- records that cannot be read


def test_a_record_that_cannot_be_read_is_a_letter_and_the_others_count() -> None:
    bad = Given("debtor.v1", 3, 41, KEY, b"{")
    folded = fold(WORLD, KEY, None, [bad, state(debtor(1, b=OWED))], NOON)

    (letter,) = folded.letters
    assert (letter.key, letter.value, letter.why.stage, letter.why.place) == (KEY, b"{", "dialer", "debtor.v1[3]@41")
    assert entry(folded.state).debtor_version == 1


def test_a_state_under_another_key_is_a_letter() -> None:
    folded = fold(WORLD, b"norte:9", None, [state(debtor(1, b=OWED))], NOON)

    assert ([letter.why.field for letter in folded.letters], folded.changed) == (["key"], False)


@pytest.mark.parametrize("key", [None, b"", b"norte", b"norte:1:bill:7"])
def test_only_a_debtors_key_is_one(key: bytes | None) -> None:
    with pytest.raises(RejectRecord, match="instance:client"):
        key_of(Given("debtor.v1", 0, 0, key, None))
