"""`classify` as bytes: keys, letters, what makes no call, and what time alone does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ulid import ULID

from processors.classify.calls import SILENCE, TALK
from processors.classify.stage import CLASSIFY, MEMORY, NAME, again, born, home, key_of
from processors.keyed.rounds import fold_round
from processors.keyed.stage import Folded
from schemas.calls import Call, CallPlaced
from schemas.codec import decode, encode
from schemas.errors import RejectRecord
from schemas.evidence import Evidence
from schemas.keys import partition_of
from schemas.topics import CALLS, EVIDENCE, KEYED_PARTITIONS, PLACED
from tests.unit.records import Given, of

MADE = datetime(2026, 1, 14, 12, tzinfo=UTC)
ATTEMPT = str(ULID.from_bytes(ULID.from_datetime(MADE).bytes[:6] + bytes(10)))
KEY = f"norte:1042:call:{ATTEMPT}".encode()
NOW = MADE + timedelta(minutes=1)
RING = timedelta(seconds=20)


def placed(**fields: Any) -> CallPlaced:  # noqa: ANN401 - any of its fields
    found: dict[str, Any] = {
        "attempt": ATTEMPT,
        "instance": "norte",
        "code": "1042",
        "person": "p" * 32,
        "number": "+5582999990001",
        "pabx": "127.0.0.1:8088",
        "at": MADE,
        "answer": "ringing",
        "ring_seconds": 20,
    }
    return CallPlaced.model_validate(found | fields)


def said(**fields: str) -> Evidence:
    return Evidence(
        instance="norte", code="1042", attempt=ATTEMPT, witness="ari", piece="event", fields=fields, seen_at=MADE
    )


def gone(cause: str = "17") -> Evidence:
    return said(type="ChannelDestroyed", cause=cause)


def fold(state: bytes | None, *events: CallPlaced | Evidence) -> Folded:
    records = [of(PLACED.name if isinstance(one, CallPlaced) else EVIDENCE.name, one.key, one) for one in events]
    return CLASSIFY.fold(KEY, state, records, NOW)


def call_of(folded: Folded) -> Call:
    assert folded.letters == []
    return decode(Call, folded.state)


# --- keys


def test_both_topics_lead_to_the_call_and_its_home_is_the_debtors() -> None:
    for event, topic in ((placed(), PLACED), (gone(), EVIDENCE)):
        assert key_of(of(topic.name, event.key, event)) == KEY
    assert home(KEY) == b"norte:1042"
    assert born(KEY) == MADE
    assert (CLASSIFY.name, CLASSIFY.output, CLASSIFY.sources) == (NAME, CALLS, (PLACED, EVIDENCE))
    assert {topic.partitions for topic in (CALLS, *CLASSIFY.sources)} == {KEYED_PARTITIONS}


@pytest.mark.parametrize(
    ("topic", "key"),
    [
        (PLACED.name, None),
        (PLACED.name, b""),
        (PLACED.name, b"norte:1042"),
        (PLACED.name, f"norte:1042:cdr:{ATTEMPT}:0a".encode()),
        (PLACED.name, f"norte:1042:call:{ATTEMPT}:0a".encode()),
        (PLACED.name, f"norte::call:{ATTEMPT}".encode()),
        (PLACED.name, b"norte:1042:call:not-a-ulid"),
        (PLACED.name, b"norte:1042:call:\xff"),
        (PLACED.name, b"norte:1042:call:7ZZZZZZZZZZZZZZZZZZZZZZZZZ"),
        (PLACED.name, b"norte:1042:call:ZZZZZZZZZZZZZZZZZZZZZZZZZZ"),
        (EVIDENCE.name, KEY),
        (EVIDENCE.name, f"norte:1042:cdr:{ATTEMPT}:".encode()),
    ],
)
def test_a_key_that_names_no_attempt_is_refused(topic: str, key: bytes | None) -> None:
    with pytest.raises(RejectRecord):
        key_of(Given(topic, 3, 0, key, b"{}"))


@pytest.mark.parametrize(
    ("topic", "key", "value", "field"),
    [
        (PLACED.name, placed().key, encode(placed(code="7")), "key"),
        (EVIDENCE.name, gone().key, encode(gone().model_copy(update={"code": "7"})), "key"),
        (PLACED.name, placed().key, b"{", "value"),
        (EVIDENCE.name, gone().key, b'{"instance": "norte"}', "code"),
    ],
)
def test_what_cannot_be_read_is_a_letter_and_the_rest_is_folded(topic: str, key: bytes, value: bytes, field: str) -> None:
    folded = CLASSIFY.fold(KEY, None, [Given(topic, 3, 7, key, value), of(EVIDENCE.name, gone().key, gone())], NOW)

    assert [(letter.why.stage, letter.why.field, letter.value) for letter in folded.letters] == [(NAME, field, value)]
    assert decode(Call, folded.state).outcome == "busy"


# --- calls


def test_what_was_placed_is_open_and_its_end_is_the_outcome_in_both_orders() -> None:
    open_call = call_of(fold(None, placed()))
    assert (open_call.outcome, open_call.placed, open_call.answer, open_call.at, open_call.number) == (
        None, True, "ringing", MADE, "+5582999990001",
    )  # fmt: skip

    after = call_of(fold(fold(None, placed()).state, gone()))
    before = fold(None, gone())
    assert (call_of(before).placed, call_of(before).outcome, call_of(before).number) == (False, "busy", "")
    assert call_of(fold(before.state, placed())).model_copy(update={"version": 0}) == after.model_copy(update={"version": 0})
    assert (after.outcome, after.why, after.pabx, after.person) == ("busy", "cause 17", "127.0.0.1:8088", "p" * 32)


def test_what_says_nothing_changes_nothing() -> None:
    """Evidence that was erased, or a refusal of what nobody heard of."""
    erased = Given(EVIDENCE.name, 3, 7, gone().key, None)
    known = fold(None, placed()).state

    assert CLASSIFY.fold(KEY, None, [erased], NOW) == Folded(False, None, [])
    assert CLASSIFY.fold(KEY, known, [erased], NOW) == Folded(False, None, [])
    assert fold(None, placed(answer="refused")) == Folded(False, None, [])
    assert fold(known, placed()) == Folded(False, None, [])


def test_a_refusal_takes_no_call_back_of_which_something_was_heard() -> None:
    call = call_of(fold(fold(None, gone()).state, placed(answer="refused")))

    assert (call.outcome, call.placed, call.answer) == ("busy", True, "refused")


def test_an_erased_call_is_gone_whatever_was_refused_after_it() -> None:
    erased, refused = Given(PLACED.name, 3, 7, KEY, None), placed(answer="refused")
    known = fold(None, placed()).state

    assert CLASSIFY.fold(KEY, known, [erased, of(PLACED.name, KEY, refused)], NOW) == Folded(True, None, [])
    assert CLASSIFY.fold(KEY, None, [erased], NOW) == Folded(True, None, [])


def test_whose_time_is_over_is_judged_once_and_published() -> None:
    known = fold(None, placed()).state
    assert known is not None
    over = MADE + RING + SILENCE
    assert again(KEY, known, over - timedelta(microseconds=1)) == Folded(False, None, [])
    late = again(KEY, known, over)

    assert (late.changed, call_of(late).outcome) == (True, "lost")
    assert late.state is not None
    assert again(KEY, late.state, over) == Folded(False, None, [])


def test_new_evidence_revises_and_known_evidence_publishes_nothing() -> None:
    """NO ANSWER, and then the cause that only an event tells."""
    record = Evidence(
        instance="norte", code="1042", attempt=ATTEMPT, witness="csv", piece="record",
        fields={"uniqueid": ATTEMPT, "disposition": "NO ANSWER", "duration": "2"}, seen_at=MADE,
    )  # fmt: skip
    first = fold(None, placed(), record)
    second = fold(first.state, gone("1"))

    assert (call_of(first).outcome, call_of(second).outcome) == ("no_answer", "invalid_number")
    assert call_of(second).version > call_of(first).version
    for known in (placed(), record, gone("1"), record.model_copy(update={"seen_at": NOW})):
        assert not fold(second.state, known).changed


def test_of_two_tellings_the_one_that_rings_counts_and_then_the_later_one() -> None:
    unclear, ringing = placed(answer="unclear"), placed(at=MADE + RING)

    for one, other in ((unclear, ringing), (ringing, unclear), (placed(), ringing), (ringing, placed())):
        assert call_of(fold(None, one, other)).at == ringing.at
    assert call_of(fold(None, unclear)).answer == "unclear"


def test_a_refusal_makes_no_call() -> None:
    assert fold(None, placed(answer="refused", reason="limit_gap")) == Folded(False, None, [])


def test_a_dry_run_is_told_and_never_has_an_outcome() -> None:
    folded = fold(None, placed(dry_run=True))

    assert (call_of(folded).dry_run, call_of(folded).outcome) == (True, None)
    assert call_of(fold(folded.state, gone())).outcome is None
    assert folded.state is not None
    assert not again(KEY, folded.state, NOW + MEMORY).changed


def test_a_tombstone_erases_the_call() -> None:
    state = fold(None, placed(), gone()).state
    tombstone = of(PLACED.name, placed().key, None)

    assert CLASSIFY.fold(KEY, state, [tombstone], NOW) == Folded(True, None, [])
    assert CLASSIFY.fold(KEY, None, [tombstone], NOW) == Folded(True, None, [])
    assert not CLASSIFY.fold(KEY, state, [of(EVIDENCE.name, gone().key, None)], NOW).changed


# --- time


def test_without_evidence_it_is_lost_after_ring_time_and_a_quarter_of_an_hour_once() -> None:
    state = fold(None, placed()).state
    assert state is not None
    ends = MADE + RING + SILENCE

    assert not again(KEY, state, ends - timedelta(seconds=1)).changed
    lost = again(KEY, state, ends)
    assert call_of(lost).outcome == "lost"
    assert lost.state is not None
    assert not again(KEY, lost.state, ends + timedelta(days=1)).changed


def test_evidence_after_it_was_lost_revises_it() -> None:
    lost = again(KEY, fold(None, placed()).state or b"", MADE + RING + SILENCE).state

    assert call_of(fold(lost, gone("19"))).outcome == "no_answer"
    assert call_of(fold(lost, said(type="ChannelStateChange", state="Ringing"))).outcome == "lost"


def test_what_was_judged_without_its_end_is_judged_anew_without_it() -> None:
    lost = again(KEY, fold(None, placed()).state or b"", MADE + RING + SILENCE).state

    assert call_of(fold(lost, said(type="ChannelVarset", variable="AMDSTATUS", value="HUMAN"))).outcome == "human"


def test_a_call_that_was_answered_may_go_on_for_an_hour() -> None:
    state = fold(None, placed(), said(type="ChannelStateChange", state="Up")).state
    assert state is not None

    assert not again(KEY, state, MADE + RING + SILENCE).changed
    assert call_of(again(KEY, state, MADE + RING + SILENCE + TALK)).outcome == "not_sure"


def test_an_ended_call_costs_nothing_to_look_at() -> None:
    """Not even to be read: what is no JSON any more, but says that it has an outcome, is passed over."""
    assert not again(KEY, b'... "outcome":"busy" ...', NOW + MEMORY).changed
    tricky = encode(call_of(fold(None, placed())).model_copy(update={"why": '"outcome":"busy"'}))
    assert call_of(again(KEY, tricky, NOW + SILENCE + RING)).outcome == "lost"


# --- memory


def round_of(event: CallPlaced | Evidence | None, topic: str, key: bytes, now: datetime, state: bytes | None = None) -> Any:  # noqa: ANN401 - a Round
    record = of(topic, key, event)
    record.partition = partition_of(b"norte:1042", KEYED_PARTITIONS)
    return fold_round(CLASSIFY, [record], {} if state is None else {KEY: state}, {}, now)


def test_evidence_of_a_forgotten_attempt_begins_no_state_and_is_a_letter_that_says_so() -> None:
    for event, topic in ((gone(), EVIDENCE.name), (placed(), PLACED.name)):
        at_the_end, after = (round_of(event, topic, event.key, MADE + MEMORY + over) for over in (timedelta(0), RING))

        assert (list(at_the_end.states), at_the_end.letters) == ([KEY], [])
        assert after.states == {}
        (letter,) = after.letters
        assert letter.why.reason == "it came too late: classify remembers 3 days, and this began before"
        assert after.read == {topic: 1}


def test_what_is_forgotten_is_a_letter_whether_it_is_still_in_memory_or_not() -> None:
    state = fold(None, placed()).state

    assert len(round_of(gone(), EVIDENCE.name, gone().key, MADE + MEMORY + RING, state).letters) == 1


def test_an_erasure_is_never_too_late() -> None:
    found = round_of(None, PLACED.name, placed().key, MADE + MEMORY + RING)

    assert (found.states, found.letters) == ({KEY: None}, [])
