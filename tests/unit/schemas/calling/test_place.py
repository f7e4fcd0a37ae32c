"""What is owed, and since when: a bill of no cent is nobody's debt, and what does not count is open all the same."""

from datetime import UTC, date, datetime, timedelta

import pytest

from schemas.calling.decide import decide
from schemas.calling.place import open_since, owed_since, place
from schemas.controls import NO_CONTROLS, Controls
from schemas.model import Cents
from schemas.queue import Facts, HoldReason, PastCall
from tests.strategies import instance

NOON = datetime(2026, 1, 14, 15, tzinfo=UTC)
"""12:00 in Alagoas."""
TODAY = date(2026, 1, 14)
CODE = "1042"
PHONE = "+5582999990001"
CALL = PastCall(attempt="01HZZZZZZZZZZZZZZZZZZZZZZZ", at=NOON - timedelta(hours=1), number=PHONE, outcome="busy")


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def owing(*due: tuple[int, Cents]) -> Facts:
    """Bills of so many days ago and so many cents."""
    return Facts(known=True, active=True, phones=(PHONE,), due=tuple((ago(days), cents) for days, cents in due))


@pytest.mark.parametrize(
    ("evidence", "oldest", "late", "cents"),
    [
        (owing((20, 0), (12, 9_990), (10, 1)), ago(12), 12, 9_991),
        (owing((12, 1)), ago(12), 12, 1),
        (owing((30, 5), (0, 5)), ago(30), 30, 5),
        (owing((31, 5), (1, 7)), ago(1), 1, 7),
        (owing((12, 0)), None, 0, 0),
        (owing(), None, 0, 0),
    ],
)
def test_what_counts_is_overdue_by_a_cent_and_a_day_and_not_too_old(
    evidence: Facts, oldest: date | None, late: int, cents: Cents
) -> None:
    found = place(evidence, decide(evidence, CODE, instance(), NO_CONTROLS), instance(), NOON)

    assert (found.oldest_due_on, found.days_late, found.overdue_cents) == (oldest, late, cents)


@pytest.mark.parametrize(
    ("evidence", "holds"),
    [
        (owing((12, 0)), ("nothing_due",)),
        (owing((31, 0)), ("nothing_due",)),
        (owing((31, 1)), ("too_old",)),
        (owing((31, 0), (0, 1)), ("nothing_due",)),
        (owing((-3, 1)), ("nothing_due",)),
        (owing((6, 1)), ("too_early",)),
        (owing((7, 1)), ()),
    ],
)
def test_why_nothing_counts(evidence: Facts, holds: tuple[HoldReason, ...]) -> None:
    assert place(evidence, decide(evidence, CODE, instance(), NO_CONTROLS), instance(), NOON).holds == holds


def test_what_is_set_aside_is_open_and_not_owed() -> None:
    both = owing((12, 1)).model_copy(update={"set_aside": {"renegotiated": ago(15)}})
    later = owing((12, 0), (9, 1)).model_copy(update={"set_aside": {"renegotiated": ago(3)}})
    alone = owing((12, 0)).model_copy(update={"set_aside": {"renegotiated": ago(15), "voluntary_suspension": ago(2)}})

    assert [owed_since(one) for one in (both, later, alone, owing())] == [ago(12), ago(9), None, None]
    assert [open_since(one) for one in (both, later, alone, owing())] == [ago(15), ago(9), ago(15), None]


@pytest.mark.parametrize("calls", [(), (CALL,)])
def test_a_promise_says_when_it_ends_whether_calls_were_made_or_not(calls: tuple[PastCall, ...]) -> None:
    evidence = owing((12, 1)).model_copy(update={"calls": calls})

    found = decide(evidence, CODE, instance(), Controls({CODE: ago(-1)}))

    assert found.until == {"promise": ago(-1)}
    assert decide(evidence, "other", instance(), Controls({CODE: ago(-1)})).until == {}


def test_of_two_ends_of_one_limit_the_later_one_is_stored() -> None:
    """What the ledger said knows calls of other codes; the debtor's own may end later all the same."""
    own = decide(owing((12, 1)).model_copy(update={"calls": (CALL,)}), CODE, instance(), NO_CONTROLS).ends["limit_gap"]
    for told, stored in ((own - timedelta(minutes=1), own), (own + timedelta(minutes=1), own + timedelta(minutes=1))):
        both = owing((12, 1)).model_copy(update={"calls": (CALL,), "refused": {"limit_gap": told, "limit_day": told}})
        found = decide(both, CODE, instance(), NO_CONTROLS)
        assert (found.ends["limit_gap"], found.ends["limit_day"]) == (stored, told)
