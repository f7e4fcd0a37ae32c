"""How long a child that ended is left alone."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from deploy.supervisor import FIRST_DELAY, HEALTHY_AFTER, LONGEST_DELAY, Ended, next_delay

CODES = st.integers(-15, 255)
LIVES = st.floats(0, 10 * HEALTHY_AFTER)
DELAYS = st.just(0.0) | st.floats(FIRST_DELAY, LONGEST_DELAY)


@given(DELAYS, LIVES, CODES)
def test_the_wait_stays_within_its_bounds(previous: float, lived: float, code: int) -> None:
    assert FIRST_DELAY <= next_delay(previous, lived, code) <= LONGEST_DELAY


def test_short_lives_double_the_wait_up_to_the_cap() -> None:
    delays = [0.0]
    for _ in range(7):
        delays.append(next_delay(delays[-1], 0.5, 1))
    assert delays[1:] == [1, 2, 4, 8, 16, 30, 30]


@given(DELAYS, st.floats(HEALTHY_AFTER, 10 * HEALTHY_AFTER), CODES.filter(lambda code: code != 2))
def test_a_healthy_life_is_forgiven(previous: float, lived: float, code: int) -> None:
    assert next_delay(previous, lived, code) == FIRST_DELAY


def test_a_life_just_short_of_healthy_is_not() -> None:
    assert next_delay(4, HEALTHY_AFTER - 0.001, 0) == 8


@given(DELAYS, LIVES)
def test_a_wrong_configuration_is_tried_seldom(previous: float, lived: float) -> None:
    assert next_delay(previous, lived, 2) == LONGEST_DELAY


def test_the_operator_reads_stage_code_wait_and_log() -> None:
    end = Ended("hydrate", at=9, code=2, lived=3.2, delay=30, log=Path("logs/hydrate.log"), said="")
    assert str(end) == (
        "hydrate ended (exit code 2, wrong configuration) after 3 s; starts again in 30 s; log: logs/hydrate.log"
    )
    assert "(killed by SIGKILL)" in str(Ended("views", 9, -9, 3, 1, Path("x"), ""))
