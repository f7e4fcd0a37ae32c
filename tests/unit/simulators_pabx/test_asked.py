"""What a POST asks for, whom it dials, and who may ask."""

from base64 import b64encode

import pytest

from deploy.simulators.pabx.answers import UnreadableError, Users, asked, caller, number, right
from deploy.simulators.pabx.moments import Goal
from deploy.simulators.pabx.numbers import Dialled, dialled, e164

USERS: Users = {"lab": ("a:b", "write"), "reader": ("secret", "read")}


def basic(pair: str) -> str:
    return f"Basic {b64encode(pair.encode()).decode()}"


@pytest.mark.parametrize(
    ("endpoint", "found"),
    [
        ("PJSIP/82999990001@trunk", Dialled("PJSIP/trunk", "82999990001", "82999990001@trunk")),
        ("SIP/trunk/082999990001", Dialled("SIP/trunk", "082999990001", "trunk/082999990001")),
        ("PJSIP/+5582999990001@trunk", Dialled("PJSIP/trunk", "+5582999990001", "+5582999990001@trunk")),
        ("PJSIP/trunk", Dialled("PJSIP/trunk", "", "trunk")),
        ("82999990001", None),
        ("/82999990001@trunk", None),
        ("PJSIP/", None),
    ],
)
def test_whom_an_endpoint_dials(endpoint: str, found: Dialled | None) -> None:
    assert dialled(endpoint) == found


@pytest.mark.parametrize(
    ("digits", "area", "found"),
    [
        ("82999990001", "", "+5582999990001"),
        ("5582999990001", "", "+5582999990001"),
        ("+5582999990001", "", "+5582999990001"),
        ("082999990001", "", "+5582999990001"),
        ("8233330001", "", "+558233330001"),
        ("5599990001", "", "+555599990001"),  # an area that looks like the country
        ("999990001", "82", "+5582999990001"),
        ("999990001", "", "999990001"),
        ("abc", "82", "abc"),
        ("190", "82", "190"),
    ],
)
def test_which_number_was_dialled(digits: str, area: str, found: str) -> None:
    assert e164(digits, area) == found


def test_a_body_is_stronger_than_the_query_and_the_path_than_both() -> None:
    query = {"endpoint": "a/1", "channelId": "query", "timeout": "5", "context": "c", "extension": "s"}
    found = asked(query, b'{"timeout": 9, "channelId": "body", "variables": {"X": 1}}', "application/json", "path")
    assert (found.channel_id, found.endpoint, found.timeout) == ("path", "a/1", 9)
    assert (found.goal, found.variables) == (Goal("c", "s"), {"X": "1"})


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"'])
def test_a_body_that_is_no_object_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        asked({}, body, "application/json; charset=utf-8")


@pytest.mark.parametrize(("text", "found"), [("12", 12), (" 7x", 7), ("-5", -5), ("abc", 0), ("", 0), (30, 30)])
def test_a_number_is_read_as_c_does(text: str | int, found: int) -> None:
    assert number(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"Cobranca" <1130000000>', ("Cobranca", "1130000000")),
        ("Cobranca <1130000000>", ("Cobranca", "1130000000")),
        ("<1130000000>", ("", "1130000000")),
        ("1130000000", ("", "1130000000")),
        ("", ("", "")),
    ],
)
def test_who_the_caller_is(text: str, found: tuple[str, str]) -> None:
    assert tuple(caller(text).values()) == found


@pytest.mark.parametrize(
    ("header", "key", "found"),
    [
        (basic("lab:a:b"), "", "write"),
        (basic("reader:secret"), "", "read"),
        (basic("lab:wrong"), "", None),
        (basic("nobody:"), "", None),
        ("", "lab:a:b", "write"),
        ("", "", None),
        ("Bearer x", "", None),
        ("Basic not-base64!", "lab:a:b", None),
    ],
)
def test_what_a_password_opens(header: str, key: str, found: str | None) -> None:
    assert right(USERS, header, key) == found
