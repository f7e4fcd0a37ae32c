"""Every error of aiokafka becomes one of ours."""

import asyncio
import gc
import inspect

import pytest
from aiokafka import errors
from aiokafka.errors import KafkaError

from schemas.errors import RetryLater
from schemas.runtime.kafka import Message, publish
from tests.unit.producers.memory_broker import MemoryBroker

KAFKA_ERRORS = sorted(
    {one for one in vars(errors).values() if inspect.isclass(one) and issubclass(one, KafkaError)},
    key=lambda one: one.__name__,
)


@pytest.mark.parametrize("at_once", [True, False], ids=["before the batch is taken", "instead of the acknowledgement"])
async def test_whatever_the_broker_objects_is_tried_again_later(at_once: bool) -> None:
    broker = MemoryBroker()
    broker.at_once = at_once
    for error in KAFKA_ERRORS:
        broker.refuse = [error()]

        with pytest.raises(RetryLater, match=rf"debtor\.v1\[3\]: {error.__name__}") as caught:
            await publish(broker, "debtor.v1", 3, [Message(b"k", b"v", [])])

        assert isinstance(caught.value.__cause__, error)


def test_there_are_errors_to_try() -> None:
    assert len(KAFKA_ERRORS) > 50


async def test_publish_returns_when_all_batches_are_acknowledged_and_not_before() -> None:
    """The second of three is refused: an error, though the others are on disk."""
    broker = MemoryBroker(batch_bytes=300)
    broker.refuse = [None, errors.RequestTimedOutError()]
    messages = [Message(bytes([n]) * 8, bytes(200), []) for n in range(3)]

    with pytest.raises(RetryLater):
        await publish(broker, "debtor.v1", 0, messages)

    assert [one.key for one in broker.parts["debtor.v1", 0]] == [messages[0].key, messages[2].key]


async def test_of_several_batches_that_are_refused_none_is_told_of_as_forgotten() -> None:
    """Python says so of a future whose error nobody asked for: a traceback for each, beside our one line."""
    said: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, about: said.append(about))
    broker = MemoryBroker(batch_bytes=300)
    broker.refuse = [errors.ProducerFenced(), errors.ProducerFenced(), errors.ProducerFenced()]

    with pytest.raises(RetryLater):
        await publish(broker, "debtor.v1", 0, [Message(bytes([n]) * 8, bytes(200), []) for n in range(3)])

    gc.collect()
    assert said == []


async def test_publish_tells_where_each_record_lies() -> None:
    broker = MemoryBroker(batch_bytes=500)
    messages = [Message(bytes([n]) * 8, bytes(200), []) for n in range(5)]

    assert await publish(broker, "debtor.v1", 0, messages) == [0, 1, 2, 3, 4]
    assert broker.batches > 1
    assert await publish(broker, "debtor.v1", 0, messages[:2]) == [5, 6]
    assert await publish(broker, "debtor.v1", 0, []) == []
