"""aiokafka's consumer, which can be stopped at any moment."""

import asyncio

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError


class Consumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka ships no types
    """Its `stop` raises nothing but the cancellation of who stops it.

    aiokafka 0.14 cancels its fetches and waits for each: one that only waits because its broker is gone ends as cancelled,
    one that has failed raises that, and with it `stop`, as if its caller had been cancelled; connections stay open. Private
    parts of aiokafka are touched, whose version is pinned; `tests/integration/test_consumer.py` fails when they change.
    """

    async def stop(self) -> None:
        try:
            await super().stop()
        except (asyncio.CancelledError, KafkaError):
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            fetcher = self._fetcher
            left = [fetcher._fetch_task, *fetcher._pending_tasks] if fetcher else []  # noqa: SLF001 - see above
            for one in left:
                one.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            await self._client.close()
