"""What is read of both topics, what a manager's answers mean, and which partition a request must lie in."""

from dataclasses import dataclass

import pytest

from schemas.calls import Call
from schemas.codec import encode
from schemas.keys import partition_of
from schemas.topics import CALLS, REQUESTS
from sinks.originate.manager import originated
from sinks.originate.outcomes import newest_of
from sinks.originate.requests import sorted_out
from tests.unit.sinks.originate.pretended import NOON, PABX, request


@dataclass
class Read:
    value: bytes | None
    partition: int = partition_of(PABX.encode(), REQUESTS.partitions)
    topic: str = REQUESTS.name
    offset: int = 7
    key: bytes | None = b"norte:1042"


def test_a_request_lies_in_its_pabxs_partition() -> None:
    asked = request(1)
    elsewhere = Read(encode(asked), partition=(Read(None).partition + 1) % REQUESTS.partitions)

    good, letters = sorted_out([Read(encode(asked)), elsewhere, Read(b"{"), Read(None)])

    assert good == [asked]
    assert [letter.why.field for letter in letters] == ["pabx", "value", "value"]
    assert letters[0].why.place == f"call.requested.v1[{elsewhere.partition}]@7"


def test_of_several_records_of_a_call_the_last_counts() -> None:
    first = Call(instance="norte", code="1042", attempt=request(1).attempt, version=1, at=NOON)
    last = first.model_copy(update={"version": 2, "outcome": "busy"})

    told, letters = newest_of([Read(encode(one) if one else b"?", topic=CALLS.name) for one in (first, last, None)])

    assert told == [last]
    assert [letter.why.stage for letter in letters] == ["originate"]
    assert newest_of([Read(None)]) == ([], [])


@pytest.mark.parametrize(
    ("message", "answer", "holds"),
    [
        ({"Response": "Success", "Message": "Originate successfully queued"}, "ringing", 0),
        ({"Response": "Error", "Message": "Channel ID already exists"}, "ringing", 0),
        ({"Response": "Error", "Message": "Channel not specified"}, "refused", 0),
        ({"Response": "Error", "Message": "Permission denied"}, "refused", 403),
        ({"Response": "Goodbye"}, "unclear", 0),
        ({}, "unclear", 0),
    ],
)
def test_a_managers_error_says_no(message: dict[str, str], answer: str, holds: int) -> None:
    found = originated(message)

    assert (found.answer, found.holds) == (answer, holds)
