"""Time passes in order, and at once."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from deploy.simulation.crashes import Crashes
from deploy.simulation.timeline import Timeline, Wakeful

NOW = datetime(2026, 11, 15, tzinfo=UTC)
SECONDS = st.lists(st.integers(-5, 50), max_size=20)


@given(SECONDS)
def test_what_falls_due_first_happens_first_and_nothing_after_the_end(delays: list[int]) -> None:
    time = Timeline(NOW)
    happened: list[tuple[timedelta, int]] = []
    for n, seconds in enumerate(delays):
        time.after(seconds, lambda n=n: happened.append((time.now - NOW, n)))  # type: ignore[misc]
    time.run(NOW + timedelta(seconds=30))

    assert happened == sorted((timedelta(seconds=max(0, s)), n) for n, s in enumerate(delays) if s < 30)
    assert time.now == NOW + timedelta(seconds=30)


@given(SECONDS)
def test_who_is_to_wake_wakes_once_at_the_earliest(delays: list[int]) -> None:
    time = Timeline(NOW)
    woken: list[timedelta] = []
    wake = Wakeful(time, lambda: woken.append(time.now - NOW))
    for seconds in delays:
        wake.within(seconds)
    time.run(NOW + timedelta(minutes=5))
    assert woken == [timedelta(seconds=max(0, seconds)) for seconds in sorted(delays)[:1]]


def test_who_woke_may_be_woken_again() -> None:
    time = Timeline(NOW)
    woken: list[datetime] = []
    wake = Wakeful(time, lambda: woken.append(time.now))
    for _ in range(2):
        wake.within(1)
        time.run(time.now + timedelta(minutes=1))
    assert len(woken) == 2


def test_the_first_step_of_every_kind_is_somebodys_last() -> None:
    crashes = Crashes(1, rate=0.0)
    assert [crashes.strike("place", index, "Read") for index in (1, 1, 2, 99, 40)] == [True, False, True, True, False]
    assert (crashes.steps["place 01 Read"], crashes.hit["place 01 Read"], crashes.missed()) == (2, 1, [])
