"""One PABX over a real connection: the best first, no more at once than its channels, none while it fails."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from pydantic import SecretStr

from schemas.calls import CallPlaced, CallRequest
from schemas.instances import Instance
from schemas.queue import QueueEntry
from schemas.runtime.secrets import seal
from sinks.originate.desk import Desk, World
from sinks.originate.hands import Hands
from sinks.originate.holds import PabxHold
from sinks.originate.line import Line
from sinks.originate.memory import MemoryLedger
from sinks.originate.phones import Phones
from sinks.originate.weighing import Sight
from tests.integration.fake_ari import FakeAri, fake_ari
from tests.integration.pipeline import eventually
from tests.strategies import instance
from tests.unit.schemas.runtime.manager_server import Desk as Manager
from tests.unit.schemas.runtime.manager_server import answering, obliging
from tests.unit.sinks.originate.pretended import ARI, attempt_id, request

LEFT = attempt_id(99)
"""Of an earlier process."""
ALWAYS = {day: {"opens": "00:00", "closes": "23:59:59"} for day in range(7)}


class Seen:
    """A desk that shows these instances, and what their PABX refuses."""

    def __init__(self, *shown: Instance) -> None:
        self.world = World(datetime.now(UTC), {one.name: one for one in shown})

    async def hold(self, hold: PabxHold) -> None:
        self.world = replace(self.world, holds={**self.world.holds, hold.instance: hold})

    async def sight(self, asked: CallRequest) -> Sight:
        return Sight(datetime.now(UTC), self.world.instances[asked.instance])


class Kept(Hands):
    """What is published stays here."""

    ledger: MemoryLedger

    def __init__(self, *shown: Instance, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(MemoryLedger(), cast("Desk", Seen(*shown)), None, now)
        self.published: list[CallPlaced] = []

    async def _publish(self, placed: CallPlaced) -> None:
        self.published.append(placed)


@asynccontextmanager
async def line(there: FakeAri, wrong: str = "", **pabx: Any) -> AsyncIterator[tuple[Line, Kept]]:  # noqa: ANN401 - any field of it
    """`wrong`: the user of another instance at the same PABX."""
    control = {**ARI["control"], "url": f"http://{there.address}/ari"}
    told = {**ARI, "control": control, "calls_per_second": 50, **pabx}
    rules = {"windows": ALWAYS, "call_on_holidays": True}
    one = instance(state="BA", zone="America/Bahia", pabx=told, rules=rules)
    refused = {**told, "control": {**control, "user": wrong or "collector"}}
    neighbour = instance(name="antes", state="BA", zone="America/Bahia", pabx=refused, rules=rules)
    hands, phones = Kept(*([neighbour] if wrong else []), one), Phones(SecretStr("A" * 43 + "="))
    found = Line(there.address, hands, phones)
    running = asyncio.create_task(found.run())
    yield found, hands
    found.retire()
    await running
    await phones.close()


def asked(there: FakeAri | str, n: int, score: int = 0) -> CallRequest:
    address = there if isinstance(there, str) else there.address
    now = datetime.now(UTC)
    one = request(n, at=now, code=str(n), person=f"{n:032d}", phones=(n,), score=score)
    facts = one.entry.facts.model_copy(update={"uf": "BA", "due": (((now - timedelta(days=12)).date(), 9_990),)})
    return one.model_copy(update={"pabx": address, "entry": one.entry.model_copy(update={"facts": facts})})


def rung(there: FakeAri) -> list[str]:
    return [str(call["channelId"]) for call in there.posts]


async def test_no_more_at_once_than_its_channels_and_the_best_first() -> None:
    async with fake_ari() as there:
        there.living.add(LEFT)
        requests = [asked(there, n, score=n) for n in range(1, 6)]
        async with line(there, channels=3) as (at, hands):
            for one in requests:
                at.take(one)

            async def two() -> bool:
                return len(hands.published) == 2

            await eventually(two, "two calls beside the one that was there")
            asked_before = len(there.asked)

            async def listed() -> bool:
                return there.asked[asked_before:].count("GET /ari/channels") >= 2

            await eventually(listed, "the PABX's list, twice")
            assert sorted(rung(there)) == sorted(one.attempt for one in requests[3:])

            async def hung_up() -> bool:
                there.living.clear()
                return len(there.posts) == 5

            await eventually(hung_up, "the others, once channels are free")

    assert rung(there)[2] == requests[2].attempt
    assert len(set(rung(there))) == 5


async def test_a_pabx_that_is_slow_to_connect_is_asked_for_nothing_that_has_become_too_late() -> None:
    """Whoever reserved by 18:59:54 must not ring after 19:00, nor beside a promise of a while ago. The marks go."""
    key, shift = SecretStr("A" * 43 + "="), timedelta(0)

    async def slow_to_log_in(desk: Manager, said: Mapping[str, str]) -> None:
        nonlocal shift
        if any(one.state == "reserved" for one in hands.ledger.attempts.values()):
            shift = timedelta(seconds=6)
        await obliging(desk, said)
        if said["Action"] == "CoreShowChannels":
            await desk.say(("Event", "CoreShowChannelsComplete"), ("EventList", "Complete"), ("ActionID", said["ActionID"]))

    async with answering(slow_to_log_in) as manager:
        control = {"kind": "ami", "host": "127.0.0.1", "port": manager.port, "user": "collector", "password": seal("x", key)}
        rules = {"windows": ALWAYS, "call_on_holidays": True}
        one = instance(state="BA", zone="America/Bahia", pabx={**ARI, "control": control}, rules=rules)
        hands = Kept(one, now=lambda: datetime.now(UTC) + shift)
        assert one.pabx is not None
        found = Line(one.pabx.address, hands, Phones(key))
        found.take(asked(one.pabx.address, 1))
        running = asyncio.create_task(found.run())

        async def ended() -> bool:
            return any(attempt.state in {"refused", "ringing"} for attempt in hands.ledger.attempts.values())

        await eventually(ended, "an answer, or none")
        found.retire()
        await running
    assert {said["Action"] for said in manager.asked} >= {"Login", "CoreShowChannels"}
    assert "Originate" not in {said["Action"] for said in manager.asked}
    assert [(placed.answer, placed.detail) for placed in hands.published] == [("refused", "it took too long")]
    assert not any(marks.calls for marks in hands.ledger.marks.values())


async def test_after_a_failure_it_is_asked_a_harmless_question_before_the_next_call() -> None:
    async with fake_ari() as there:
        there.otherwise = "html404"
        async with line(there, channels=9, calls_per_second=1) as (at, _):
            for n in range(1, 4):
                at.take(asked(there, n))

            async def failed() -> bool:
                return len(there.posts) == 1

            await eventually(failed, "the first call")
            there.otherwise = "rings"

            async def all_three() -> bool:
                return len(there.posts) == 3

            await eventually(all_three, "the others")

    first, second = [at for at, one in enumerate(there.asked) if one.startswith("POST")][:2]
    assert "GET /ari/asterisk/info" in there.asked[first:second]


async def test_an_instance_whose_user_the_pabx_does_not_know_is_held_and_its_neighbours_are_called() -> None:
    async with fake_ari() as there:
        there.unknown = {"nobody"}
        async with line(there, wrong="nobody") as (at, hands):
            at.take(asked(there, 1))

            async def called() -> bool:
                return len(there.posts) == 1

            await eventually(called, "the neighbour's call")

    assert hands.desk.world.holds.keys() == {"antes"}


async def test_an_instance_whose_trunk_is_down_rests_and_its_neighbours_are_called() -> None:
    """Though what it asks for is worth more: the PABX itself is there."""
    async with fake_ari() as there:
        worth_more = asked(there, 1, score=900)
        there.behaves[digits_of(worth_more)] = "allocation"
        async with line(there, wrong="another", calls_per_second=50) as (at, _):
            at.take(worth_more.model_copy(update={"instance": "antes", "entry": of("antes", worth_more)}))
            at.take(asked(there, 2))
            at.take(asked(there, 3))

            async def all_three() -> bool:
                return len(there.posts) == 3

            await eventually(all_three, "the neighbour's calls")

    assert not any(one.startswith("GET /ari/asterisk/info") for one in there.asked)
    assert rung(there)[0] == worth_more.attempt


def digits_of(request: CallRequest) -> str:
    return request.number.removeprefix("+55")


def of(name: str, request: CallRequest) -> QueueEntry:
    return request.entry.model_copy(update={"instance": name})
