"""What rolls on, and since when a contract is blocked."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from schemas.figures.recovered import Recovered, Roll, blocked_since, days_blocked, recovered, rolls

ZONE = ZoneInfo("America/Maceio")
SINCE = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)  # the 19th there


def ages(*cents: int) -> dict[str, float]:
    return dict(zip((f"standing.age_{since}_cents" for since in (1, 8, 16, 31, 61, 91)), cents, strict=True))


def test_what_was_up_to_a_month_late_is_between_one_and_two_months_late_a_month_later() -> None:
    found = rolls(ages(50, 30, 20, 40, 7, 7), ages(9, 9, 9, 25, 30, 9))

    assert found == (Roll(1, 30, 100, 25), Roll(31, 60, 40, 30))
    assert [roll.rate for roll in found] == [0.25, 0.75]


def test_of_nothing_there_is_no_rate_and_of_what_nobody_knows_no_roll() -> None:
    assert rolls(ages(0, 0, 0, 0, 0, 0), ages(1, 1, 1, 1, 1, 1))[0].rate is None
    assert rolls({}, ages(1, 1, 1, 1, 1, 1)) == ()


@pytest.mark.parametrize(
    ("contract", "since"),
    [
        ({"access": "blocked_auto", "access_since": "2026-11-20T02:30:00Z"}, SINCE),
        ({"access": "blocked", "access_since": SINCE}, SINCE),
        ({"access": "blocked", "access_since": None}, None),
        ({"access": "blocked"}, None),
        ({"access": "active", "access_since": SINCE}, None),
    ],
)
def test_since_when_a_contract_is_blocked_is_known_or_is_not(contract: dict[str, object], since: datetime | None) -> None:
    assert blocked_since(contract) == since
    assert days_blocked(contract, datetime(2026, 11, 22, 3, tzinfo=UTC), ZONE) == (None if since is None else 3)


def test_every_day_is_there_and_one_without_payments_has_zeros() -> None:
    rows = [
        {"_id": {"day": "2026-11-02", "after": True}, "bills": 2, "cents": 30, "unknown": 0},
        {"_id": {"day": "2026-11-02", "after": False}, "bills": 1, "cents": 0, "unknown": 1},
    ]

    assert recovered(rows, date(2026, 11, 1), date(2026, 11, 2)) == (
        Recovered(date(2026, 11, 1)),
        Recovered(date(2026, 11, 2), 2, 30, 1, 0, 1),
    )
