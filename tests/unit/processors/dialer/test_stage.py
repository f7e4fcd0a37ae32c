"""`dialer` on bytes: debtors and calls in, the queue out, and nothing because of time alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.dialer.history import KEPT
from processors.dialer.stage import World, again, fold, key_of, verdict
from schemas.calling.facts import facts_of
from schemas.calls import Call, CallPlaced
from schemas.codec import decode
from schemas.controls import AllControls, Controls, in_force_since
from schemas.debtor import Bill, Client, Debtor
from schemas.errors import RejectRecord
from schemas.queue import Facts, QueueEntry, Verdict
from schemas.topics import CALLS, PLACED
from tests.strategies import BILLS, INSTANTS, MONDAY, SEEN, controls, instance
from tests.unit.processors.dialer.test_history import ONE, OTHER, call, placed
from tests.unit.records import Given, of

KEY = b"norte:1042"
PHONE = "+5582999990001"
CALL_KEY = placed().key
HERE = instance()
WORLD = World({"norte": HERE})
NOON = datetime(2026, 1, 12, 12, tzinfo=HERE.clock)
OWED = Bill(due_on=date(2025, 12, 20), open_cents=9_990, status="open", seen_at=SEEN)
FULANA = Client(name="FULANA", active=True, person="a" * 32, phones=(PHONE,), seen_at=SEEN)


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


@given(st.lists(st.integers(0, 3), min_size=2, max_size=5), BILLS)
def test_the_last_record_wins_whatever_its_version_says(versions: list[int], bill: Bill) -> None:
    """The partition's order is the order: in one batch or a record at a time."""
    bills = [bill.model_copy(update={"open_cents": number}) for number in range(len(versions))]
    records = [state(debtor(version, b=one)) for version, one in zip(versions, bills, strict=True)]
    queued: bytes | None = None
    for record in records:
        queued = run(queued, [record])

    assert entry(queued).facts == entry(run(None, records)).facts == facts_of(debtor(0, b=bills[-1]))


def test_a_debtor_without_open_bills_leaves_the_queue() -> None:
    queued = run(None, [state(debtor(1, b=OWED))])

    assert fold(WORLD, KEY, queued, [state(debtor(2))], NOON) == (True, None, [])
    assert fold(WORLD, KEY, None, [state(debtor(2))], NOON) == (False, None, [])


def test_an_erased_debtor_leaves_the_queue_and_may_come_back_under_any_version() -> None:
    """A topic that was rebuilt by a worker whose clock is behind."""
    queued = run(None, [state(debtor(1_000, b=OWED))])
    more = debtor(900, b=OWED, c=OWED)

    assert fold(WORLD, KEY, queued, [state(None)], NOON) == (True, None, [])
    assert entry(run(queued, [state(None), state(more)])).debtor_version == 900
    assert entry(run(run(queued, [state(None)]), [state(more)])).debtor_version == 900


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
    assert (queued.verdict.holds, queued.facts.due) == ((), ((date(2025, 12, 20), 9_990),))


# --- time and rules


MOMENTS = st.integers(-400 * 24 * 60, 400 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))


def at(moment: datetime, people: Controls) -> World:
    """The world as it is read then: promises that are over everywhere are not."""
    since = in_force_since(moment.date())
    left = {code: until for code, until in people.promises.items() if until >= since}
    return World(WORLD.instances, AllControls({"norte": replace(people, promises=left)}), since)


@given(st.lists(BILLS, max_size=3), controls("1042"), st.lists(MOMENTS, min_size=1, max_size=4))
def test_time_alone_publishes_nothing(bills: list[Bill], people: Controls, moments: list[datetime]) -> None:
    """Midnight, window edges, holidays, years: neither by looking again nor by a restart that reads the debtor again.

    Nor does a promise that ends; one that was over before there was an entry is in none.
    """
    first, *later = sorted(moments)
    record = state(debtor(1, b=OWED, **{str(n): bill for n, bill in enumerate(bills)}))
    queued = fold(at(first, people), KEY, None, [record], first).state
    assert queued is not None

    for moment in later:
        assert not again(at(moment, people), KEY, queued, moment).changed
        assert not fold(at(moment, people), KEY, queued, [record], moment).changed


def test_a_promise_is_published_when_it_is_made_moved_and_taken_back_and_not_when_it_ends() -> None:
    queued = run(None, [state(debtor(1, b=OWED))])
    assert queued is not None
    days = [MONDAY + timedelta(days=days) for days in (0, 5)]
    told = []
    for world in (
        at(NOON, Controls({"1042": days[0]})),
        at(NOON, Controls({"1042": days[1]})),
        at(NOON + timedelta(days=5), Controls({"1042": days[1]})),
        at(NOON + timedelta(days=30), Controls({"1042": days[1]})),
        at(NOON + timedelta(days=30), Controls({})),
    ):
        folded = again(world, KEY, queued, NOON)
        told.append(folded.changed)
        queued = folded.state or queued
    taken_back = again(at(NOON, Controls({})), KEY, queued, NOON)

    assert told == [True, True, False, False, False]
    assert entry(queued).verdict == Verdict(holds=("promise",), until={"promise": days[1]}, number=PHONE)
    assert taken_back.changed
    assert entry(taken_back.state).verdict == Verdict(number=PHONE)


def test_a_new_day_is_no_other_world() -> None:
    """Else everybody would be looked at again at midnight."""
    assert replace(WORLD, since=MONDAY) == WORLD
    assert replace(WORLD, controls=AllControls({"norte": Controls({"1042": MONDAY})})) != WORLD


BEFORE = b"""{"instance":"norte","code":"1042","version":1768395600000,"debtor_version":7,
"decided_at":"2026-01-14T03:00:00Z","facts":{"name":"FULANA","known":true,"active":true,"phones":["+5582999990001"],"due":[["2025-12-20",9990]]},"verdict":{"holds":
["too_early","promise","outside_window"],"score":250,"parts":{"days_late":250},"oldest_due_on":"2025-12-20","overdue_cents":9990}}"""


def test_an_entry_of_before_with_the_holds_of_its_hour_is_written_anew_once() -> None:
    """When the dialer first meets it: readers pass over those holds until then."""
    folded = again(at(NOON, Controls({"1042": MONDAY})), KEY, BEFORE, NOON)

    assert folded.changed
    assert entry(folded.state).verdict == Verdict(holds=("promise",), until={"promise": MONDAY}, number=PHONE)
    assert entry(folded.state).version > entry(BEFORE).version
    assert folded.state is not None
    assert not again(at(NOON, Controls({"1042": MONDAY})), KEY, folded.state, NOON).changed


def test_a_field_that_a_newer_version_added_survives_no_decision_and_stops_none() -> None:
    queued = run(None, [state(debtor(1, b=OWED))])
    assert queued is not None

    assert not again(WORLD, KEY, queued.replace(b"{", b'{"newer":1,', 1), NOON).changed


def test_what_one_provider_decided_holds_for_no_other() -> None:
    other = World(WORLD.instances, AllControls({"sul": Controls({"1042": MONDAY}, frozenset(["a" * 32]), frozenset())}))

    assert verdict(other, "norte", "1042", facts_of(debtor(1, b=OWED))).holds == ()


def test_a_provider_that_is_not_configured_calls_nobody() -> None:
    assert verdict(World(), "norte", "1042", Facts()).holds == ("instance_unknown",)


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


def test_a_debtors_key_is_the_records_own() -> None:
    assert key_of(state(debtor(1))) == KEY


@pytest.mark.parametrize("key", [None, b"", b"norte", b"norte:1:bill:7", b"norte:1:7"])
def test_only_a_debtors_key_is_one(key: bytes | None) -> None:
    with pytest.raises(RejectRecord, match="instance:client"):
        key_of(Given("debtor.v1", 0, 0, key, None))


@pytest.mark.parametrize("topic", ["call.placed.v1", "call.v1"])
def test_a_calls_key_is_its_debtors(topic: str) -> None:
    assert key_of(Given(topic, 0, 0, CALL_KEY, None)) == KEY


@pytest.mark.parametrize("key", [None, b"", KEY, b"norte:1042:call", b"norte:1042:bill:7", b"norte:1042:call:1:2"])
def test_only_a_calls_key_is_one(key: bytes | None) -> None:
    with pytest.raises(RejectRecord, match="instance:client"):
        key_of(Given("call.v1", 0, 0, key, None))


@pytest.mark.parametrize("event", [placed(attempt=OTHER), call(attempt=OTHER)])
def test_a_call_under_another_key_is_a_letter(event: CallPlaced | Call) -> None:
    topic = PLACED if isinstance(event, CallPlaced) else CALLS
    folded = fold(WORLD, KEY, None, [of(topic.name, CALL_KEY, event)], NOON)

    assert ([letter.why.field for letter in folded.letters], folded.changed) == (["key"], False)


# --- calls


def told(event: CallPlaced | Call) -> Given:
    return of((PLACED if isinstance(event, CallPlaced) else CALLS).name, event.key, event)


RANG = placed(at=NOON - timedelta(hours=1))
TALKED = call("human", at=NOON - timedelta(hours=1))


def test_a_call_is_placed_by_one_topic_and_ended_by_the_other() -> None:
    """Of the first its fate is open; of the second alone, too, it is a call of the debtor."""
    (open_,) = entry(run(None, [told(RANG)])).facts.calls
    (ended,) = entry(run(None, [told(TALKED)])).facts.calls

    assert (open_.outcome, ended.outcome) == (None, "human")
    assert open_.at == ended.at == RANG.at


def test_a_debtors_record_keeps_the_calls() -> None:
    queued = run(None, [state(debtor(1, b=OWED)), told(RANG)])
    again_told = entry(run(queued, [state(debtor(2, b=OWED, c=OWED))]))

    assert [one.attempt for one in again_told.facts.calls] == [ONE]
    assert again_told.facts.due == ((OWED.due_on, 9_990),) * 2


def test_an_entry_outlives_the_last_bill_as_long_as_there_are_calls_of_thirty_days() -> None:
    queued = run(run(None, [state(debtor(1, b=OWED)), told(TALKED)]), [state(debtor(2))])
    paid = entry(queued)
    later = NOON + KEPT

    assert (paid.settled, paid.facts.due, len(paid.facts.calls)) == (True, (), 1)
    assert not entry(run(queued, [state(debtor(3, b=OWED))])).settled
    assert run(queued, [state(debtor(3))], later) is None


def test_the_last_bill_is_missed_though_it_did_not_count() -> None:
    doubtful = OWED.model_copy(update={"status": "unknown"})
    queued = run(None, [state(debtor(1, b=doubtful)), told(TALKED)])

    assert not entry(queued).settled
    assert entry(run(queued, [state(debtor(2))])).settled


def test_calls_that_come_before_their_debtor_wait_for_him() -> None:
    """A queue that is made anew reads the topics as they come."""
    queued = run(None, [told(TALKED)])
    assert (entry(queued).settled, entry(queued).facts.known) == (True, False)

    assert (
        entry(run(queued, [state(debtor(1, b=OWED))])).facts
        == entry(run(None, [state(debtor(1, b=OWED)), told(TALKED)])).facts
    )


def test_an_erased_debtor_takes_his_calls_along_and_an_erased_call_leaves_alone() -> None:
    queued = run(None, [state(debtor(1, b=OWED)), told(TALKED)])
    gone = Given(CALLS.name, 3, 9, TALKED.key, None)

    assert run(queued, [state(None)]) is None
    assert entry(run(queued, [gone])).facts.calls == ()
    assert run(run(None, [told(TALKED)]), [gone]) is None
    assert run(None, [gone]) is None


def test_an_old_call_leaves_with_the_next_change_and_makes_none() -> None:
    later = TALKED.at + KEPT + timedelta(hours=1)
    queued = run(None, [state(debtor(1, b=OWED)), told(TALKED)])
    assert queued is not None

    assert not again(WORLD, KEY, queued, later).changed
    assert not fold(WORLD, KEY, queued, [state(debtor(1, b=OWED))], later).changed
    assert not fold(WORLD, KEY, queued, [told(TALKED)], later).changed
    assert entry(run(queued, [state(debtor(2, b=OWED, c=OWED))], later)).facts.calls == ()
    assert not fold(WORLD, KEY, None, [told(TALKED)], later).changed


CALL_TOLD = st.builds(
    lambda event, attempt, hours: told(event.model_copy(update={"attempt": attempt, "at": NOON - timedelta(hours=hours)})),
    st.sampled_from([placed(), placed("unclear"), placed("refused"), call(), call("human"), call("lost"), call("busy")]),
    st.sampled_from([ONE, OTHER]),
    st.integers(0, 24 * 40),
)
RECORDS = st.lists(
    st.one_of(
        st.just(state(debtor(1, b=OWED))), st.just(state(debtor(2, b=OWED, c=OWED))), st.just(state(debtor(3))), CALL_TOLD
    ),
    min_size=1,
    max_size=8,
)


@given(st.data(), RECORDS)
def test_debtors_and_calls_give_the_same_entry_however_they_are_cut(data: st.DataObject, records: list[Given]) -> None:
    """Beside what grew old, which may leave earlier or later."""
    cut = data.draw(st.integers(0, len(records)))
    one, other = run(None, records), run(run(None, records[:cut]), records[cut:])

    assert (one is None) == (other is None)
    if one is not None:
        first, second = entry(one), entry(other)
        assert (first.facts, first.settled, first.verdict) == (second.facts, second.settled, second.verdict)
