"""What may become of a dead letter: where it goes back, and what forbids it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.dead import RETRY
from schemas.letters import InErp, InTopic, headers_of, in_order, judged, may_retry, way_back
from schemas.topics import BILLS, REQUESTS, TOPICS, Topic
from tests.unit.records import Given

PLACE = "erp.bill.v1[2]@77"
THERE = Given("erp.bill.v1", 2, 77, b"norte:7:bill:1", b"{}", headers=[("digest", b"\x01"), (RETRY, b"erp.bill.v1[2]@3")])
LETTER = {"key": b"norte:7:bill:1", "value": b"{}", "stage": "hydrate", "place": PLACE}
AT = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_rows_and_calls_go_back_where_they_stood() -> None:
    assert way_back("hydrate", PLACE) == InTopic("erp.bill.v1", 2, 77)
    assert way_back("classify", "pbx.cdr.v1[0]@5") == InTopic("pbx.cdr.v1", 0, 5)


def test_a_row_that_was_never_in_kafka_is_asked_of_the_erp() -> None:
    assert way_back("erp-poller", "ixc/fn_areceber[norte]@9:1") == InErp("ixc", "fn_areceber", "norte", "9:1")


@pytest.mark.parametrize(
    ("stage", "place", "why"),
    [
        ("originate", f"{REQUESTS.name}[1]@2", "never_rings"),
        ("dialer", "debtor.v1[1]@2", "one_writer"),
        ("views", "erp.sweep.v1[0]@2", "one_writer"),
        ("views", f"{BILLS.name}[1]@2", "rebuilt"),
        ("cdr-poller", "csv/Master.csv@120[10.0.0.1:5038]", "nowhere"),
        ("hydrate", "erp.bill.v9[1]@2", "nowhere"),
        ("hydrate", f"{BILLS.name}[{BILLS.partitions}]@2", "nowhere"),
    ],
)
def test_what_has_no_way_back_says_why(stage: str, place: str, why: str) -> None:
    assert way_back(stage, place) == why


@given(st.sampled_from(TOPICS), st.sampled_from(["hydrate", "views", "dialer", "originate", "classify"]))
def test_a_request_to_call_and_the_state_of_a_stage_are_never_written(topic: Topic, stage: str) -> None:
    """Whoever read it, and however it is named."""
    name = topic.name
    back = way_back(stage, f"{name}[0]@1")
    assert isinstance(back, InTopic) is (
        name.startswith(("erp.client", "erp.contract", "erp.bill", "erp.reference", "call.placed", "pbx."))
        and not (stage == "views" and name == BILLS.name)
    )


def test_what_has_come_since_is_never_overruled() -> None:
    assert judged(LETTER, THERE, newer=True) == "newer"
    assert judged(LETTER, THERE, newer=False) is None


def test_a_place_in_a_topic_that_was_made_anew_is_another_record() -> None:
    assert judged(LETTER, None, newer=False) == "expired"
    for other in ({"key": b"norte:8:bill:1"}, {"value": b"[]"}, {"value": None}):
        assert judged({**LETTER, **other}, THERE, newer=False) == "expired"


def test_a_record_goes_back_with_its_own_headers_and_the_place_of_its_last_death() -> None:
    assert headers_of(THERE, PLACE) == [("digest", b"\x01"), (RETRY, PLACE.encode())]


def test_nobody_settles_a_letter_twice() -> None:
    assert may_retry({}, again=False) is None
    assert may_retry({"discarded": {"by": "ana"}}, again=True) == "already"
    assert may_retry({"retried": {"at": AT, "sent_at": AT}}, again=True) == "already"


def test_a_retry_that_was_cut_is_repeated_only_by_somebody_who_says_so() -> None:
    cut = {"retried": {"at": AT, "by": "ana", "sent_at": None}}
    assert may_retry(cut, again=False) == "unclear"
    assert may_retry(cut, again=True) is None


def test_letters_go_back_in_the_order_of_their_records() -> None:
    places = ["erp.bill.v1[2]@100", "erp.bill.v1[2]@77", "ixc/cliente[norte]@9"]
    found = in_order([{"stage": "hydrate", "place": place} for place in places])
    assert [one["place"] for one in found] == ["ixc/cliente[norte]@9", "erp.bill.v1[2]@77", "erp.bill.v1[2]@100"]
