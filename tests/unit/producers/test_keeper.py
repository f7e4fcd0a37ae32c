"""What a poller does with the instances that fall to it, and with those that are taken from it."""

import asyncio
from collections.abc import Collection, Iterator

import pytest
import structlog.testing
from aiokafka.errors import RequestTimedOutError

from producers.erp.lease import Lease, identity
from producers.erp.outbox import Outbox
from producers.erp.serving import read_as
from producers.held.keeper import Keeper
from producers.held.shares import REST_S
from schemas.errors import RetryLater
from schemas.instances import Instance
from schemas.sweeps import Sweep
from schemas.topics import SWEEPS
from tests.strategies import SEEN, instance
from tests.unit.producers.jumping_time import live
from tests.unit.producers.memory_broker import MemoryBroker, MemoryWriter

PACE_S = 2.0
NORTE, SUL = instance(name="norte"), instance(name="sul")
BOTH = {"norte": NORTE, "sul": SUL}


class Home:
    """A poller whose instances do nothing but publish, once a second, under the area code that they were started with."""

    def __init__(self) -> None:
        self.broker = MemoryBroker()
        self.keeper = Keeper(self.gain, self.serve, read_as)
        self.gained: list[tuple[float, list[str]]] = []
        self.leases: list[Lease] = []
        self.refuse = False

    async def gain(self, names: Collection[str]) -> dict[str, Lease]:
        if self.refuse:
            raise RetryLater("no broker")
        writers = {name: MemoryWriter(self.broker, identity(name)) for name in sorted(names)}
        for writer in writers.values():
            await writer.open()
        await asyncio.sleep(0.5)  # reading back
        self.gained.append((asyncio.get_running_loop().time(), list(writers)))
        found = {name: Lease(writer, Outbox(writer), {}) for name, writer in writers.items()}
        self.leases += found.values()
        return found

    async def serve(self, one: Instance, lease: Lease) -> None:
        while True:
            event = Sweep(instance=one.name, erp="ixc", kind="bill", sweep=one.ddd, phase="started", at=SEEN)
            await lease.outbox.sweep(event)
            await asyncio.sleep(1)

    async def keep(self, wanted: dict[str, Instance], seconds: float, turn: int = 1) -> None:
        """As the poller does it, for so long."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        while loop.time() < ends:
            await self.keeper.keep(wanted, turn)
            await asyncio.sleep(PACE_S)

    async def taken_by_another(self, name: str) -> None:
        await MemoryWriter(self.broker, identity(name)).open()

    def told(self, name: str) -> int:
        return sum(one.key == f"{name}:bill".encode() for one in self.broker.of(SWEEPS.name))


@pytest.fixture
def lines() -> Iterator[list[dict[str, object]]]:
    with structlog.testing.capture_logs() as found:
        yield found  # type: ignore[misc]  # structlog's own mapping


def events(lines: list[dict[str, object]], name: str) -> list[object]:
    return [line["event"] for line in lines if line.get("instance") == name]


def test_all_that_falls_to_it_is_taken_at_once_and_given_back_at_the_end(lines: list[dict[str, object]]) -> None:
    home = Home()

    async def life() -> None:
        await home.keep(BOTH, 10)
        await home.keeper.stop()
        ended = home.told("norte")
        await asyncio.sleep(10)
        assert (home.told("norte"), home.told("norte") > 5) == (ended, True)

    live(60, life())
    assert [names for _, names in home.gained] == [["norte", "sul"]]
    assert all(lease.writer.closed for lease in home.leases)  # type: ignore[attr-defined]  # one in memory
    assert events(lines, "sul") == ["instance_taken"]


def test_what_no_longer_falls_to_it_is_released_and_the_rest_goes_on(lines: list[dict[str, object]]) -> None:
    home = Home()

    async def life() -> None:
        await home.keep(BOTH, 6)
        await home.keep({"sul": SUL}, 6)
        await home.keeper.stop()

    live(60, life())
    assert len(home.gained) == 1
    assert events(lines, "norte") == ["instance_taken", "instance_released"]
    assert home.told("sul") > home.told("norte") + 3


def test_a_changed_instance_begins_anew_with_what_is_remembered() -> None:
    """It is not read back again, and a change that no sweep depends on is not even noticed."""
    home = Home()

    async def life() -> None:
        await home.keep({"norte": NORTE}, 4)
        await home.keep({"norte": NORTE.model_copy(update={"title": "Outro"})}, 4)
        await home.keep({"norte": NORTE.model_copy(update={"ddd": "71"})}, 4)
        await home.keeper.stop()

    live(60, life())
    assert len(home.gained) == 1
    assert b'"71"' in (list(home.broker.of(SWEEPS.name))[-1].value or b"")


def test_who_is_taken_over_says_so_once_and_leaves_the_instance_in_peace(lines: list[dict[str, object]]) -> None:
    """In the same round of turns it may be a sleeper who has not heard yet whose turn it is; the neighbour goes on."""
    home = Home()

    async def life() -> None:
        await home.keep(BOTH, 4)
        await home.taken_by_another("norte")
        await home.keep(BOTH, REST_S - 4)
        assert len(home.gained) == 1
        await home.keep(BOTH, 10)
        await home.keeper.stop()

    live(60, life())
    assert [names for _, names in home.gained] == [["norte", "sul"], ["norte"]]
    assert events(lines, "norte") == ["instance_taken", "instance_let_go", "instance_taken"]
    assert events(lines, "sul") == ["instance_taken"]


def test_in_the_next_round_an_instance_that_was_taken_away_may_be_taken_at_once() -> None:
    home = Home()

    async def life() -> None:
        await home.keep(BOTH, 4)
        await home.taken_by_another("norte")
        await home.keep(BOTH, 4)
        await home.keep(BOTH, 4, turn=2)
        await home.keeper.stop()

    live(60, life())
    assert [names for _, names in home.gained] == [["norte", "sul"], ["norte"]]


def test_a_writer_that_breaks_is_opened_anew_and_disturbs_nobody(lines: list[dict[str, object]]) -> None:
    home = Home()

    async def life() -> None:
        await home.keep(BOTH, 4)
        home.broker.refuse = [RequestTimedOutError()]
        await home.keep(BOTH, 6)
        await home.keeper.stop()

    live(60, life())
    assert [len(names) for _, names in home.gained] == [2, 1]
    assert sorted(len(events(lines, name)) for name in BOTH) == [1, 3]
    assert min(map(home.told, BOTH)) >= 5


def test_what_cannot_be_had_is_tried_again_until_it_can() -> None:
    home = Home()

    async def life() -> None:
        home.refuse = True
        await home.keep(BOTH, 10)
        home.refuse = False
        await home.keep(BOTH, 4)
        await home.keeper.stop()

    live(60, life())
    assert min(map(home.told, BOTH)) >= 1


def test_what_is_no_longer_wanted_when_it_comes_is_given_back() -> None:
    home = Home()

    async def life() -> None:
        await home.keeper.keep(BOTH, 1)
        await home.keep({"sul": SUL}, 4, turn=2)
        await home.keeper.stop()

    live(60, life())
    assert home.told("norte") == 0
    assert all(lease.writer.closed for lease in home.leases)  # type: ignore[attr-defined]  # one in memory


def test_a_bug_ends_the_process() -> None:
    """The supervisor tells the operator, instead of an instance that nobody serves."""
    home = Home()

    async def broken(one: Instance, lease: Lease) -> None:
        raise ZeroDivisionError(one.name, lease)

    home.keeper = Keeper(home.gain, broken, read_as)

    async def life() -> None:
        try:
            await home.keep(BOTH, 10)
        finally:
            await home.keeper.stop()

    with pytest.raises(ZeroDivisionError):
        live(60, life())


class Speaking(Home):
    async def serve(self, one: Instance, lease: Lease) -> None:
        structlog.get_logger().info("at_work")
        async with asyncio.TaskGroup() as group:
            group.create_task(self.deeper())
        await super().serve(one, lease)

    async def deeper(self) -> None:
        structlog.get_logger().info("deeper")


def test_every_line_of_what_serves_one_says_which() -> None:
    """Also where the line's own place in the code does not know it; two are served side by side."""
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        home = Speaking()

        async def life() -> None:
            await home.keep(BOTH, 4)
            await home.keeper.stop()

        live(60, life())
    said = {(line["event"], line.get("instance")) for line in lines if line["event"] in {"at_work", "deeper"}}
    assert said == {(event, name) for event in ("at_work", "deeper") for name in BOTH}
