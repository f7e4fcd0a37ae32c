"""An instance in the hands of one poller: its writer, opened first, and then its memory, read back behind that."""

import asyncio
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import structlog
from aiokafka.errors import KafkaError

from producers.erp.memory import Books, read_back
from producers.erp.outbox import Outbox
from producers.held.publishing import Closes
from schemas.errors import RetryLater
from schemas.runtime.progress import PROCESS
from schemas.runtime.transactions import Writer

log = structlog.get_logger()


@dataclass(slots=True)
class Lease:
    """The right to publish for one instance, and what was published."""

    writer: Closes
    outbox: Outbox
    books: Books

    @property
    def broken(self) -> bool:
        """Whether a write was interrupted."""
        return self.outbox.broken

    async def close(self) -> None:
        """Give it back. Where the broker is away, it takes what was left undone back by itself."""
        await self.writer.close()


def identity(instance: str) -> str:
    """The transactional id of an instance, whichever poller serves it."""
    return f"erp-poller-{instance}"


async def gain(servers: str, names: Collection[str]) -> dict[str, Lease]:
    """Take over these instances: whoever had one of them can publish no more for it. One pass reads all of them back.

    One that the broker does not give now is left out, with a line. Raises RetryLater where they cannot be read back.
    """
    writers = {name: Writer(servers, identity(name)) for name in sorted(names)}
    try:
        with PROCESS.working(f"taking over {', '.join(writers)}"):
            opened = await asyncio.gather(*(_opened(name, writer) for name, writer in writers.items()))
            ours = {name: writers[name] for name, is_open in zip(writers, opened, strict=True) if is_open}
            books = await read_back(servers, ours) if ours else {}
    except BaseException as exc:  # a cancelled task must not leave connections either
        await asyncio.gather(*(writer.close() for writer in writers.values()))
        if isinstance(exc, KafkaError):
            raise RetryLater(f"what was published cannot be read back: {exc!r}") from exc
        raise
    log.info("memory_read_back", instances=len(ours), rows=sum(len(seen) for seen in books.values()))
    return {name: Lease(writer, Outbox(writer), _of(books, name)) for name, writer in ours.items()}


def _of(books: Books, name: str) -> Books:
    return defaultdict(dict, {key: seen for key, seen in books.items() if key[0] == name})


async def _opened(name: str, writer: Writer) -> bool:
    try:
        await writer.open()
    except RetryLater as exc:
        log.warning("instance_not_taken", instance=name, reason=str(exc))
        await writer.close()
        return False
    return True
