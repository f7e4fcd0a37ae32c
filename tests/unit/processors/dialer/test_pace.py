"""How many calls a PABX is asked for: as many as it places in a minute, of instances that nothing closes."""

from datetime import timedelta
from typing import Any

from processors.dialer.pace import Pace, paces
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
