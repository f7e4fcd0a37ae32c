"""How many calls a PABX is asked for: as many as it places in a minute, of instances that nothing closes."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from processors.dialer.pace import LAPSES, ROUND, Pace, Round, paces
from schemas.calling.freshness import Signs
from schemas.instances import Instance
from tests.strategies import instance
from tests.unit.processors.dialer.test_schedule import ARMED, NOON
from tests.unit.schemas.calling.test_freshness import beat

ADDRESS = "pabx.example:8088"


def one(name: str, speed: float = 1.0, **fields: Any) -> Instance:  # noqa: ANN401 - any field of the instance
    return instance(**{"name": name, "pabx": {**ARMED, "calls_per_second": speed}, **fields})


def signs(*names: str, **fields: Any) -> Signs:  # noqa: ANN401 - any of the signs
    return Signs(**{"swept": dict.fromkeys(names, NOON), "hydrates": (beat(NOON),), **fields})


def test_a_minutes_calls_of_those_that_are_open() -> None:
    some = [one("norte", 0.51), one("sul", paused=True), one("leste"), one("oeste", pabx=None)]

    assert paces(some, signs("norte", "sul", "leste"), NOON) == {ADDRESS: Pace(31, ("norte", "leste"))}


def test_the_least_speed_of_a_shared_pabx_counts_though_its_instance_is_closed() -> None:
    some = [one("norte", 2), one("sul", 0.5, paused=True)]

    assert paces(some, signs("norte", "sul"), NOON) == {ADDRESS: Pace(30, ("norte",))}


def test_nobody_of_an_instance_that_is_stale_or_refused() -> None:
    some = [one("norte"), one("sul"), one("leste")]

    assert paces(some, signs("sul", "leste", refusing=frozenset(["leste"])), NOON)[ADDRESS].names == ("sul",)
    assert paces(some, signs("norte", "sul"), NOON + timedelta(hours=3))[ADDRESS].names == ()


# --- a minute's requests


INSTANT = timedelta(microseconds=1)
FIVE = Pace(5, ("norte",))


def test_what_was_asked_for_leaves_less_room_at_its_own_pabx_alone() -> None:
    minute = Round(NOON)
    minute.asked.update({ADDRESS: 3})

    assert (minute.room(ADDRESS, FIVE), minute.room("other:8088", FIVE)) == (2, 5)


@pytest.mark.parametrize(
    ("later", "room", "since"),
    [
        (timedelta(0), 2, NOON),
        (ROUND - INSTANT, 2, NOON),
        (ROUND, 5, NOON + ROUND),
        (-INSTANT, 5, NOON - INSTANT),  # the clock was set back: nobody waits until it is there again
    ],
)
def test_another_minute_begins_when_one_is_over(later: timedelta, room: int, since: datetime) -> None:
    minute = Round(NOON)
    minute.asked.update({ADDRESS: 3})
    minute.renew(NOON + later)

    assert (minute.room(ADDRESS, FIVE), minute.since) == (room, since)


def test_there_is_more_room_when_the_minute_ends_if_anything_was_asked_for() -> None:
    minute = Round(NOON)
    assert minute.ends_at() is None
    minute.asked[ADDRESS] += 1

    assert minute.ends_at() == NOON + ROUND
    minute.renew(NOON + ROUND)
    assert minute.ends_at() is None


def test_a_request_lives_longer_than_the_minute_of_its_pace_and_not_two() -> None:
    """So that what a slow PABX has not placed is not asked for twice at once, and no decision grows old."""
    assert ROUND < LAPSES < 2 * ROUND
