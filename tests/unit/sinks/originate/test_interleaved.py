"""Originators that run at once, pause and crash after any step never ring a person too often, nor an attempt twice."""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.attempts import Attempt, Outcome
from schemas.calls import Call
from sinks.originate.ending import finish
from sinks.originate.healing import RESERVING_FOR, heal
from sinks.originate.placing import place
from sinks.originate.steps import Done, Steps, drive_at_once
from tests.unit.sinks.originate.checking import DEBTORS, asked, violations
from tests.unit.sinks.originate.pretended import NOON, SILENCE, Pretended, Told, armed, says

MOVES = {"step": 80, "steps": 8, "pause": 4, "wait": 2, "crash": 3, "end": 3}
"""How often each, of a hundred."""


@dataclass
class Originator:
    """One process: what it goes through at the moment; after a crash it first takes up what is left."""

    world: Pretended
    todo: list[int]
    running: Steps[object] | None = None
    sent: Done | None = None
    healing: list[Attempt] = field(default_factory=list)

    def step(self) -> None:
        if self.running is None:
            self.running, self.sent = self.begin(), None
        if self.running is None:
            return
        try:
            step = next(self.running) if self.sent is None else self.running.send(self.sent)
        except StopIteration:
            self.running = None
        else:
            self.sent = Done(self.world.do(step), self.world.now)

    def begin(self) -> Steps[object] | None:
        if self.healing:
            return heal(self.healing.pop(0), self.world.now)
        if self.todo:
            n = self.todo.pop(0)
            return place(asked(n % len(DEBTORS), n, NOON, self.world.now), self.world.now)
        return None

    def crash(self) -> None:
        self.running = None
        self.healing = list(self.world.ledger.left_at_once(self.world.now))


def finished(world: Pretended, originators: list[Originator]) -> None:
    """Everybody goes on to the end; then, later, somebody takes up what is left."""
    for one in originators:
        while one.running or one.todo or one.healing:
            one.step()
    world.now += RESERVING_FOR * 2
    last = Originator(world, [], healing=list(world.ledger.left_at_once(world.now)))
    while last.running or last.healing:
        last.step()


def end(world: Pretended) -> None:
    """The PABX tells of calls that have begun by now that they are over; it keeps no record of each third."""
    began = {attempt.attempt: at for at, attempt in world.rung}
    for one in list(world.ledger.attempts.values()):
        at = began.get(one.attempt)
        at = None if at and at <= world.now and int(one.attempt[-2:], 36) % 3 == 0 else at
        if one.state == "ringing" and (at is None or at <= world.now):
            outcome: Outcome = "lost" if at is None else "busy"
            call = Call(instance="norte", code=one.code, attempt=one.attempt, version=1, at=at or one.at, outcome=outcome)
            drive_at_once(finish(call, world.now), world.do, world.clock)


def told(chance: Random) -> Told:
    """Most ring; some late, some in silence; a paused PABX may ring long after."""
    late = timedelta(seconds=chance.choice([0, 0, 1, 20, 50]))
    if chance.random() < 0.6:
        return Told(late=late)
    if chance.random() < 0.7:
        return Told(SILENCE, chance.random() < 0.6, late)
    return Told(says(500, message="Allocation failed"), rings=False)


def lived(world: Pretended, originators: list[Originator], chance: Random) -> None:
    """Some hours of it: what happens next is left to chance."""
    for what in chance.choices(list(MOVES), list(MOVES.values()), k=300):
        one = chance.choice(originators)
        match what:
            case "step":
                one.step()
            case "steps":
                for _ in range(chance.randint(5, 15)):
                    one.step()
            case "crash":
                one.crash()
            case "pause":
                world.now += timedelta(seconds=chance.randint(1, 55))
            case "wait":
                world.now += timedelta(seconds=chance.randint(60, 400))
            case _:
                end(world)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_nobody_rings_too_often(seed: int) -> None:
    chance = Random(seed)
    world = Pretended(instances={"norte": armed(per_hour=60, per_day=100, per_7_days=500)})
    world.answer = lambda _: told(chance)
    originators = [Originator(world, [chance.randrange(40) for _ in range(15)]) for _ in range(3)]
    lived(world, originators, chance)
    finished(world, originators)

    assert list(violations([(at, one.attempt, one.code, one.number) for at, one in world.rung])) == []
    assert [one for one in world.ledger.attempts.values() if one.state in {"reserving", "reserved"}] == []
    gone = {name for name, one in world.ledger.attempts.items() if one.state in {"refused", "abandoned"}}
    assert [mark for marks in world.ledger.marks.values() for mark in marks.calls if mark.attempt in gone] == []
    assert {one.attempt for one in world.published} >= {one.attempt for _, one in world.rung}
    rung = {one.attempt for _, one in world.rung}
    assert {mark.attempt for marks in world.ledger.marks.values() for mark in marks.calls} >= rung
