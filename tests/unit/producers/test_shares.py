"""Each instance falls to one poller, and who was taken over leaves its instance in peace."""

from hypothesis import given
from hypothesis import strategies as st

from producers.held.shares import REST_S, TURNS, may_take, mine

NAMES = st.sets(st.from_regex(r"[a-z0-9][a-z0-9_-]{0,5}", fullmatch=True), max_size=20)


@given(NAMES, st.lists(st.integers(0, 3), min_size=TURNS, max_size=TURNS))
def test_every_instance_is_one_pollers_whoever_holds_which_turn(names: set[str], holders: list[int]) -> None:
    shares = [mine(names, {turn for turn in range(TURNS) if holders[turn] == poller}) for poller in range(4)]

    assert sorted(name for share in shares for name in share) == sorted(names)


@given(NAMES)
def test_two_pollers_with_half_of_the_turns_each_have_half_of_the_instances(names: set[str]) -> None:
    assert abs(len(mine(names, {0, 2, 4})) - len(mine(names, {1, 3, 5}))) <= 1


def test_without_turns_nothing_is_ours() -> None:
    assert mine({"norte", "sul"}, ()) == frozenset()


def test_an_instance_that_was_taken_away_is_left_alone_until_the_group_has_spoken() -> None:
    """A paused process believes in its old turns until its next heartbeat."""
    assert may_take(None, 0, 1_000, 1)
    assert not may_take(1_000, 1, 1_000, 1)
    assert not may_take(1_000, 1, 999 + REST_S, 1)
    assert may_take(1_000, 1, 1_000 + REST_S, 1)
    assert may_take(1_000, 1, 1_001, 2)
