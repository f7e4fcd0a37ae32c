"""Which answers of the broker say that somebody else has this member's name."""

import pytest
from aiokafka.protocol.commit import OffsetCommitResponse_v2
from aiokafka.protocol.group import HeartbeatResponse_v1, JoinGroupResponse_v2, SyncGroupResponse_v1

from schemas.runtime.membership import error_codes, pushed_out

UNKNOWN_MEMBER = 25


@pytest.mark.parametrize(
    ("response", "codes"),
    [
        (HeartbeatResponse_v1(0, UNKNOWN_MEMBER), [UNKNOWN_MEMBER]),
        (HeartbeatResponse_v1(0, 0), [0]),
        (OffsetCommitResponse_v2([("a", [(0, 0), (1, UNKNOWN_MEMBER)]), ("b", [(0, 0)])]), [0, UNKNOWN_MEMBER, 0]),
        (JoinGroupResponse_v2(0, UNKNOWN_MEMBER, 1, "range", "x", "y", []), []),
        (SyncGroupResponse_v1(0, UNKNOWN_MEMBER, b""), []),
    ],
    ids=lambda value: type(value).__name__,
)
def test_heartbeats_and_commits_tell_and_joining_does_not(response: object, codes: list[int]) -> None:
    assert list(error_codes(response)) == codes


def test_the_line_says_what_to_do() -> None:
    said = str(pushed_out("views.debtors-0"))
    assert "views.debtors-0" in said
    assert "WORKER_NAME" in said
