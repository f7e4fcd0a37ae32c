"""What may be committed: only batches that came back in the order in which they were handed over."""

from collections import defaultdict, deque
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from processors.keyed.batches import BatchConsumer, driver

PART = TP("erp.bill.v1", 0)


@pytest.fixture
def consumer() -> BatchConsumer:
    """One without a broker: only its own bookkeeping."""
    made = object.__new__(BatchConsumer)
    made._done = {}
    made._handed_over = defaultdict(deque)
    return made


def message(offset: int) -> Any:  # noqa: ANN401 - stands for Faust's own
    """The last record of a batch."""
    return SimpleNamespace(tp=PART, offset=offset, acked=False)


def test_acknowledged_in_order_everything_is_committed(consumer: BatchConsumer) -> None:
    """Behind the last record of the newest batch."""
    consumer._handed_over[PART].extend([99, 149])
    consumer.ack(message(99))
    consumer.ack(message(149))

    assert consumer._new_offset(PART) == 150


def test_a_batch_that_never_came_back_stops_the_worker(consumer: BatchConsumer) -> None:
    """Committing the later one would cover the lost one."""
    consumer._handed_over[PART].extend([99, 149])

    with pytest.raises(RuntimeError, match="lost before offset 149"):
        consumer.ack(message(149))
    assert consumer._new_offset(PART) is None


async def test_a_seek_stops_the_flow_before_it_asks_the_broker(
    consumer: BatchConsumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fetch that brought something meanwhile would be thrown away when Faust resumes."""
    seen = []

    async def asks(self: BatchConsumer) -> None:
        seen.append(("flow stopped", dict(self._handed_over)))

    monkeypatch.setattr(driver.Consumer, "perform_seek", asks)
    monkeypatch.setattr(driver.Consumer, "stop_flow", lambda _: seen.append("stop"))
    consumer._handed_over[PART].append(99)
    await consumer.perform_seek()

    assert seen == ["stop", ("flow stopped", {})]
