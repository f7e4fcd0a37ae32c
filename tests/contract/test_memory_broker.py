"""The broker in memory behaves as the real one does (`tests/integration/test_broker_conformance.py`)."""

import pytest

from schemas.topics import Topic
from tests.contract.broker_conformance import BrokerConformance, Contents, Opened, Seen
from tests.unit.producers.memory_broker import MemoryBroker, MemoryWriter


class TestMemoryBroker(BrokerConformance):
    @pytest.fixture
    def sender(self) -> MemoryBroker:
        return MemoryBroker()

    @pytest.fixture
    def writer(self, sender: MemoryBroker) -> Opened:
        async def opened() -> MemoryWriter:
            writer = MemoryWriter(sender, "norte")
            await writer.open()
            return writer

        return opened

    @pytest.fixture
    def contents(self, sender: MemoryBroker) -> Contents:
        async def read(topic: Topic, partition: int) -> list[Seen]:
            return [Seen(one.key, one.value, list(one.headers)) for one in sender.parts[topic.name, partition]]  # type: ignore[arg-type]

        return read

    @pytest.fixture
    def prefix(self) -> str:
        return "norte"
