"""Whose turn it is: the best first, each in his time, and nobody for whom something else is known by now."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from processors.dialer.agenda import SLACK, Agenda
from processors.dialer.schedule import Turn

NINE = datetime(2026, 1, 12, 9, tzinfo=UTC)


def key(n: int, name: str = "norte") -> bytes:
    return f"{name}:{n}".encode()


def at(minutes: float, score: int | None = None, n: int = 0, name: str = "norte") -> Turn:
    rank = None if score is None else (-score, date(2026, 1, 1), key(n, name))
    return Turn(NINE + timedelta(minutes=minutes), rank)


def test_the_best_of_those_whose_turn_has_come() -> None:
    agenda = Agenda()
    for n, (minutes, score) in enumerate([(0, 10), (1, 30), (1, 20), (2, 99)]):
        agenda.put(key(n), at(minutes, score, n))
    agenda.put(key(9, "sul"), at(0, 50, 9, "sul"))
    agenda.come(NINE + timedelta(minutes=1))

    assert agenda.best(2, ["norte"], frozenset()) == [key(1), key(2)]
    assert agenda.best(9, ["norte", "sul"], {key(1)}) == [key(9, "sul"), key(2), key(0)]
    assert agenda.best(9, [], frozenset()) == []
    assert agenda.next_at() == NINE + timedelta(minutes=2)


def test_an_entry_that_changed_has_its_new_turn_only() -> None:
    agenda = Agenda()
    agenda.put(key(1), at(0, 10, 1))
    agenda.come(NINE)
    agenda.put(key(1), at(5, 99, 1))
    assert agenda.best(1, ["norte"], frozenset()) == []
    agenda.come(NINE + timedelta(minutes=5))
    assert agenda.best(1, ["norte"], frozenset()) == [key(1)]
    agenda.put(key(1), None)
    agenda.come(NINE + timedelta(minutes=9))

    assert agenda.best(1, ["norte"], frozenset()) == []


def test_a_turn_that_was_put_off_does_not_come_when_it_would_have() -> None:
    agenda = Agenda()
    agenda.put(key(1), at(3, 10, 1))
    agenda.put(key(1), at(5, 10, 1))
    agenda.come(NINE + timedelta(minutes=4))

    assert agenda.best(1, ["norte"], frozenset()) == []


def test_with_a_new_hour_everybodys_place_must_be_looked_at() -> None:
    """Days and hours count in a score."""
    agenda = Agenda()
    agenda.put(key(1), at(58, 10, 1))
    agenda.put(key(2), at(60, 20, 2))
    agenda.put(key(3), at(59))
    agenda.come(NINE + timedelta(minutes=59))
    assert (agenda.best(9, ["norte"], frozenset()), agenda.unsure) == ([key(1)], {key(3)})
    agenda.come(NINE + timedelta(minutes=60))

    assert agenda.unsure == {key(1), key(3)}
    assert agenda.best(9, ["norte"], frozenset()) == [key(2)]
    agenda.put(key(1), at(60, 30, 1))
    agenda.come(NINE + timedelta(minutes=60))
    assert agenda.best(9, ["norte"], frozenset()) == [key(1), key(2)]


def test_whose_turn_came_while_nobody_looked_has_his_place_of_then_no_more() -> None:
    """As after a pause of the process."""
    agenda = Agenda()
    agenda.put(key(1), at(59, 10, 1))
    agenda.put(key(2), at(60, 20, 2))
    agenda.come(NINE + timedelta(minutes=61))

    assert agenda.unsure == {key(1)}
    assert agenda.best(9, ["norte"], frozenset()) == [key(2)]


STEPS = st.lists(
    st.tuples(st.integers(0, 5), st.one_of(st.none(), st.tuples(st.integers(0, 50), st.integers(0, 9)))), max_size=30
)


@given(STEPS, st.integers(0, 50), st.integers(0, 3))
def test_however_often_turns_change_the_last_ones_count(
    steps: list[tuple[int, tuple[int, int] | None]], minutes: int, slack: int
) -> None:
    """Also of those that waited, or had come, when what counts no more was swept out; nobody waits for what has come."""
    agenda = Agenda(slack)
    last: dict[int, tuple[int, int]] = {}
    for number, (n, turn) in enumerate(steps):
        last.pop(n, None)
        if turn is not None:
            last[n] = turn
        agenda.put(key(n), turn and at(turn[0], turn[1], n))
        agenda.come(NINE + timedelta(minutes=min(minutes, number)))
    agenda.come(NINE + timedelta(minutes=minutes))
    ready = sorted((-score, key(n)) for n, (then, score) in last.items() if then <= minutes)

    assert agenda.best(9, ["norte"], frozenset()) == [one for _, one in ready]
    come = [NINE + timedelta(minutes=then) for then, _ in last.values() if then > minutes]
    next_at = agenda.next_at()
    assert next_at is None or next_at > NINE + timedelta(minutes=minutes)
    assert not come or (next_at is not None and next_at <= min(come))
    for at_last in sorted(come):
        agenda.come(at_last)
    if minutes < max((then for then, _ in last.values()), default=0):
        assert set(agenda.best(9, ["norte"], frozenset())) == {key(n) for n in last}


def test_what_is_swept_out_counted_no_more_and_all_others_keep_their_turns() -> None:
    """Who has come is not waited for again, who waits is not forgotten, and the first of them is known."""
    agenda = Agenda(slack=0)
    for n, minutes in enumerate((10, 50, 40, 30, 20)):
        agenda.put(key(n), at(minutes, 10 * n, n))
    agenda.come(NINE + timedelta(minutes=10))
    for score in range(30):
        agenda.put(key(9), at(45, score, 9))
        assert len(agenda._waiting) <= 2 * 6 + 1
        assert agenda.next_at() == NINE + timedelta(minutes=20)
    assert agenda.best(9, ["norte"], ()) == [key(0)]
    for minutes, come in (
        (20, {0, 4}),
        (30, {0, 3, 4}),
        (40, {0, 2, 3, 4}),
        (45, {0, 2, 3, 4, 9}),
        (50, {0, 1, 2, 3, 4, 9}),
    ):
        agenda.come(NINE + timedelta(minutes=minutes))
        assert set(agenda.best(9, ["norte"], ())) == {key(n) for n in come}


def test_what_changes_all_day_does_not_pile_up() -> None:
    agenda = Agenda()
    for score in range(5 * SLACK):
        agenda.put(key(1), at(30, score, 1))

    assert len(agenda._waiting) <= SLACK + 2
    agenda.come(NINE + timedelta(minutes=30))
    assert agenda.best(9, ["norte"], frozenset()) == [key(1)]
