"""Whose a piece is, and that nobody's name or number travels with it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.cdr.pieces import event, mine, named, named_in, published, record, shape
from schemas.evidence import FIELDS
from tests.unit.producers_cdr.lab_files import attempt

ID, OTHER = attempt(1), attempt(2)
PHONE = "5582999990001"


@pytest.mark.parametrize(
    ("fields", "ids"),
    [
        ({"uniqueid": ID}, (ID,)),
        ({"uniqueid": f"{ID};2", "linkedid": ID}, (ID,)),
        ({"uniqueid": "1795354813.0", "linkedid": ID}, (ID,)),
        ({"uniqueid": "1795354813.0", "userfield": f"attempt={ID};amd=HUMAN"}, (ID,)),
        ({"uniqueid": ID, "userfield": OTHER}, (ID,)),
        ({"uniqueid": "1795354813.0"}, ()),
        ({"uniqueid": f"X{ID}"}, ()),
        ({"uniqueid": ID.lower()}, ()),
        ({"src": ID, "dst": ID}, ()),
    ],
)
def test_a_record_is_about_the_attempt_that_it_names(fields: dict[str, str], ids: tuple[str, ...]) -> None:
    """A tag in a userfield counts only where Asterisk's own ids name none: it is copied from channel to channel."""
    assert record("csv", fields).ids == ids


def test_what_is_no_attempt_of_ours_is_nobodys() -> None:
    assert mine((OTHER, ID), {ID: 1}) == ID
    assert mine((OTHER,), {ID: 1}) is None


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_an_id_is_found_in_whatever_bytes(before: bytes, after: bytes) -> None:
    assert ID in named_in(before + b"," + ID.encode() + b"," + after)
    assert ID in named(before.decode("latin-1") + "," + ID)


PERSONAL = st.sampled_from([PHONE, "+5582999990001", "82999990001", "999990001", "FULANA"])


@given(st.dictionaries(st.sampled_from([*FIELDS, "cnam", "did"]), PERSONAL, min_size=1))
def test_no_number_and_no_name_of_a_person_is_published(texts: dict[str, str]) -> None:
    """But in an id or a time, which Asterisk writes itself, and where no dialplan puts anything."""
    own = {"uniqueid", "linkedid", "start", "answer", "end", "duration", "billsec", "sequence", "amaflags"}
    words = {
        "dcontext",
        "dstchannel",
        "lastapp",
        "disposition",
        "amdstatus",
        "amdcause",
        "hangupcause",
        "accountcode",
        "peeraccount",
    }
    fields = {name: text for name, text in texts.items() if name not in own and not (name in words and text == "FULANA")}
    fields |= {"channel": f"Local/{PHONE}@dial-0000000b;1", "userfield": f"to={PHONE};nome=FULANA;attempt={ID} amd=MACHINE"}
    told = " ".join(published(record("sql", fields)).values())

    assert "FULANA" not in told
    assert not re.search(r"(?<![0-9A-Z])[0-9+]{8,}(?![0-9A-Z])", told), told
    assert {"clid", "src", "dst", "lastdata", "cnam", "did"}.isdisjoint(published(record("sql", fields)))


@pytest.mark.parametrize(
    ("channel", "kept"),
    [
        ("PJSIP/trunk-0000002a", "PJSIP/trunk-0000002a"),
        ("SIP/trunk2-12345678", "SIP/trunk2-12345678"),
        (f"Local/{PHONE}@via-dial-00000001;2", "Local/#@via-dial-00000001;2"),
        (f"DAHDI/i1/{PHONE}-1", "DAHDI/i1/#-1"),
        ("Local/3101@via-dial-00000001;2", "Local/3101@via-dial-00000001;2"),
        ("OutgoingSpoolFailed", "OutgoingSpoolFailed"),
        ("", ""),
    ],
)
def test_a_channel_keeps_its_technology_peer_and_number(channel: str, kept: str) -> None:
    assert shape(channel) == kept


def test_what_a_userfield_says_of_the_calls_end_is_kept() -> None:
    said = record("csv", {"uniqueid": ID, "userfield": f"cobranca attempt={ID};to={PHONE} amd=HUMAN/HUMAN-800-800 cause=16"})

    assert published(said)["userfield"] == f"{ID} amd=HUMAN/HUMAN-800-800 cause=16"
    assert published(record("csv", {"uniqueid": ID, "userfield": "AMD_MACHINE"}))["userfield"] == "AMD_MACHINE"


def test_of_an_event_only_what_evidence_knows_is_kept() -> None:
    said = event("ari", {"type": "Dial", "dialstatus": "BUSY", "dialstring": PHONE}, ID)

    assert published(said) == {"type": "Dial", "dialstatus": "BUSY"}
