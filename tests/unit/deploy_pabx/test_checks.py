"""What a PABX's answers mean: what must be mended is told from what nobody tells."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from deploy.pabx.checks import clocks, epoch_in, newest_record, own_record, reached, trunk, trunk_of
from schemas.pabx import Pabx
from schemas.said import Said

NOW = datetime(2026, 1, 14, 15, tzinfo=UTC)
"""Noon in Maceió."""
ZONE = "America/Maceio"


def json(status: int, **body: object) -> Said:
    return Said(status, "application/json", orjson.dumps(body))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (Said(0, failure="ConnectError", sent=False), ["no"]),
        (Said(404, "text/html", b"<h1>Not Found</h1>"), ["no"]),
        (Said(200, "text/html", b"<h1>Welcome</h1>"), ["no"]),
        (json(503, message="Asterisk not booted"), ["no"]),
        (json(401, message="Authentication required"), ["yes", "no"]),
        (json(200, system={"version": "22.10.1"}), ["yes", "yes"]),
    ],
)
def test_only_asterisks_own_answer_is_one(said: Said, found: list[str]) -> None:
    assert [one.found for one in reached(said, "http://pabx/ari")] == found


@pytest.mark.parametrize(
    ("endpoint", "named"),
    [
        ("PJSIP/{national}@trunk", ("PJSIP", "trunk")),
        ("SIP/trunk/0{national}", ("SIP", "trunk")),
        ("PJSIP/trunk/sip:{e164}@203.0.113.9", ("PJSIP", "trunk")),
        ("Local/{national}@saida", None),
        ("DAHDI/g0/{local}", None),
        ("SIP/{e164}", None),
    ],
)
def test_the_trunk_in_an_endpoint(endpoint: str, named: tuple[str, str] | None) -> None:
    fields = {"control": {"kind": "ari", "url": "http://127.0.0.1/ari", "user": "u"}, "context": "c", "endpoint": endpoint}
    assert trunk_of(Pabx.model_validate(fields)) == named


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (json(200, state="online"), "yes"),
        (json(200, state="offline"), "no"),
        (json(200, state="unknown"), "?"),
        (json(404, message="Endpoint not found"), "no"),
        (None, "?"),
    ],
)
def test_a_trunk_is_online_offline_or_nobody_tells(said: Said | None, found: str) -> None:
    assert trunk(("PJSIP", "trunk"), said).found == found


@pytest.mark.parametrize(
    ("ahead", "found"), [(-6.5, "no"), (-5.9, "yes"), (-0.9, "yes"), (0, "yes"), (5, "yes"), (5.5, "no"), (3_600, "no")]
)
def test_clocks_may_differ_by_little_and_a_whole_second_is_no_difference(ahead: float, found: str) -> None:
    """EPOCH is cut to seconds, and the answer took a while."""
    asked, answered = NOW - timedelta(milliseconds=100), NOW
    assert clocks(asked, NOW.timestamp() + ahead, answered).found == found


def test_a_clock_that_is_not_told_is_not_wrong() -> None:
    assert epoch_in(json(200, value="1768402800")) == NOW.timestamp()
    assert epoch_in(json(200, value="")) is None
    assert clocks(NOW, None, NOW).found == "?"


def test_a_record_that_is_still_to_come_is_of_another_zone() -> None:
    noon = datetime(2026, 1, 14, 12)  # noqa: DTZ001 - as a record has it
    assert newest_record(noon, ZONE, NOW).found == "yes"
    assert newest_record(noon - timedelta(days=3), ZONE, NOW).found == "yes"
    assert newest_record(noon + timedelta(hours=3), ZONE, NOW).found == "no"
    assert newest_record(None, ZONE, NOW).found == "?"
    assert [own_record(noon, zone, NOW).found for zone in (ZONE, "America/Manaus", "UTC")] == ["yes", "no", "no"]
    assert own_record(None, ZONE, NOW).found == "?"
