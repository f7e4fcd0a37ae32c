"""The real broker passes the suite on which the unit tests' broker in memory stands."""

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.topics import Topic
from tests.contract.broker_conformance import BrokerConformance, Contents, Seen

pytestmark = pytest.mark.integration


class TestRealBroker(BrokerConformance):
    @pytest.fixture
    def contents(self, servers: str, prefix: str) -> Contents:
        async def read(topic: Topic, partition: int) -> list[Seen]:
            tp = TopicPartition(topic.name, partition)
            reader = AIOKafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest", enable_auto_commit=False)
            await reader.start()
            try:
                reader.assign([tp])
                end = (await reader.end_offsets([tp]))[tp]
                seen = []
                while await reader.position(tp) < end:
                    for records in (await reader.getmany(timeout_ms=500)).values():
                        seen += [Seen(one.key, one.value, list(one.headers)) for one in records]
            finally:
                await reader.stop()
            return [one for one in seen if one.key is not None and one.key.startswith(prefix.encode())]

        return read
