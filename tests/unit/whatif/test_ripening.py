"""Who is told to the dialers, and from which day on."""

from datetime import UTC, date, datetime, timedelta

import orjson
from hypothesis import given
from hypothesis import strategies as st

from deploy.whatif.ripening import Ripening

MONDAY = datetime(2026, 11, 9, 3, tzinfo=UTC)
KEY = b"norte:1"


def state(*due: date) -> bytes:
    return orjson.dumps({"bills": {str(n): {"due_on": day.isoformat()} for n, day in enumerate(due)}})


@given(st.integers(-40, 40), st.integers(0, 30))
def test_a_debtor_is_told_a_day_before_he_is_late_enough_and_once(late: int, least: int) -> None:
    ripening = Ripening({"norte": least})
    due = MONDAY.date() - timedelta(days=late)
    told = [ripening.told([(KEY, state(due))] if n == 0 else [], MONDAY + timedelta(days=n)) for n in range(90)]
    first = max(0, least - 1 - late)
    assert [n for n, found in enumerate(told) if found] == ([first] if first < len(told) else [])


def test_who_pays_before_is_never_told() -> None:
    ripening = Ripening({"norte": 7})
    due = MONDAY.date()
    assert ripening.told([(KEY, state(due))], MONDAY) == []
    assert ripening.told([(KEY, state())], MONDAY + timedelta(days=1)) == []
    assert ripening.told([], MONDAY + timedelta(days=20)) == []


def test_from_then_on_everything_is_told() -> None:
    ripening = Ripening({"norte": 7})
    old, newer = state(MONDAY.date() - timedelta(days=9)), state(MONDAY.date() + timedelta(days=9))
    assert ripening.told([(KEY, old)], MONDAY) == [(KEY, old)]
    assert ripening.told([(KEY, newer)], MONDAY) == [(KEY, newer)]
    assert ripening.told([(KEY, None)], MONDAY) == [(KEY, None)]
