"""`python -m deploy.bench.rivals.plain_hydrate GROUP OUTPUT`: the stage itself without its transactions: at least once.

Group, fetches, rounds, fold and restore are hydrate's own; what is left out is what transactions cost. States and letters
are sent as durably as ever, and once the broker has them the group's offsets are committed. Nothing fences anybody here.
"""

import asyncio
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from aiokafka.errors import KafkaError

from processors.hydrate.stage import HYDRATE
from processors.keyed import partition
from processors.keyed.process import work
from processors.keyed.worker import Worker
from schemas.errors import RetryLater
from schemas.runtime.kafka import Message, producer, publish
from schemas.runtime.process import run
from schemas.runtime.settings import KafkaSettings
from schemas.runtime.transactions import Offsets, Place, Reach


class PlainWriter:
    """As `schemas.runtime.transactions.Writer`, in whose place it is put."""

    worker: "asyncio.Future[Worker]"
    """Whose reader commits: only a member of the group may."""

    def __init__(self, servers: str, identity: str, reach: Reach | None = None) -> None:
        del reach  # it may write everywhere
        self.identity = identity
        self._sender = producer(servers)

    async def open(self) -> None:
        """Takes nothing over."""
        await self._sender.start()

    async def write(self, parts: Mapping[Place, Iterable[Message]], read: Offsets | None = None, group: str = "") -> None:
        """What was sent stays, whatever becomes of the offsets. Raises RetryLater."""
        del group
        await asyncio.gather(*(publish(self._sender, *place, part) for place, part in parts.items()))
        if read:
            # Faust commits alone what it has acknowledged
            reading: Any = (await self.worker)._consumer()._thread  # noqa: SLF001 - the shell's own reader
            try:
                await reading.call_thread(reading._consumer.commit, dict(read))  # noqa: SLF001 - see above
            except KafkaError as exc:
                raise RetryLater(f"the broker did not commit what {self.identity} has read: {exc!r}") from exc

    async def close(self) -> None:
        """Give the connection back."""
        await self._sender.stop()


def main(group: str, output: str) -> None:
    """Until a signal."""
    stage = replace(HYDRATE, name=group, output=replace(HYDRATE.output, name=output))

    async def plain(settings: KafkaSettings) -> None:
        PlainWriter.worker = asyncio.get_running_loop().create_future()

        async def beside(worker: Worker) -> None:
            PlainWriter.worker.set_result(worker)

        await work(stage, settings, beside)

    partition.Writer = PlainWriter  # type: ignore[attr-defined,assignment]  # the shell makes one a partition
    run(group, KafkaSettings, plain)


if __name__ == "__main__":
    main(*sys.argv[1:])
