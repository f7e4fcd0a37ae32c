"""What a PABX's answer means, and what a restart's answers mean in their order."""

from datetime import UTC, datetime

import pytest

from schemas.said import Said
from sinks.originate.answers import answered, living, ours
from tests.unit.sinks.originate.pretended import NO_CHANNEL, says

HTML = b"<html><body>404 Not Found</body></html>"


@pytest.mark.parametrize(
    ("said", "answer", "holds"),
    [
        (says(200, id="x"), "ringing", 0),
        (Said(200, "application/json", b"{cut"), "ringing", 0),
        (says(409, message="Channel with given unique ID already exists"), "ringing", 0),
        (Said(0, failure="ConnectError", sent=False), "refused", 0),
        (Said(0, failure="ReadTimeout"), "unclear", 0),
        (Said(0, failure="RemoteProtocolError"), "unclear", 0),
        (says(400, message="Endpoint must be specified"), "refused", 400),
        (says(401, message="Authentication required"), "refused", 401),
        (says(403, message="Write access denied"), "refused", 403),
        (says(404, message="Resource not found"), "refused", 0),
        (says(500, message="Allocation failed"), "refused", 0),
        (says(503, message="Asterisk not booted"), "refused", 0),
        (says(500, message="Internal Server Error"), "unclear", 0),
        (says(503, message="Service Unavailable"), "unclear", 0),
        (says(502, message="Allocation failed"), "unclear", 0),
        (says(429, message="too many"), "unclear", 0),
        (Said(404, "text/html", HTML), "unclear", 0),
        (Said(400, "text/html", HTML), "unclear", 400),
        (Said(401, "text/html", HTML), "unclear", 401),
        (Said(401, "", b""), "unclear", 401),
        (Said(403, "text/html", b'{"message": "Write access denied"}'), "unclear", 403),
        (Said(407, "text/html", HTML), "unclear", 0),
        (Said(502, "text/html", HTML), "unclear", 0),
        (Said(503, "", b""), "unclear", 0),
        (Said(500, "application/json", b'["Allocation failed"]'), "unclear", 0),
        (Said(302, "text/html", b""), "unclear", 0),
    ],
)
def test_only_asterisks_own_no_is_one(said: Said, answer: str, holds: int) -> None:
    found = answered(said)

    assert (found.answer, found.holds) == (answer, holds)
    assert found.of_route is (found.answer == "refused" and said.status in {404, 500})
    assert found.detail or answer == "ringing"


def test_the_pabx_tells_when_it_began() -> None:
    told = answered(says(200, id="x", creationtime="2026-01-14T12:00:03.250-0300")).started_at

    assert told == datetime(2026, 1, 14, 15, 0, 3, 250_000, tzinfo=UTC)
    assert answered(says(200, id="x", creationtime="soon")).started_at is None


def test_a_channel_lives_where_asterisk_shows_it() -> None:
    assert living(says(200, id="x")) is not None
    assert living(NO_CHANNEL) is None
    assert living(Said(200, "text/html", HTML)) is None
    assert living(Said(0, failure="ReadTimeout")) is None


def test_our_channels_are_those_with_our_ids() -> None:
    body = b'[{"id": "01KEYGAKC000000000000004J2", "state": "Up"}, {"id": "1768395600.12"}]'

    assert ours(Said(200, "application/json", body)) == {"01KEYGAKC000000000000004J2"}
    assert ours(Said(200, "application/json", b"[]")) == frozenset()
    assert ours(Said(200, "text/html", HTML)) is None
    assert ours(Said(0, failure="ConnectError", sent=False)) is None
