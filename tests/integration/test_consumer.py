"""A consumer that is stopped while its broker is gone."""

import asyncio
import logging
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.stack import local_stack
from deploy.topics import ensure
from schemas.runtime.consumer import Consumer
from schemas.topics import SWEEPS

pytestmark = pytest.mark.integration

A_LONG_BACKOFF_MS = 60_000
"""A fetch that failed waits so long for the next one: we look while it does."""
FAILED_WITHIN_S = 60


async def test_it_stops_where_aiokafkas_own_says_that_we_were_cancelled(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with local_stack(tmp_path, print, {"MONGO_URI": "mongodb://database"}) as stack:
        assert stack.kafka is not None
        await ensure(stack.kafka_bootstrap, 1, topics=[SWEEPS])
        readers = [
            kind(bootstrap_servers=stack.kafka_bootstrap, retry_backoff_ms=A_LONG_BACKOFF_MS)
            for kind in (AIOKafkaConsumer, Consumer)
        ]
        for reader in readers:
            await reader.start()
            reader.assign([TopicPartition(SWEEPS.name, 0)])
            await reader.seek_to_beginning()
        with caplog.at_level(logging.ERROR, logger="aiokafka.consumer.fetcher"):
            await stack.kafka.kill()
            async with asyncio.timeout(FAILED_WITHIN_S):
                while sum("Failed fetch" in record.message for record in caplog.records) < len(readers):
                    await asyncio.sleep(0.05)
        theirs, ours = readers
        with pytest.raises(asyncio.CancelledError):
            await theirs.stop()  # once it does not, `Consumer` has nothing to do any more
        await theirs._client.close()
        await ours.stop()
