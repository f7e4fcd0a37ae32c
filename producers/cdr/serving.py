"""One PABX's life while this process holds it: a listener to its events, a reader of each place of its records."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from producers.cdr.desk import Desk, Owners
from producers.cdr.events import Queue, listen_ami, listen_ari
from producers.cdr.lease import Lease
from producers.cdr.pace import back_off
from producers.cdr.records import Looked, follow, open_source
from producers.cdr.shared import Shared
from producers.cdr.witness import Witness
from producers.held.publishing import UnpublishedError
from schemas.errors import StopWorker
from schemas.pabx import Ami, AmiRecords, Ari, SqlRecords
from schemas.runtime.process import plain
from schemas.runtime.secrets import unseal

UTC_ZONE = "UTC"


def read_as(pabx: Shared) -> Shared:
    """What serving depends on: all of it."""
    return pabx


class Server:
    """What every PABX of a process shares. `key`: opens passwords; `clock`: aware instants."""

    def __init__(self, key: SecretStr, owners: Owners, clock: Callable[[], datetime]) -> None:
        self._key = key
        self._owners = owners
        self._clock = clock

    async def serve(self, pabx: Shared, lease: Lease) -> None:
        """Until cancelled. Raises UnpublishedError as soon as anything cannot be published."""
        if not pabx.names <= lease.names:
            raise UnpublishedError(
                "another instance calls over this PABX: what was published of it is not known", fenced=False
            )
        desk = Desk(pabx.address, lease.outbox, lease.memory, self._owners, self._clock)
        with plain():
            async with asyncio.TaskGroup() as group:
                group.create_task(self._control(pabx, desk))
                for records in pabx.records:
                    group.create_task(
                        self._manager(pabx, records, desk)
                        if isinstance(records, AmiRecords)
                        else self._records(pabx, records, desk)
                    )

    async def _control(self, pabx: Shared, desk: Desk) -> None:
        """The way by which it is told to ring is also the first to say what became of it."""
        if isinstance(pabx.control, Ari):
            ari = pabx.control
            queue, witness = Queue(desk, UTC_ZONE), Witness(pabx.address, "events")
            await _both(queue.publish(), listen_ari(ari, lambda: self._opened(ari.password), queue, witness))
        else:
            await self._manager(pabx, pabx.control, desk)

    async def _manager(self, pabx: Shared, ami: Ami | AmiRecords, desk: Desk) -> None:
        zone = ami.zone if isinstance(ami, AmiRecords) else UTC_ZONE
        queue, witness = Queue(desk, zone), Witness(pabx.address, "manager events")
        await _both(queue.publish(), listen_ami(ami, lambda: self._opened(ami.password), queue, witness))

    async def _records(self, pabx: Shared, records: Looked, desk: Desk) -> None:
        witness = Witness(pabx.address, f"{records.kind} records")
        failures = 0
        while True:
            try:
                password = self._opened(records.password) if isinstance(records, SqlRecords) else ""
                source = open_source(records, password, self._clock)
            except StopWorker as exc:
                failures += 1
                witness.gone(exc)
                await asyncio.sleep(back_off(failures))
                continue
            await follow(source, desk, records.zone, witness)

    def _opened(self, password: str) -> str:
        """Raises StopWorker."""
        return unseal(password, self._key) if password else ""


async def _both(*halves: Coroutine[Any, Any, None]) -> None:
    with plain():
        async with asyncio.TaskGroup() as group:
            for half in halves:
                group.create_task(half)
