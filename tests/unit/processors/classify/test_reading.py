"""What one piece of evidence tells, field by field, and nothing that it does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from processors.classify.reading import CODE_CHARS, heard, positive, seconds, when
from schemas.evidence import Evidence
from tests.unit.processors.classify.said import event, gone, piece, row

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
START, ANSWER, END = "2026-01-14 12:00:00", "2026-01-14 12:00:04", "2026-01-14 12:00:09"
AT = "2026-01-14T12:00:01.500+0000"
MOMENT = NOON + timedelta(seconds=1.5)


def second(n: int) -> datetime:
    return NOON + timedelta(seconds=n)


def told(evidence: Evidence) -> dict[str, Any]:
    """Whatever differs from silence, beside who said it."""
    return heard(evidence).model_dump(exclude_defaults=True, exclude={"witnesses", "said", "records"})


def leg(disposition: str, **fields: str) -> Evidence:
    """Of another channel than the attempt's."""
    return row(disposition, **{"uniqueid": "another", "dstchannel": "PJSIP/2", **fields})


TIMES = {"ring_s": 4.0, "talk_s": 5.0, "answered_at": second(4), "ended_at": second(9)}
ANSWERED = {"dispositions": ("ANSWERED",), **TIMES}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (row("ANSWERED", start=START, answer=ANSWER, end=END), {"ended": True, "own": ANSWERED}),
        (row("ANSWERED", start=START, answer=ANSWER, end=END, duration="7", billsec="2"),
         {"ended": True, "own": {**ANSWERED, "talk_s": 2.0}}),
        (row("ANSWERED", start=START, duration="9", billsec="5"),
         {"ended": True, "own": {"dispositions": ("ANSWERED",), "ring_s": 4.0, "talk_s": 5.0, "ended_at": second(9)}}),
        (row("ANSWERED", start=START, end=END),
         {"ended": True, "own": {"dispositions": ("ANSWERED",), "ended_at": second(9)}}),
        (row("ANSWERED", answer=ANSWER), {"ended": True, "own": {"dispositions": ("ANSWERED",), "answered_at": second(4)}}),
        (row("BUSY", start=START, end=END),
         {"ended": True, "own": {"dispositions": ("BUSY",), "rang_s": 9.0, "ended_at": second(9)}}),
        (row("BUSY", start=START, duration="3"),
         {"ended": True, "own": {"dispositions": ("BUSY",), "rang_s": 3.0, "ended_at": second(3)}}),
        (row("BUSY", duration="3", billsec="0"), {"ended": True, "own": {"dispositions": ("BUSY",), "rang_s": 3.0}}),
        (row("ANSWERED", answer=ANSWER, duration="9", billsec="5"),
         {"ended": True, "own": {key: value for key, value in ANSWERED.items() if key != "ended_at"}}),
        (row("BUSY", start=START), {"ended": True, "own": {"dispositions": ("BUSY",), "ended_at": second(0)}}),
        (row("", start=START, answer=ANSWER, end=END), {"ended": True, "own": TIMES}),
        (row(""), {"ended": True}),
        # a channel that we called: answered, whatever became of an agent
        (row("NO ANSWER", start=START, answer=ANSWER, end=END), {"ended": True, "own": ANSWERED}),
        (row("NO ANSWER", billsec="5"), {"ended": True, "own": {"dispositions": ("ANSWERED",), "talk_s": 5.0}}),
        (row("NO ANSWER", channel="Local/s@out-01;1", billsec="5"),
         {"ended": True, "local": True, "own": {"dispositions": ("NO ANSWER",)}}),
        (leg("NO ANSWER", billsec="5"), {"legs": {"dispositions": ("NO ANSWER",)}}),
        (leg("NO ANSWER", answer=ANSWER), {"legs": {"dispositions": ("NO ANSWER",)}}),
        (leg("ANSWERED", start=START, answer=ANSWER, end=END), {"legs": ANSWERED}),
        # not one that we called
        (leg("BUSY", dstchannel=""), {}),
        (leg("BUSY", lastapp="AppDial2"), {"last_app": "AppDial2"}),
        (leg("BUSY", lastapp="Dial"), {"last_app": "Dial", "legs": {"dispositions": ("BUSY",)}}),
        # the second half of a Local channel is written when its first half goes
        (leg("BUSY", channel="Local/s@out-01;2"), {"ended": True, "legs": {"dispositions": ("BUSY",)}}),
        (leg("BUSY", channel="Local/s@out-01;1"), {"legs": {"dispositions": ("BUSY",)}}),
        (leg("BUSY", channel="PJSIP/odd;2"), {"legs": {"dispositions": ("BUSY",)}}),
        (row("FAILED", channel="OutgoingSpoolFailed", hangupcause="1"), {}),
        # causes, of its own column before a tag; each of its own channel
        (row("", hangupcause="17", userfield="cause=1"), {"ended": True, "hangup_cause": 17}),
        (row("", userfield="x cause=1"), {"ended": True, "hangup_cause": 1}),
        (row("", userfield="x hangupcause=1"), {"ended": True, "hangup_cause": 1}),
        (leg("", hangupcause="17", dstchannel=""), {"leg_cause": 17}),
        (row("", amdstatus="HUMAN", amdcause="HUMAN-1", userfield="amd=MACHINE|MAXWORDS-2"),
         {"ended": True, "amd_status": "HUMAN", "amd_cause": "HUMAN-1"}),
        (row("", userfield="amd=MACHINE|MAXWORDS-2"), {"ended": True, "amd_status": "MACHINE", "amd_cause": "MAXWORDS-2"}),
        (row("", userfield="amdcause=MAXWORDS-2"), {"ended": True, "amd_cause": "MAXWORDS-2"}),
        (row("", userfield="AMDSTATUS=HUMAN;Cause=1"), {"ended": True, "amd_status": "HUMAN", "hangup_cause": 1}),
        (row(" BUSY ", hangupcause="0", amdstatus=" HUMAN "),
         {"ended": True, "amd_status": "HUMAN", "own": {"dispositions": ("BUSY",)}}),
        (row("", lastapp="x" * 99), {"ended": True, "last_app": "x" * CODE_CHARS}),
    ],
)  # fmt: skip
def test_a_record(record: Evidence, expected: dict[str, Any]) -> None:
    assert told(record) == expected


def test_a_record_is_counted_by_its_digest_and_an_event_is_not() -> None:
    record = row("BUSY")

    assert (heard(record).records, heard(record).said, heard(record).witnesses) == (1, (record.digest,), ("csv",))
    assert (heard(gone()).records, heard(gone()).said, heard(gone()).witnesses) == (0, (), ("ari",))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        *((event(kind, timestamp=AT), {"made_at": MOMENT}) for kind in ("ChannelCreated", "Newchannel")),
        *((event("Newstate", state=state, timestamp=AT), {"made_at": MOMENT}) for state in ("Ringing", "5")),
        *((event("Dial", dialstatus=status, timestamp=AT), {"made_at": MOMENT}) for status in ("RINGING", "PROGRESS")),
        *((event(kind, state=state, timestamp=AT), {"answered": True, "up_at": MOMENT})
          for kind in ("ChannelStateChange", "Newstate") for state in ("Up", "6")),
        (event("ChannelVarset", state="Up", timestamp=AT), {"answered": True}),
        (event("ChannelCreated", channel="Local/x;1"), {"local": True}),
        *((event(kind, cause="16", timestamp=AT), {"ended": True, "gone_at": MOMENT, "hangup_cause": 16})
          for kind in ("ChannelDestroyed", "Hangup")),
        (event("ChannelHangupRequest", cause="17", timestamp=AT), {"hangup_cause": 17}),
        (event("ChannelVarset", variable="HANGUPCAUSE", value="17"), {"hangup_cause": 17}),
        (event("ChannelVarset", variable="OTHER", value="17"), {}),
        (event("ChannelVarset", variable="OTHER", value="BUSY"), {}),
        (event("ChannelVarset", variable="DIALSTATUS", value="BUSY"), {"dial_status": "BUSY"}),
        (event("Dial", dialstatus="odd"), {}),
        (event("ChannelVarset", variable="AMDSTATUS", value="HUMAN"), {"amd_status": "HUMAN"}),
        (event("ChannelVarset", variable="AMDCAUSE", value="HUMAN-1"), {"amd_cause": "HUMAN-1"}),
        # of another channel only its cause, and what AMD and dialling found
        (event("Hangup", uniqueid="another", cause="17", timestamp=AT), {"leg_cause": 17}),
        (event("Newstate", uniqueid="another", state="Up", timestamp=AT, channel="Local/x;2"), {}),
        (event("Newchannel", uniqueid="another", timestamp=AT), {}),
        (event("Newstate", uniqueid="another", state="Ringing", timestamp=AT), {}),
        (event("Dial", uniqueid="another", dialstatus="BUSY"), {"dial_status": "BUSY"}),
    ],
)  # fmt: skip
def test_an_event(said: Evidence, expected: dict[str, Any]) -> None:
    assert told(said) == expected


def test_times_lengths_and_what_is_none() -> None:
    assert when("2026-01-14 09:00:00", "America/Maceio") == when("1768392000", "UTC") == NOON
    found = when("2026-01-14T09:00:00-03:00", "Asia/Tokyo")
    assert (found, found and found.tzinfo) == (NOON, UTC)
    for text, zone in (("", "UTC"), ("x", "UTC"), ("2026-01-14 09:00:00", "No/Where"), ("2026-01-14 09:00:00", "")):
        assert when(text, zone) is None
    assert [seconds(text) for text in ("", "7", "7.5", "-1", "1e3", "9999999999", "0")] == [
        None,
        7,
        7.5,
        None,
        None,
        None,
        0,
    ]
    assert [positive(span) for span in (-0.1, 0.0, 1.23456, 172_800.0, 172_800.1)] == [None, 0, 1.235, 172_800, None]
    assert heard(piece("record", "csv", channel="PJSIP/1")).own.ended_at is None
