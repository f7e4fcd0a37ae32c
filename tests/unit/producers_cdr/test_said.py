"""Events of ARI and of the manager: what tells a call's fate is kept, in the same words, and nothing else."""

from typing import Any

import orjson
import pytest

from producers.cdr import ami_said, ari_said
from producers.cdr.pieces import Said, published
from schemas.errors import RejectRecord
from tests.unit.producers_cdr.lab_files import attempt, lab
from tests.unit.producers_cdr.pabx_events import channel, destroyed, told

ID = attempt(1)
AT = {"timestamp": "2026-11-28T12:00:00.123-0300", "channel": "PJSIP/trunk-00000007"}


def ari(event: dict[str, Any]) -> Said | None:
    return ari_said.said(orjson.dumps(event))


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        (destroyed(ID, 1), {"type": "ChannelDestroyed", "cause": "1", "cause_txt": "Normal Clearing", **AT}),
        (destroyed(f"{ID};2", 17), {"type": "ChannelDestroyed", "cause": "17", "cause_txt": "Normal Clearing", **AT}),
        (
            told("ChannelVarset", variable="AMDSTATUS", value="MACHINE", channel=channel(ID)),
            {"type": "ChannelVarset", "variable": "AMDSTATUS", "value": "MACHINE", **AT},
        ),
        (
            told("ChannelVarset", variable="AMDCAUSE", value="", channel=channel(ID)),
            {"type": "ChannelVarset", "variable": "AMDCAUSE", "value": "", **AT},
        ),
        (
            told("ChannelStateChange", channel=channel(ID, state="Ringing")),
            {"type": "ChannelStateChange", "state": "Ringing", **AT},
        ),
        (
            told("Dial", dialstatus="BUSY", dialstring="5582999990001@trunk", peer=channel(ID)),
            {"type": "Dial", "dialstatus": "BUSY", **AT},
        ),
        (
            told("Dial", dialstatus="ANSWER", peer=channel("1795.1"), caller=channel(ID)),
            {"type": "Dial", "dialstatus": "ANSWER", **AT},
        ),
    ],
)
def test_what_ari_says_of_a_calls_fate_is_evidence(event: dict[str, Any], fields: dict[str, str]) -> None:
    found = ari(event)

    assert found is not None
    assert (found.ids, published(found)) == ((ID,), fields)


@pytest.mark.parametrize(
    "event",
    [
        destroyed("1795354813.0"),
        told("ChannelVarset", variable="CALLERID(num)", value="5582999990001", channel=channel(ID)),
        told("ChannelVarset", variable="AMDSTATUS", value="MACHINE"),
        told("ChannelStateChange", channel=channel(ID, state="Down")),
        told("ChannelCreated", channel=channel(ID)),
        told("Dial", dialstatus="", peer=channel(ID)),
    ],
)
def test_what_is_of_no_interest_is_passed_over(event: dict[str, Any]) -> None:
    assert (found := ari(event)) is None or not found.ids


@pytest.mark.parametrize("raw", [b'{"cut": "' + ID.encode(), b'["' + ID.encode() + b'"]'])
def test_an_event_that_cannot_be_read_and_names_an_attempt_is_no_silence(raw: bytes) -> None:
    with pytest.raises(RejectRecord):
        ari_said.said(raw)
    assert ari_said.said(raw.replace(ID.encode(), b"1795354813.0")) is None


def test_the_managers_events_of_a_real_asterisk() -> None:
    """The cause of every call, also of those that leave no row; AMD's word, the dropped call's too; records as they are."""
    messages = [orjson.loads(line) for line in lab("ami_events.jsonl").splitlines()]
    found = [said for message in messages if (said := ami_said.said(message))]
    causes = {one.fields["cause"] for one in found if one.fields.get("type") == "Hangup"}
    amd = {one.fields["value"] for one in found if one.fields.get("variable") == "AMDSTATUS"}
    records = [one for one in found if one.piece == "record"]

    assert causes >= {"16", "17", "34", "1"}
    assert amd >= {"HUMAN", "MACHINE", "HANGUP"}
    assert len(records) == 9
    assert all(one.fields["uniqueid"] == one.ids[0] and "linkedid" in one.fields for one in records)
    assert {one.fields["amdstatus"] for one in records} == {"", "HUMAN", "MACHINE"}
    assert {one.fields["state"] for one in found if one.fields.get("type") == "Newstate"} == {"Ringing", "Up"}
    assert {one.fields["dialstatus"] for one in found if one.fields.get("type") == "DialEnd"} >= {"BUSY", "ANSWER"}
    assert not any("1130000000" in value for one in found for value in published(one).values())


def test_a_managers_event_that_says_when_keeps_it() -> None:
    said = ami_said.said({"Event": "Hangup", "Uniqueid": ID, "Cause": "16", "Timestamp": "1795354815.1"})

    assert said is not None
    assert published(said) == {"type": "Hangup", "timestamp": "1795354815.1", "cause": "16"}
