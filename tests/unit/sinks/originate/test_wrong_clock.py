"""A clock that is weeks ahead makes nobody's marks old."""

from contextlib import suppress
from datetime import timedelta

import pytest

from schemas.calls import Call
from sinks.originate.ending import finish
from sinks.originate.placing import place
from sinks.originate.steps import Done, Look, Read, Step, drive_at_once
from tests.unit.sinks.originate.pretended import NOON, Pretended, request

WEEKS = timedelta(weeks=2)


def called(world: Pretended) -> list[str]:
    """The attempts that count for the person."""
    return [mark.attempt for mark in world.ledger.marks["person:" + "a" * 32].calls]


def rung(world: Pretended) -> str:
    """The attempt of one call."""
    asked = request(1)
    drive_at_once(place(asked, NOON), world.do, world.clock)
    return asked.attempt


def finished(world: Pretended, attempt: str) -> None:
    call = Call(instance="norte", code="1042", attempt=attempt, version=1, at=NOON, outcome="busy")
    assert drive_at_once(finish(call, world.now), world.do, world.clock)


def test_outcomes_that_are_told_by_a_wrong_clock_leave_the_marks() -> None:
    world = Pretended()
    first = rung(world)
    world.now = NOON + WEEKS
    finished(world, first)
    world.now = NOON + timedelta(minutes=40)
    assert drive_at_once(place(request(2, at=world.now), world.now), world.do, world.clock) == "refused"
    assert (len(world.rung), called(world)) == (1, [first])


@pytest.mark.parametrize("jump", [WEEKS, -WEEKS])
@pytest.mark.parametrize("after", [Look, Read])
def test_a_clock_that_jumps_after_the_look_costs_the_request_and_no_mark(jump: timedelta, after: type[Step]) -> None:
    world = Pretended()
    first = rung(world)
    finished(world, first)
    world.now = NOON + timedelta(hours=2)
    steps = place(request(2, at=world.now, code="2"), world.now)
    step = next(steps)
    with suppress(StopIteration):
        while True:
            value = world.do(step)
            world.now += jump if isinstance(step, after) else timedelta(0)
            step = steps.send(Done(value, world.now))
    assert (len(world.rung), called(world)) == (1, [first])
