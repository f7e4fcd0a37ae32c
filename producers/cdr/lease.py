"""A PABX in the hands of one poller: its writer, opened first, and then its memory, read back behind that."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from aiokafka.errors import KafkaError

from producers.cdr.memory import MARGIN, REACH, Memory, read_back
from producers.cdr.outbox import Outbox
from producers.cdr.shared import Shared
from producers.held.publishing import Closes
from schemas.errors import RetryLater
from schemas.runtime.clock import now
from schemas.runtime.progress import PROCESS
from schemas.runtime.transactions import Writer

log = structlog.get_logger()


@dataclass(slots=True)
class Lease:
    """The right to publish for one PABX, and what was published of the instances of these `names`."""

    writer: Closes
    outbox: Outbox
    memory: Memory
    names: frozenset[str]

    @property
    def broken(self) -> bool:
        """Whether a write was interrupted."""
        return self.outbox.broken

    async def close(self) -> None:
        """Give it back."""
        await self.writer.close()


def identity(address: str) -> str:
    """The transactional id of a PABX, whichever poller reads it."""
    return f"cdr-poller-{address}"


class Gain:
    """`shared`: every PABX by address, kept up to date from outside."""

    def __init__(self, servers: str, clock: Callable[[], datetime] = now) -> None:
        self.shared: Mapping[str, Shared] = {}
        self._servers = servers
        self._clock = clock

    async def __call__(self, addresses: Collection[str]) -> dict[str, Lease]:
        """Take them over: whoever had one of them can publish no more for it. One that cannot be had now is left out."""
        taken = await asyncio.gather(*(self._one(self.shared[one]) for one in sorted(addresses) if one in self.shared))
        return {address: lease for address, lease in taken if lease is not None}

    async def _one(self, pabx: Shared) -> tuple[str, Lease | None]:
        writer = Writer(self._servers, identity(pabx.address))
        try:
            with PROCESS.working(f"taking over {pabx.address}"):
                await writer.open()
                memory = await read_back(self._servers, pabx.names, self._clock() - REACH - MARGIN)
        except BaseException as exc:  # a cancelled task must not leave connections either
            await writer.close()
            if isinstance(exc, KafkaError | RetryLater):
                log.warning("pabx_not_taken", pabx=pabx.address, reason=repr(exc))
                return pabx.address, None
            raise
        log.info("memory_read_back", pabx=pabx.address, attempts=len(memory.known))
        return pabx.address, Lease(writer, Outbox(writer), memory, pabx.names)
