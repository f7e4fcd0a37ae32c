"""When a loop owes a turn, and for how long it has."""

from collections.abc import Callable
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.runtime.progress import Measured, Progress, Standing
from schemas.stages import Held, Underway

Step = Callable[[Standing, float], Standing]

LAGS = st.integers(1, 10**6)
OTHERS: list[Step] = [Standing.begun, Standing.afresh, Standing.with_turn, Standing.with_nothing]
STEPS: st.SearchStrategy[Step] = (
    st.sampled_from(OTHERS)
    | st.floats(0, 60).map(lambda within: lambda one, now: one.with_turn(now, within))
    | (LAGS | st.none() | st.just(0)).map(lambda lag: lambda one, now: one.with_lag(now, lag))
)
HISTORIES = st.lists(st.tuples(st.floats(0.01, 100), STEPS))


def after(history: list[tuple[float, Step]]) -> tuple[Standing, float]:
    """A loop's standing after such waits and steps, and the time then."""

    def step(past: tuple[Standing, float], coming: tuple[float, Step]) -> tuple[Standing, float]:
        now = past[1] + coming[0]
        return coming[1](past[0], now), now

    return reduce(step, history, (Standing(), 0.0))


@given(HISTORIES, st.floats(0, 1000))
def test_nobody_is_late_for_longer_than_since_the_last_turn(history: list[tuple[float, Step]], later: float) -> None:
    standing, now = after(history)
    assert standing.late(now + later) <= now + later - (standing.turned or 0)


@given(HISTORIES, st.floats(0, 1000))
def test_a_turn_ends_every_delay(history: list[tuple[float, Step]], later: float) -> None:
    standing, now = after(history)
    assert standing.with_turn(now).late(now) == 0
    assert standing.with_lag(now, 0).with_turn(now).late(now + later) == 0


@given(HISTORIES, LAGS, st.lists(st.floats(0.5, 10), min_size=1))
def test_who_is_behind_and_reads_nothing_is_late_however_often_it_comes_round(
    history: list[tuple[float, Step]], lag: int, waits: list[float]
) -> None:
    """The members of one name: each read ends in time and brings nothing, while records wait."""
    standing, began = after(history)
    standing, now = standing.with_turn(began).with_lag(began, lag), began
    for wait in waits:
        now += wait
        standing = standing.with_nothing(now, within=0.5).with_lag(now, lag + 1)
    assert standing.late(now) == pytest.approx(now - began)


@given(HISTORIES, st.lists(st.floats(0.5, 10), min_size=1))
def test_beginning_again_and_again_wins_no_time(history: list[tuple[float, Step]], waits: list[float]) -> None:
    standing, began = after(history)
    standing, now = standing.with_turn(began).begun(began), began
    for wait in waits:
        now += wait
        standing = standing.begun(now).with_nothing(now)
    assert standing.late(now) == pytest.approx(now - began)


@given(st.floats(0, 60), st.floats(0, 1000))
def test_a_loop_that_comes_round_by_itself_owes_its_turn_only_then(within: float, later: float) -> None:
    standing = Standing().with_turn(0, within)
    assert standing.late(later) == pytest.approx(max(0, later - within))


def test_who_waits_for_records_may_wait_for_ever() -> None:
    assert Standing().begun(0).with_turn(5).late(10**9) == 0


def test_what_cannot_be_measured_changes_nothing_and_a_lag_that_is_gone_owes_nothing() -> None:
    behind = Standing().with_turn(0).with_lag(10, 7)
    assert behind.with_lag(20, None) == behind
    assert (behind.lag, behind.late(130)) == (7, 120)
    assert behind.with_lag(20, 0).late(10**6) == 0
    assert behind.begun(11).with_lag(20, 0).late(130) == 120, "in the middle of work all the same"


def test_the_first_turn_is_owed_though_what_waited_is_gone() -> None:
    """Else a loop that never turns keeps its process from being alive, and is never late."""
    started = Standing(owes=0).with_lag(10, 7).with_lag(20, 0)
    assert started.late(130) == 130
    assert started.with_nothing(30).late(130) == 0


@given(HISTORIES, st.floats(0, 1000))
def test_a_new_chance_is_a_whole_one_and_no_more(history: list[tuple[float, Step]], later: float) -> None:
    standing, now = after(history)
    again = standing.afresh(now + later)
    assert again.late(now + later) == 0
    assert (again.owes is None, again.turned, again.lag) == (standing.owes is None, standing.turned, standing.lag)


class Scene:
    """Loops of a process on a clock that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self.progress = Progress(lambda: self.now)


def test_the_longest_stuck_loop_comes_first_and_one_that_ended_is_not_missed() -> None:
    scene = Scene()
    with scene.progress.loop("views debtors"):
        scene.now = 30
        with scene.progress.loop("views queue") as queue:
            scene.now = 149
            assert [loop.name for loop in scene.progress.stuck(scene.now, 120)] == ["views debtors"]
            scene.now = 150
            assert [loop.name for loop in scene.progress.stuck(scene.now, 120)] == ["views debtors", "views queue"]
            queue.turned()
            assert [loop.name for loop in scene.progress.stuck(scene.now, 120)] == ["views debtors"]
    assert scene.progress.stuck(10**6, 120) == []


def test_a_process_is_under_way_once_every_loop_has_turned() -> None:
    scene = Scene()
    assert not scene.progress.under_way(), "nothing has begun yet"
    with scene.progress.loop("one") as one, scene.progress.loop("two") as two:
        one.turned()
        assert not scene.progress.under_way()
        two.begin()
        two.idle()
        assert not scene.progress.under_way(), "it is in the middle of its work"
        two.turned()
        assert scene.progress.under_way()


def test_a_reader_that_finds_nothing_at_its_start_has_turned() -> None:
    scene = Scene()
    with scene.progress.loop("view debtors") as loop:
        scene.now = 119
        loop.idle(within=0.5)
        scene.now = 239
        assert scene.progress.stuck(scene.now, 120) == []
        assert scene.progress.under_way()


def test_a_sweep_owes_nothing_while_the_erp_is_slow_and_its_publishing_does() -> None:
    scene = Scene()
    with scene.progress.sweeping(Underway(instance="norte", kind="bill")):
        scene.now = 10_000
        assert scene.progress.stuck(scene.now, 120) == []
        assert scene.progress.under_way()
        with scene.progress.working("publishing norte bill"):
            scene.now += 120
            assert [loop.name for loop in scene.progress.stuck(scene.now, 120)] == ["publishing norte bill"]
        assert scene.progress.last_turn(scene.now) == scene.now


def test_the_last_turn_is_that_of_the_loop_that_waits_longest() -> None:
    scene = Scene()
    with scene.progress.loop("one") as one, scene.progress.loop("two") as two:
        assert scene.progress.last_turn(0) is None
        one.turned()
        scene.now = 5
        two.turned()
        assert scene.progress.last_turn(scene.now) == 5
        one.measured(Measured((), 3))
        scene.now = 6
        two.turned()
        assert (scene.progress.last_turn(scene.now), scene.progress.lag()) == (0, 3)
    assert scene.progress.last_turn(scene.now) == 6


def test_what_is_measured_is_held() -> None:
    scene = Scene()
    with scene.progress.loop("one") as one:
        assert scene.progress.lag() is None
        one.measured(Measured((Held(topic="queue.v1", partitions=(0, 4)),), None))
        assert (one.held[0].partitions, scene.progress.lag()) == ((0, 4), None)
