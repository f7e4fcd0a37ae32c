"""The folder into which the ERP exports by itself, and on command."""

import asyncio
import threading
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.simulators.altarede.export import frozen, write_all
from deploy.simulators.altarede.sheets import Form
from deploy.simulators.ixc.control import answer
from deploy.simulators.ixc.filters import Row
from deploy.simulators.ixc.simulator import Simulator


class Plan(NamedTuple):
    """Where exports go and how often, in seconds; `slowly`: see `export.write`."""

    folder: Path
    form: Form = "xls"
    every: float = 5
    slowly: float = 0


class Folder:
    """Writes an export in a thread, one at a time, while the ERP goes on."""

    def __init__(self, simulator: Simulator, plan: Plan) -> None:
        self._simulator = simulator
        self._plan = plan
        self._turn = asyncio.Lock()
        self._hurry = threading.Event()
        self._last: list[dict[int, Row]] = []
        self.grows = plan.slowly > 0

    def routes(self) -> list[Route]:
        """What to mount beside the other commands."""
        return [Route("/_sim/export", self.command, methods=["POST"])]

    async def command(self, _: Request) -> Response:
        """Write now, changed or not; the sizes of the files in bytes."""
        paths = await self.write()
        return answer({"files": {path.name: path.stat().st_size for path in paths}})

    async def keep(self) -> None:
        """Write every so often if anything changed since the last export, until cancelled. Raises OSError."""
        try:
            while True:
                if self._last != self._rows():
                    await self.write()
                await asyncio.sleep(self._plan.every)
        finally:
            self._hurry.set()

    async def write(self) -> list[Path]:
        """Write the provider as it is now. Raises OSError."""
        async with self._turn:
            provider = frozen(self._simulator.provider)
            self._last = [table.rows for table in provider.tables.values()]
            paths = await asyncio.to_thread(
                write_all,
                self._plan.folder,
                provider,
                self._plan.form,
                self._plan.slowly,
                self._hurry.wait,
                self._simulator.habits,
            )
        self._simulator.counts["exports"] += 1
        return paths

    def _rows(self) -> list[dict[int, Row]]:
        # a row that nothing changed is the same object, so that the comparison is cheap
        return [table.rows for table in self._simulator.provider.tables.values()]
