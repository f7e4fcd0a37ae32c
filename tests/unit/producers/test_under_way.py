"""What a sweep publishes while it reads on, and what several tasks write together."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping

import pytest

from producers.erp.under_way import AT_MOST, ToldOf, UnderWay
from producers.held.publishing import Publisher, UnpublishedError
from schemas.errors import RetryLater
from schemas.runtime.kafka import Message
from schemas.runtime.transactions import Fenced, Place

PLACE: Place = ("erp.bill.v1", 0)


class Gate:
    """Writes as a `Writer` does, each when it is let through; `fails`: what the next one meets."""

    def __init__(self) -> None:
        self.written: list[list[bytes | None]] = []
        self.asked = asyncio.Event()
        self.open = asyncio.Event()
        self.fails: RetryLater | None = None

    async def write(self, parts: Mapping[Place, Iterable[Message]]) -> None:
        """All of it or nothing."""
        self.asked.set()
        await self.open.wait()
        if self.fails:
            raise self.fails
        self.written.append([message.key for message in parts[PLACE]])


def part(key: bytes) -> dict[Place, list[Message]]:
    return {PLACE: [Message(key, b"", [])]}


async def three(gate: Gate) -> tuple[Publisher, list[asyncio.Task[None]]]:
    """One that is being written, and two that wait."""
    publisher = Publisher(gate)
    first = asyncio.create_task(publisher.write(part(b"1")))
    await gate.asked.wait()
    others = [asyncio.create_task(publisher.write(part(key))) for key in (b"2", b"3")]
    await asyncio.sleep(0)  # both stand in the queue
    return publisher, [first, *others]


async def test_what_waits_behind_a_write_goes_together_in_its_order() -> None:
    gate = Gate()
    publisher, writes = await three(gate)
    assert publisher.broken, "while it is written nobody knows"
    gate.open.set()
    await asyncio.gather(*writes)

    assert gate.written == [[b"1"], [b"2", b"3"]]
    assert not publisher.broken
    await publisher.write(part(b"4"))
    assert gate.written[-1] == [b"4"], "each only once"


async def test_a_write_that_fails_is_told_to_all_that_wait_and_nothing_follows() -> None:
    gate = Gate()
    publisher, writes = await three(gate)
    gate.fails = Fenced("another process has taken over")
    gate.open.set()
    told = await asyncio.gather(*writes, return_exceptions=True)

    assert [isinstance(one, UnpublishedError) and one.fenced for one in told] == [True] * 3
    gate.fails = None
    with pytest.raises(UnpublishedError, match="in doubt"):
        await publisher.write(part(b"4"))
    assert gate.written == []


async def test_who_is_told_to_stop_before_its_turn_has_written_nothing() -> None:
    gate = Gate()
    publisher, writes = await three(gate)
    writes[1].cancel()
    await asyncio.wait([writes[1]])
    gate.open.set()
    await asyncio.gather(writes[0], writes[2])

    assert gate.written == [[b"1"], [b"3"]]
    assert not publisher.broken


async def test_who_is_told_to_stop_while_another_writes_for_it_leaves_a_doubt() -> None:
    """It remembers nothing of what is committed."""
    gate = Gate()
    publisher, writes = await three(gate)
    gate.asked.clear()
    gate.open.set()
    await gate.asked.wait()
    writes[2].cancel()
    await asyncio.gather(*writes, return_exceptions=True)

    assert gate.written == [[b"1"], [b"2", b"3"]]
    assert publisher.broken


class Broker:
    """Acknowledges when it is told to; `begun`: how many pages it was given."""

    def __init__(self) -> None:
        self.begun = 0
        self.acknowledges = asyncio.Event()

    async def publish(self) -> ToldOf:
        """One page of one row."""
        self.begun += 1
        await self.acknowledges.wait()
        return ToldOf(1, 1)


async def waits(task: asyncio.Task[None]) -> bool:
    """Whether it still does once everything that could go on has gone on."""
    for _ in range(10):
        await asyncio.sleep(0)
    return not task.done()


async def test_a_sweep_reads_on_until_too_much_is_under_way() -> None:
    broker = Broker()
    async with UnderWay() as under_way:
        for number in range(AT_MOST):
            await under_way.add({str(number)}, broker.publish())
        one_more = asyncio.create_task(under_way.add({"more"}, broker.publish()))
        assert await waits(one_more)
        assert broker.begun == AT_MOST + 1
        broker.acknowledges.set()
        await one_more
        assert await under_way.all() == ToldOf(AT_MOST + 1, AT_MOST + 1)
        assert await under_way.all() == ToldOf(0, 0)


async def test_a_row_that_is_under_way_is_waited_for_and_another_is_not() -> None:
    broker = Broker()
    async with UnderWay() as under_way:
        await under_way.add({"1", "2"}, broker.publish())
        await under_way.settle({"3"})
        again = asyncio.create_task(under_way.settle({"2"}))
        assert await waits(again)
        broker.acknowledges.set()
        await again
        assert under_way.told == ToldOf(1, 1)


async def owing(publishing: Coroutine[None, None, ToldOf]) -> None:
    """A sweep whose ERP fails after its first page."""
    async with UnderWay() as under_way:
        await under_way.add({"1"}, publishing)
        raise RetryLater("the ERP does not answer")


async def test_what_failed_under_way_ends_the_sweep_though_the_erp_failed_too() -> None:
    async def unpublished() -> ToldOf:
        raise UnpublishedError("in doubt", fenced=False)

    with pytest.raises(UnpublishedError):
        await owing(unpublished())


async def test_a_page_that_the_erp_owes_takes_nothing_from_what_is_under_way() -> None:
    broker = Broker()
    broker.acknowledges.set()
    with pytest.raises(RetryLater):
        await owing(broker.publish())
    assert broker.begun == 1


async def test_who_is_told_to_stop_interrupts_what_is_under_way() -> None:
    stopped = asyncio.Event()
    begun = asyncio.Event()

    async def publish() -> ToldOf:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return ToldOf(0, 0)

    async def sweep() -> None:
        async with UnderWay() as under_way:
            await under_way.add({"1"}, publish())
            await asyncio.Event().wait()

    sweeping = asyncio.create_task(sweep())
    await begun.wait()
    sweeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sweeping
    assert stopped.is_set()
