"""The real broker passes the suite on which the unit tests' broker in memory stands."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.runtime.kafka import reader as committed
from schemas.runtime.transactions import Writer
from schemas.topics import Topic
from tests.contract.broker_conformance import BrokerConformance, Contents, Opened, Seen

pytestmark = pytest.mark.integration


class TestRealBroker(BrokerConformance):
    @pytest_asyncio.fixture
    async def writer(self, servers: str, prefix: str) -> AsyncIterator[Opened]:
        writers: list[Writer] = []

        async def opened() -> Writer:
            writers.append(Writer(servers, prefix))
            await writers[-1].open()
            return writers[-1]

        yield opened
        for one in writers:
            await one.close()

    @pytest.fixture
    def contents(self, servers: str, prefix: str) -> Contents:
        async def read(topic: Topic, partition: int) -> list[Seen]:
            tp = TopicPartition(topic.name, partition)
            # A commit is told before its marker is written: a committed reader's own end may still be in front of it
            reader, any_reader = committed(servers), AIOKafkaConsumer(bootstrap_servers=servers)
            await reader.start()
            await any_reader.start()
            try:
                reader.assign([tp])
                end = (await any_reader.end_offsets([tp]))[tp]
                seen = []
                while await reader.position(tp) < end:
                    for records in (await reader.getmany(timeout_ms=500)).values():
                        seen += [Seen(one.key, one.value, list(one.headers)) for one in records]
            finally:
                await reader.stop()
                await any_reader.stop()
            return [one for one in seen if one.key is not None and one.key.startswith(prefix.encode())]

        return read
