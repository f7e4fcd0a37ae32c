"""One real server as a child process that can be stopped, killed and started again at the same address."""

import asyncio
import time
from abc import ABC, abstractmethod
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP

from deploy.folders import emptied, synced
from deploy.processes import end, signalled, spawn
from deploy.rotating import Log
from schemas.errors import StopWorker

Report = Callable[[str], None]

POLL = 0.05
PATIENCE = 60.0
GRACE = 20.0


class Server(ABC):
    """`folder` holds the data and survives; `port` on 127.0.0.1 stays the same through every restart."""

    name: str
    patience = PATIENCE
    """Seconds within which it answers once it is started."""

    def __init__(self, folder: Path, port: int, log: Path, report: Report) -> None:
        self.folder = folder
        self.port = port
        self.log = log
        self.output = Log(log)
        self.report = report
        self._process: Process | None = None
        self._wanted = False
        self._busy = asyncio.Lock()
        self._unfinished = folder.with_name(f"{folder.name}.unfinished")
        """There until the folder's first start has succeeded: before that nothing of worth can be in it."""

    @abstractmethod
    async def prepare(self) -> Sequence[str | Path]:
        """Whatever the folder needs before a start; the command to run. Raises StopWorker."""

    @abstractmethod
    async def answers(self) -> bool:
        """True once a real request of the protocol has been served in full; False while it is too early."""

    @property
    def pid(self) -> int | None:
        """The process's id, None while it is down."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Returns when the server answers. Raises StopWorker with the last lines of its log."""
        self._wanted = True
        async with self._busy:
            await self._start()

    async def stop(self) -> None:
        """In order; killed after `GRACE` seconds. Nothing to do where it is down."""
        self._wanted = False
        if self._process is not None:
            await end(self._process, GRACE)
            await self.output.last()

    async def kill(self) -> None:
        """`kill -9`: what was on its way is lost, what was acknowledged is not."""
        self._wanted = False
        if self._process is not None:
            signalled(self._process, SIGKILL)
            await self._process.wait()
            await self.output.last()

    def pause(self) -> None:
        """SIGSTOP: its connections stay, nothing answers. `stop` wakes it too."""
        if self._process is not None:
            signalled(self._process, SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        if self._process is not None:
            signalled(self._process, SIGCONT)

    async def restart(self) -> None:
        """Stop in order and start again; starts one that is down."""
        await self.stop()
        await self.start()

    async def empty(self) -> None:
        """The folder has nothing in it; it stays itself, as a disk may be mounted there. For a server that is down."""
        await asyncio.to_thread(emptied, self.folder)

    async def keep(self) -> None:
        """Never returns: starts the server again where it ended unasked. Raises StopWorker as `start` does."""
        while True:
            if self._process is not None:
                await self._process.wait()
            await asyncio.sleep(1)
            if self._wanted and self.pid is None and not self._busy.locked():
                self.report(f"{self.name} is gone; starting it again (log: {self.log})")
                await self.start()

    async def _start(self) -> None:
        began = time.monotonic()
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._unfinished.exists():  # a storage engine that was killed while it made its first files may never open again
            self.report(f"the first start of {self.name} was cut: it begins anew")
            await self.empty()
        if not any(self.folder.iterdir()):
            self._unfinished.touch()
        argv = await self.prepare()
        with self.output.taken() as output:
            self._process = await spawn(argv, output)
        while not await self.answers():
            if self._process.returncode is not None:
                raise await self._failed(f"ended with code {self._process.returncode}")
            if time.monotonic() - began > self.patience:
                raise await self._failed(f"did not answer within {self.patience:.0f} s")
            await asyncio.sleep(POLL)
        if self._unfinished.exists():
            self._unfinished.unlink()
            synced(self._unfinished.parent)  # a power cut must not bring it back: what comes now is of worth
        self.report(f"{self.name} is ready on 127.0.0.1:{self.port} ({time.monotonic() - began:.1f} s)")

    async def _failed(self, how: str) -> StopWorker:
        return StopWorker(f"{self.name} {how}; its log {self.log} ends so:\n{await self.output.last()}")
