"""The whole table: AMD and cause before disposition before presumption."""

from datetime import UTC, datetime, timedelta

import pytest

from processors.classify.calls import begun, judged, told
from processors.classify.codes import CAUSES
from processors.classify.reading import heard
from schemas.attempts import Outcome
from schemas.calls import Call
from schemas.evidence import Evidence
from tests.unit.processors.classify.said import ATTEMPT, event, gone, piece, row, varset

LOCAL = {"channel": "Local/s@out-01;1"}
ANSWERED = row("ANSWERED", duration="12", billsec="8")


def call_of(*pieces: Evidence, over: bool = False, ring_seconds: int = 30) -> Call:
    call = begun("norte", "1042", ATTEMPT).model_copy(update={"ring_seconds": ring_seconds})
    for one in pieces:
        call = told(call, heard(one))
    return judged(call, over=over)


@pytest.mark.parametrize(
    ("status", "cause", "outcome"),
    [
        ("HUMAN", "HUMAN-800-800", "human"),
        ("MACHINE", "INITIALSILENCE-2500-2500", "machine"),
        ("MACHINE", "LONGGREETING-1500-1500", "machine"),
        ("MACHINE", "MAXWORDS-3-2", "machine"),
        ("MACHINE", "MAXWORDLENGTH-5000", "machine"),
        ("NOTSURE", "TOOLONG-5000", "not_sure"),
        ("NOTSURE", "NOAUDIODATA-5000", "not_sure"),
        ("HANGUP", "", "dropped"),
        ("PERSON", "", "human"),
        ("machine", "", "machine"),
        ("", "HUMAN-800-800", "human"),
        ("", "MAXWORDLENGTH-5000", "machine"),
        ("", "NOAUDIODATA-100", "not_sure"),
        ("", "", "not_sure"),
        ("CPD", "", "not_sure"),
        ("Unknown", "SOMETHING-1", "not_sure"),
    ],
)
def test_what_amd_found_counts_more_than_the_record(status: str, cause: str, outcome: Outcome) -> None:
    """From its variables and from a record's own columns; what is no word of its is kept, and decides nothing."""
    live = call_of(ANSWERED, varset("AMDSTATUS", status), varset("AMDCAUSE", cause), gone())
    written = call_of(row("ANSWERED", duration="12", billsec="8", amdstatus=status, amdcause=cause))

    assert (live.outcome, written.outcome) == (outcome, outcome)
    assert (
        (live.heard.amd_status, live.heard.amd_cause)
        == (status, cause)
        == (
            written.heard.amd_status,
            written.heard.amd_cause,
        )
    )
    assert all(word in live.why for word in (status, cause) if outcome != "not_sure" or status == "NOTSURE")


@pytest.mark.parametrize(
    ("cause", "status", "outcome"),
    [
        ("HUMAN-800-800", "HUMAN", "human"),
        ("INITIALSILENCE-2500-2500", "MACHINE", "machine"),
        ("LONGGREETING-1500-1500", "MACHINE", "machine"),
        ("MAXWORDS-3-2", "MACHINE", "machine"),
        ("MAXWORDLENGTH-5000", "MACHINE", "machine"),
        ("TOOLONG-5000", "NOTSURE", "not_sure"),
        ("noaudiodata-5000", "NOTSURE", "not_sure"),
    ],
)
def test_the_cause_that_amd_gives_stands_for_its_status(cause: str, status: str, outcome: Outcome) -> None:
    """A dialplan may keep only one of the two."""
    found = call_of(ANSWERED, varset("AMDCAUSE", cause), gone())

    assert (found.outcome, found.why) == (outcome, f"AMD {status} {cause}")


@pytest.mark.parametrize(
    ("userfield", "outcome"),
    [
        ("hh amd=MACHINE|MAXWORDS-3-2 cause=16", "machine"),
        ("hh amd=HANGUP| cause=16", "dropped"),
        (" amd=MACHINE/LONGGREETING-1500-1500 cause=16", "machine"),
        ("AMD_MACHINE", "machine"),
        ("01M8HTQVCZW04TF106M5J15NJK HUMAN", "human"),
        ("SUPERHUMAN MACHINES", "not_sure"),
        ("amdstatus=NOTSURE HUMAN", "not_sure"),
        (" amd=HUMAN/HUMAN-800-800 cause=16", "human"),
        (" amd=HANGUP/ cause=16", "dropped"),
        ("attempt=1;amdstatus=HUMAN;amdcause=HUMAN-800-800", "human"),
        ("attempt=1;to=x", "not_sure"),
        ("amd=|", "not_sure"),
        ("because=17", "not_sure"),
    ],
)
def test_a_hangup_handler_tells_by_the_userfield(userfield: str, outcome: Outcome) -> None:
    assert call_of(row("ANSWERED", duration="12", billsec="8", userfield=userfield)).outcome == outcome


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        *((cause, "invalid_number") for cause in (1, 22, 28)),
        (17, "busy"),
        *((cause, "congestion") for cause in (34, 38, 41, 42, 44, 47)),
        *((cause, "no_answer") for cause in (16, 18, 19, 20, 26, 31, 127)),
        *((cause, "failed") for cause in (2, 3, 21, 27, 29, 50, 57, 58, 88, 102)),
    ],
)
def test_the_cause_counts_more_than_the_disposition(cause: int, outcome: Outcome) -> None:
    """NO ANSWER is what a record says of an unallocated number."""
    told_by_event = call_of(row("NO ANSWER", lastapp="AppDial2", duration="3"), gone(str(cause)))
    told_by_record = call_of(row("NO ANSWER", lastapp="AppDial2", duration="3", hangupcause=str(cause)))

    assert told_by_event.outcome == told_by_record.outcome == outcome
    assert told_by_event.heard.hangup_cause == cause


def test_every_cause_of_the_table_is_tried_above() -> None:
    tried = {1, 22, 28, 17, 34, 38, 41, 42, 44, 47, 18, 19, 20, 2, 3, 21, 27, 29, 50, 57, 58, 88, 102}

    assert tried == CAUSES.keys()


@pytest.mark.parametrize(
    ("said", "outcome", "why"),
    [
        ("BUSY", "busy", "BUSY"),
        ("busy", "busy", "BUSY"),
        ("CONGESTION", "congestion", "CONGESTION"),
        ("FAILED", "failed", "FAILED"),
        ("NO ANSWER", "no_answer", "NO ANSWER"),
        ("NOANSWER", "no_answer", "NO ANSWER"),
        ("no_answer", "no_answer", "NO ANSWER"),
        ("CANCEL", "no_answer", "CANCEL"),
        ("0", "no_answer", "NO ANSWER"),
        ("1", "no_answer", "NO ANSWER"),
        ("2", "failed", "FAILED"),
        ("4", "busy", "BUSY"),
        ("8", "not_sure", "ANSWERED, no AMD"),
        ("16", "congestion", "CONGESTION"),
        ("32", "no_answer", "CANCEL"),
        ("UNKNOWN", "failed", "UNKNOWN"),
        ("", "failed", "ended, nobody says why"),
    ],
)
def test_the_disposition_counts_where_nothing_else_is_said(said: str, outcome: Outcome, why: str) -> None:
    found = call_of(row(said, duration="3"))

    assert (found.outcome, found.why) == (outcome, why)


def test_a_channel_that_went_without_a_record_ended_by_its_cause() -> None:
    """Every number that there may be: those of the table, those that tell of no fault, and the rest."""
    found = {cause: call_of(event("ChannelCreated"), gone(str(cause))).outcome for cause in range(128)}

    assert {cause for cause, outcome in found.items() if outcome != "failed"} == {
        *(cause for cause, outcome in CAUSES.items() if outcome != "failed"), 16, 26, 31,
    }  # fmt: skip
    assert found[16] == found[26] == found[31] == "no_answer"
    assert call_of(event("ChannelCreated"), gone("x")).outcome == "failed"


@pytest.mark.parametrize(
    ("status", "outcome", "why"),
    [("BUSY", "busy", "BUSY"), ("CONGESTION", "congestion", "CONGESTION"), ("CHANUNAVAIL", "failed", "FAILED"),
     ("NOANSWER", "no_answer", "NO ANSWER"), ("CANCEL", "no_answer", "CANCEL"), ("ANSWER", "not_sure", "ANSWERED, no AMD"),
     ("RINGING", "failed", "ended, nobody says why"), ("PROGRESS", "failed", "ended, nobody says why")],
)  # fmt: skip
def test_a_dial_status_stands_for_the_disposition(status: str, outcome: Outcome, why: str) -> None:
    found = call_of(event("Dial", dialstatus=status), gone(""))

    assert (found.outcome, found.why) == (outcome, why)


def test_the_best_of_all_records_counts() -> None:
    """Answered by one leg is answered, whatever the others did; by rank down to NO ANSWER."""
    ranked = ["ANSWERED", "BUSY", "CONGESTION", "FAILED", "NO ANSWER", "CANCEL"]
    for place, best in enumerate(ranked):
        legs = [
            piece("record", "csv", channel="Local/s@out-01;2", dstchannel=f"PJSIP/{n}", uniqueid="x", disposition=one)
            for n, one in enumerate(ranked[place:])
        ]

        assert call_of(row("ANSWERED", **LOCAL, billsec="9"), *legs).outcome == call_of(row(best)).outcome


@pytest.mark.parametrize(
    ("pieces", "outcome", "why"),
    [
        # nobody listened
        ([row("ANSWERED", duration="9", billsec="5")], "not_sure", "ANSWERED, no AMD"),
        ([row("ANSWERED", duration="4", billsec="1")], "dropped", "ANSWERED, no AMD, hung up after 1 s"),
        ([row("ANSWERED", duration="5", billsec="2")], "not_sure", "ANSWERED, no AMD"),
        # it listened, and the call ended
        ([row("ANSWERED", lastapp="AMD", duration="9", billsec="5")], "dropped",
         "ANSWERED, no AMD, hung up while it listened"),
        ([row("ANSWERED", lastapp="AMD", duration="9", billsec="6")], "dropped",
         "ANSWERED, no AMD, hung up while it listened"),
        ([row("ANSWERED", lastapp="AMD", duration="19", billsec="7")], "not_sure", "ANSWERED, no AMD"),
        ([row("ANSWERED", lastapp="VoiceMail", duration="9", billsec="5")], "machine_presumed",
         "ANSWERED, no AMD, last application VoiceMail"),
        # answered by a network's voicemail, after it has rung
        ([row("ANSWERED", duration="24", billsec="5")], "not_sure", "ANSWERED, no AMD"),
        ([row("ANSWERED", duration="25", billsec="5")], "machine_presumed", "ANSWERED, no AMD, rang 20 s"),
        ([row("ANSWERED", duration="45", billsec="25", amdstatus="HUMAN")], "human", "AMD HUMAN"),
        ([row("ANSWERED", duration="45", billsec="25", amdstatus="odd")], "machine_presumed",
         "ANSWERED, AMD odd, rang 20 s"),
        # voicemail without an answer: the network ends it before we do
        ([row("NO ANSWER", duration="14")], "no_answer", "NO ANSWER"),
        ([row("NO ANSWER", duration="15")], "machine_presumed", "NO ANSWER, cut by the network after 15 s"),
        ([row("NO ANSWER", duration="28")], "machine_presumed", "NO ANSWER, cut by the network after 28 s"),
        ([row("NO ANSWER", duration="29")], "no_answer", "NO ANSWER"),
        ([row("NO ANSWER", duration="20", hangupcause="19")], "no_answer", "cause 19"),
        ([row("NO ANSWER", duration="20", hangupcause="16")], "machine_presumed",
         "NO ANSWER, cut by the network after 20 s"),
        ([row("BUSY", duration="20")], "busy", "BUSY"),
        ([event("ChannelCreated", timestamp="2026-01-14T12:00:00.000+0000"),
          gone("16", timestamp="2026-01-14T12:00:22.500+0000")],
         "machine_presumed", "cause 16, cut by the network after 22.5 s"),
    ],
)  # fmt: skip
def test_what_is_presumed_says_why(pieces: list[Evidence], outcome: Outcome, why: str) -> None:
    found = call_of(*pieces)

    assert (found.outcome, found.why) == (outcome, why)


@pytest.mark.parametrize(
    "begins",
    [
        event("ChannelStateChange", state="Ringing", timestamp="2026-01-14T12:00:02.000+0000"),
        event("Dial", dialstatus="PROGRESS", timestamp="2026-01-14T12:00:02.000+0000"),
        event("Newstate", state="5", timestamp="2026-01-14T12:00:02.000+0000"),
    ],
)
def test_ringing_and_early_media_begin_the_ringing_where_nobody_told_of_the_channel(begins: Evidence) -> None:
    found = call_of(begins, gone("16", timestamp="2026-01-14T12:00:22.500+0000"))

    assert (found.outcome, found.ring_s) == ("machine_presumed", 20.5)


def test_an_answered_channel_that_we_called_was_answered_whatever_became_of_an_agent() -> None:
    """The record of a call that was passed on says what the agent's telephone did, and so may the cause."""
    passed_on = row(
        "NO ANSWER", dstchannel="PJSIP/agent-01", answer="2026-01-14 12:00:05", start="2026-01-14 12:00:00", billsec="20"
    )
    agent = piece(
        "record", "csv", channel="Local/agent@in-01;2", dstchannel="PJSIP/agent-01", uniqueid="x", disposition="BUSY"
    )

    found = call_of(passed_on, agent, gone("17"))

    assert (found.outcome, found.ring_s, found.talk_s) == ("not_sure", 5.0, 20.0)


def test_of_a_local_channel_that_answers_before_it_calls_the_cause_counts() -> None:
    up = event("ChannelStateChange", state="Up", **LOCAL)

    assert call_of(up, gone("1", **LOCAL)).outcome == "invalid_number"
    assert call_of(up, gone("16", **LOCAL)).outcome == "not_sure"
    assert call_of(event("ChannelStateChange", state="Up", channel="PJSIP/1"), gone("1")).outcome == "not_sure"


@pytest.mark.parametrize(
    ("channel", "own", "leg", "outcome", "why"),
    [
        (LOCAL, "16", "17", "busy", "cause 17"),
        (LOCAL, "", "1", "invalid_number", "cause 1"),
        (LOCAL, "1", "17", "invalid_number", "cause 1"),
        (LOCAL, "16", "", "no_answer", "cause 16"),
        ({"channel": "PJSIP/1"}, "16", "17", "no_answer", "cause 16"),
    ],
)
def test_where_ours_is_half_of_a_local_channel_and_tells_nothing_the_other_channels_cause_counts(
    channel: dict[str, str], own: str, leg: str, outcome: Outcome, why: str
) -> None:
    other = piece("event", "ami", type="Hangup", uniqueid="another", cause=leg)
    found = call_of(event("ChannelCreated", **channel), other, gone(own, **channel))

    assert (found.outcome, found.why) == (outcome, why)


def test_what_a_record_says_counts_before_the_status_of_dialling() -> None:
    assert call_of(row("CONGESTION"), event("Dial", dialstatus="BUSY"), gone("")).outcome == "congestion"


@pytest.mark.parametrize(
    ("pieces", "outcome", "why"),
    [
        ([], "lost", "nothing was heard of its end"),
        ([event("ChannelHangupRequest", cause="127")], "failed", "cause 127"),
        ([gone("")], "failed", "ended, nobody says why"),
        ([row("UNKNOWN")], "failed", "UNKNOWN"),
        ([row("ANSWERED", lastapp="AMD")], "dropped", "ANSWERED, no AMD, hung up while it listened"),
    ],
)
def test_what_is_known_of_the_end_is_said_however_little(pieces: list[Evidence], outcome: Outcome, why: str) -> None:
    found = call_of(*pieces, over=True)

    assert (found.outcome, found.why) == (outcome, why)


def test_a_local_channel_is_up_whoever_answers_and_its_legs_tell() -> None:
    up = event("ChannelStateChange", state="Up", **LOCAL)
    leg = piece("record", "csv", channel="Local/s@out-01;2", dstchannel="PJSIP/1", uniqueid="x", disposition="BUSY")

    assert call_of(up, leg).outcome == "busy"


@pytest.mark.parametrize(
    ("leg", "cause", "outcome", "ring_s", "talk_s"),
    [
        ({"disposition": "ANSWERED", "duration": "30", "billsec": "10"}, "16", "machine_presumed", 20, 10),
        ({"disposition": "ANSWERED", "duration": "9", "billsec": "5"}, "17", "not_sure", 4, 5),
        ({"disposition": "NO ANSWER", "duration": "5"}, "16", "no_answer", 5, None),
    ],
)
def test_the_times_of_a_local_call_are_its_legs(
    leg: dict[str, str], cause: str, outcome: Outcome, ring_s: float, talk_s: float | None
) -> None:
    """The channel itself is up at once and stays for as long as the dialplan likes."""
    made = event("ChannelCreated", timestamp="2026-01-14T12:00:00.000+0000", **LOCAL)
    up = event("ChannelStateChange", state="Up", timestamp="2026-01-14T12:00:01.000+0000", **LOCAL)
    over = gone(cause, timestamp="2026-01-14T12:00:40.000+0000", **LOCAL)
    told_by_leg = piece("record", "csv", channel="Local/s@out-01;2", dstchannel="PJSIP/1", uniqueid="x", **leg)

    found = call_of(made, up, told_by_leg, over)

    assert (found.outcome, found.ring_s, found.talk_s) == (outcome, ring_s, talk_s)
    assert (found.answered_at, found.ended_at) == (None, datetime(2026, 1, 14, 12, 0, 40, tzinfo=UTC))


def test_events_tell_times_more_exactly_than_records() -> None:
    made = event("ChannelCreated", timestamp="2026-01-14T12:00:00.000+0000")
    up = event("ChannelStateChange", state="Up", timestamp="2026-01-14T12:00:03.500+0000")
    over = gone(timestamp="2026-01-14T12:00:12.250+0000")

    found, written = call_of(made, up, ANSWERED, over), call_of(ANSWERED)

    assert (found.ring_s, found.talk_s) == (3.5, 8.75)
    assert (written.ring_s, written.talk_s) == (4, 8)


TOLD = {"start": "2026-01-14 12:00:00", "answer": "2026-01-14 12:00:04", "end": "2026-01-14 12:00:09"}
SECOND = datetime(2026, 1, 14, 12, tzinfo=UTC)


def test_when_it_was_answered_and_when_it_ended() -> None:
    """By events before records; of a Local channel, which is up at once, as the leg tells that answered."""
    live = [event("ChannelStateChange", state="Up", timestamp="2026-01-14T12:00:03.500+0000"),
            gone(timestamp="2026-01-14T12:00:12.250+0000")]  # fmt: skip
    up = event("ChannelStateChange", state="Up", timestamp="2026-01-14T12:00:01.000+0000", **LOCAL)
    leg = piece(
        "record", "csv", **TOLD, channel="Local/s@out-01;2", dstchannel="PJSIP/1", uniqueid="x", disposition="ANSWERED"
    )
    exact = (SECOND + timedelta(seconds=3.5), SECOND + timedelta(seconds=12.25))
    written = (SECOND + timedelta(seconds=4), SECOND + timedelta(seconds=9))
    own = row("ANSWERED", **TOLD)
    for pieces, expected in (
        ([own], written),
        (live, exact),
        ([own, *live], exact),
        ([up, leg], written),
        ([leg], written),  # nobody told of our own channel
        ([up, gone("1", **LOCAL)], (None, None)),
        ([row("BUSY", **{**TOLD, "answer": ""})], (None, written[1])),
    ):
        found = call_of(*pieces, over=True)
        assert (found.answered_at, found.ended_at) == expected


def test_a_call_is_open_until_its_own_channel_has_gone() -> None:
    """A human who was heard is still talking."""
    live = [event("ChannelStateChange", state="Up"), varset("AMDSTATUS", "HUMAN")]
    other = [piece("event", "ami", type="Hangup", uniqueid="another", cause="17")]

    assert call_of(*live).outcome is None
    assert call_of(*live, *other).outcome is None
    assert call_of(*live, *other, gone()).outcome == "human"
    assert call_of(*live, over=True).outcome == "human"


def test_what_says_nothing_of_the_end_is_lost_once_its_time_is_over() -> None:
    ringing = event("ChannelStateChange", state="Ringing")

    assert (call_of(over=True).outcome, call_of(ringing, over=True).outcome) == ("lost", "lost")
    assert call_of(event("ChannelStateChange", state="Up"), over=True).outcome == "not_sure"
    assert call_of(ringing, event("ChannelHangupRequest", cause="17"), over=True).outcome == "busy"
