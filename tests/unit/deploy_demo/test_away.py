"""How long nobody could heed a payment, by the files that stages touch."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from deploy.demo.away import MISSED, Away, Signs, at_work_for
from deploy.demo.crew import crew

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
GRACE = timedelta(seconds=5)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def away(*spans: tuple[float, float]) -> list[Away]:
    return [Away(at(since), at(until)) for since, until in spans]


def test_who_is_looked_at_stands_between_the_erp_and_the_pabx() -> None:
    assert Signs(crew(several=False)).names == ("hydrate", "dialer", "originate", "views")
    assert {name.rpartition("-")[0] for name in Signs(crew(several=True)).names} == {
        "hydrate",
        "dialer",
        "originate",
        "views",
    }


def test_a_stage_is_away_from_its_last_sign_until_the_next() -> None:
    signs = Signs(crew(several=False))
    longest = MISSED.total_seconds()
    for marks in (
        {"hydrate": at(0)},
        {"hydrate": at(longest), "dialer": at(1)},
        {"dialer": at(2)},
        {},
        {"dialer": at(30), "hydrate": at(4)},
    ):
        signs.saw(marks)

    assert signs.spans == away((2, 30))


def test_five_seconds_count_only_while_nothing_is_away() -> None:
    assert at_work_for(GRACE, NOON, []) == at(5)
    assert at_work_for(GRACE, NOON, away((-9, 0), (5, 9))) == at(5)
    assert at_work_for(GRACE, NOON, away((-9, 0.1))) == at(5.1)
    assert at_work_for(GRACE, NOON, away((4.9, 9))) == at(14)
    assert at_work_for(GRACE, NOON, away((20, 22), (13, 14), (4, 9))) == at(19)
    assert at_work_for(GRACE, NOON, away((4, 9), (5, 7), (18, 30))) == at(14)


@given(st.lists(st.tuples(st.integers(-10, 60), st.integers(1, 20)), max_size=6))
def test_it_is_the_first_instant_after_so_long_without_an_absence(found: list[tuple[int, int]]) -> None:
    """Asked second by second."""
    spans = away(*((since, since + lasting) for since, lasting in found))

    def quiet(second: int) -> bool:
        return not any(span.since < at(second + 1) and span.until > at(second) for span in spans)

    expected = next(end for end in range(5, 300) if all(quiet(second) for second in range(end - 5, end)))
    assert at_work_for(GRACE, NOON, spans) == at(expected)
