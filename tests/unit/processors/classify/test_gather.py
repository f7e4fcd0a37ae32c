"""Whatever came first, twice or in between: the same evidence is the same call."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.classify.codes import AMD, AMD_CAUSES, CAUSES, DIAL_STATUSES, DISPOSITIONS
from processors.classify.gather import JOINS, SIDES, joined
from processors.classify.reading import heard
from processors.classify.stage import CLASSIFY, again
from schemas.calls import Call, CallPlaced
from schemas.codec import decode
from schemas.evidence import SAID, Evidence, Heard, Side
from schemas.topics import EVIDENCE, PLACED
from tests.strategies import SEEN
from tests.unit.processors.classify.said import ATTEMPT, event, piece, row
from tests.unit.records import Given, of

NOW = SEEN + timedelta(hours=2)
TEXTS = st.sampled_from(
    ["x", "9" * 30, *(f"2026-01-14 12:00:{n:02}" for n in (1, 7, 21)), "2026-01-14T12:00:21.5+0000", "1768392031.25"]
)
NUMBERS = st.one_of(st.integers(0, 40).map(str), TEXTS)
AMDS = st.sampled_from(["", "odd", "human", *AMD])
AMD_WHYS = st.sampled_from(["", "odd-1", *(f"{word}-800-800" for word in AMD_CAUSES)])
CHANNELS = st.sampled_from(["PJSIP/trunk-01", "Local/s@out-01;1", "Local/s@out-01;2", "OutgoingSpoolFailed", ""])
IDS = st.sampled_from([ATTEMPT, ATTEMPT, "", "another"])
CAUSE_TEXTS = st.sampled_from(["0", "16", "127", *map(str, CAUSES)])

RECORDS = st.fixed_dictionaries(
    {"uniqueid": IDS, "channel": CHANNELS, "disposition": st.sampled_from(["", "8", "UNKNOWN", *DISPOSITIONS])},
    optional={
        "dstchannel": st.sampled_from(["", "PJSIP/2"]),
        "lastapp": st.sampled_from(["", "AMD", "Dial", "Hangup", "AppDial2", "VoiceMail"]),
        "start": TEXTS,
        "answer": TEXTS,
        "end": TEXTS,
        "duration": NUMBERS,
        "billsec": NUMBERS,
        "amdstatus": AMDS,
        "amdcause": AMD_WHYS,
        "hangupcause": CAUSE_TEXTS,
    },
).map(lambda fields: piece("record", "csv", **fields))
EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["ChannelCreated", "ChannelStateChange", "ChannelDestroyed", "Hangup", "VarSet", "Dial"])},
    optional={
        "uniqueid": IDS,
        "channel": CHANNELS,
        "timestamp": TEXTS,
        "state": st.sampled_from(["Up", "6", "Ringing", "5"]),
        "cause": CAUSE_TEXTS,
        "dialstatus": st.sampled_from(["RINGING", *DIAL_STATUSES]),
    },
).map(lambda fields: piece("event", "ari", **fields))
VARIABLES = st.one_of(
    AMDS.map(lambda said: event("ChannelVarset", variable="AMDSTATUS", value=said)),
    AMD_WHYS.map(lambda said: event("ChannelVarset", variable="AMDCAUSE", value=said)),
)
PIECES = st.lists(st.one_of(RECORDS, EVENTS, EVENTS, VARIABLES), min_size=1, max_size=7)
RINGS = st.sampled_from([15, 20, 30, 45])


def placed(ring_seconds: int) -> CallPlaced:
    return CallPlaced(
        attempt=ATTEMPT,
        instance="norte",
        code="1042",
        number="+5582999990001",
        pabx="127.0.0.1:8088",
        at=SEEN,
        answer="ringing",
        ring_seconds=ring_seconds,
    )


def record(said: CallPlaced | Evidence) -> Given:
    return of(PLACED.name if isinstance(said, CallPlaced) else EVIDENCE.name, said.key, said)


def folded(batches: list[list[CallPlaced | Evidence]]) -> Call:
    state = None
    for batch in batches:
        found = CLASSIFY.fold(state_key(), state, [record(one) for one in batch], NOW)
        state = found.state if found.changed else state
    assert state is not None
    return decode(Call, state).model_copy(update={"version": 0})


def state_key() -> bytes:
    return f"norte:1042:call:{ATTEMPT}".encode()


@settings(max_examples=400)
@given(PIECES, RINGS, st.data())
def test_any_order_and_any_repetition_in_any_batches_gives_the_same_call(
    pieces: list[Evidence], ring_seconds: int, data: st.DataObject
) -> None:
    said: list[CallPlaced | Evidence] = [placed(ring_seconds), *pieces]
    again_said = data.draw(st.lists(st.sampled_from(said), max_size=4))
    shuffled = data.draw(st.permutations([*said, *again_said]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=3)))
    batches = [shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]

    assert folded(batches) == folded([said])


@given(PIECES, RINGS, st.data())
def test_a_call_that_was_judged_too_early_ends_as_it_would_have(
    pieces: list[Evidence], ring_seconds: int, data: st.DataObject
) -> None:
    """`lost` in between changes nothing, once its own channel is known to have gone."""
    said: list[CallPlaced | Evidence] = [placed(ring_seconds), *pieces, event("ChannelDestroyed")]
    cut = data.draw(st.integers(1, len(said)))
    state = CLASSIFY.fold(state_key(), None, [record(one) for one in said[:cut]], NOW).state
    assert state is not None
    early = again(state_key(), state, NOW)
    state = early.state if early.changed else state
    late = CLASSIFY.fold(state_key(), state, [record(one) for one in said[cut:]], NOW)
    state = late.state if late.changed else state

    assert decode(Call, state).model_copy(update={"version": 0}) == folded([said])


CLOCK = st.sampled_from([None, *(SEEN + timedelta(seconds=n) for n in range(3))])
SPANS = st.sampled_from([None, 0.0, 1.5, 20.0])
WORDS = st.sampled_from(
    ["", "odd", "ODD", *AMD, *DIAL_STATUSES, *DISPOSITIONS, "AppDial2", "VoiceMail", "TOOLONG-1", "MAXWORDS-1"]
)
SETS = st.lists(st.sampled_from(list(DISPOSITIONS)), max_size=2, unique=True).map(lambda words: tuple(sorted(words)))
SIDE = st.builds(
    Side, dispositions=SETS, ring_s=SPANS, rang_s=SPANS, talk_s=SPANS, answered_at=CLOCK, ended_at=CLOCK
)  # fmt: skip
NUMBER = st.sampled_from([None, 16, 127, *CAUSES])
HEARD = st.builds(
    Heard,
    witnesses=st.sampled_from([(), ("ari",), ("csv",)]),
    said=st.sampled_from([(), ("a",), ("b",), ("a", "b")]),
    local=st.booleans(),
    own=SIDE,
    legs=SIDE,
    answered=st.booleans(),
    ended=st.booleans(),
    made_at=CLOCK,
    up_at=CLOCK,
    gone_at=CLOCK,
    amd_status=WORDS,
    amd_cause=WORDS,
    hangup_cause=NUMBER,
    leg_cause=NUMBER,
    dial_status=WORDS,
    last_app=WORDS,
).map(lambda one: one.model_copy(update={"records": len(one.said)}))


@given(HEARD, HEARD, HEARD)
def test_joining_minds_no_order_no_brackets_and_no_repetition(one: Heard, other: Heard, third: Heard) -> None:
    both = joined(one, other)

    assert both == joined(other, one)
    assert joined(both, third) == joined(one, joined(other, third))
    assert joined(both, one) == joined(both, other) == joined(both, both) == both
    assert joined(one, Heard()) == one


def test_every_field_is_joined() -> None:
    assert JOINS.keys() == Heard.model_fields.keys() - {"records"}
    assert SIDES.keys() == Side.model_fields.keys()


def test_records_are_counted_as_long_as_they_are_few() -> None:
    """However they come: more than `SAID` are no more, and the state does not grow."""
    rows = [heard(row("BUSY", sequence=str(n))) for n in range(2 * SAID)]
    forth, back = Heard(), Heard()
    for one, other in zip(rows, reversed(rows), strict=True):
        forth, back = joined(forth, one), joined(back, other)

    assert forth == back
    assert forth.records == SAID
    assert joined(rows[0], rows[0]).records == 1


@pytest.mark.parametrize(
    ("name", "ranked"),
    [
        ("amd_status", ["human", "PERSON", "MACHINE", "NOTSURE", "HANGUP", "odd", ""]),
        ("amd_cause", ["human-1", "MAXWORDS-1", "NOAUDIODATA-1", "A-1", ""]),
        ("hangup_cause", [1, 22, 17, 34, 18, 2, 102, 16, 127, None]),
        ("leg_cause", [28, 17, 47, 20, 3, 16, None]),
        ("dial_status", ["ANSWER", "BUSY", "CONGESTION", "CHANUNAVAIL", "NOANSWER", "CANCEL", "odd", ""]),
        ("last_app", ["AMD", "VoiceMail", "Dial", "AppDial2", ""]),
    ],
)
def test_of_two_words_the_one_that_says_more_is_kept(name: str, ranked: list[object]) -> None:
    for place, best in enumerate(ranked):
        for other in ranked[place:]:
            both = [Heard(**{name: word}) for word in (best, other)]

            assert {getattr(joined(*pair), name) for pair in (both, reversed(both))} == {best}


def test_of_two_times_what_began_began_first_and_what_ended_ended_last() -> None:
    early, late = (Heard(made_at=at, up_at=at, gone_at=at,
                         own=Side(answered_at=at, ended_at=at, ring_s=s, rang_s=s, talk_s=s))
                   for at, s in ((NOW, 9.0), (NOW + timedelta(seconds=1), 3.0)))  # fmt: skip
    for found in (joined(early, late), joined(late, early)):
        assert (found.made_at, found.up_at, found.gone_at) == (NOW, NOW, NOW + timedelta(seconds=1))
        assert (found.own.answered_at, found.own.ended_at) == (NOW, NOW + timedelta(seconds=1))
        assert (found.own.ring_s, found.own.rang_s, found.own.talk_s) == (9, 9, 9)
