"""A program under measurement: a process of its own, its processor time and memory seen from outside."""

import asyncio
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from signal import SIGKILL

import psutil

from deploy.processes import end, signalled, spawn, tail
from schemas.errors import StopWorker

SAMPLE_S = 0.1
POLL_S = 0.03
GRACE_S = 20.0
MEGABYTE = 1_000_000


class Child:
    """`began`: seconds since 1970. `peak`: most resident megabytes so far."""

    def __init__(self, process: Process, log: Path) -> None:
        self.began = time.time()
        self.peak = 0.0
        self._process = process
        self._log = log
        self._start = log.stat().st_size
        self._seen = psutil.Process(process.pid)

    @property
    def cpu(self) -> float:
        """Processor seconds until now, in user and system mode."""
        times = self._seen.cpu_times()
        return times.user + times.system

    @property
    def resident(self) -> float:
        """Megabytes at this moment."""
        return float(self._seen.memory_info().rss / MEGABYTE)

    def said(self, words: str) -> bool:
        """Whether it has logged `words` by now."""
        return words.encode() in self._log.read_bytes()[self._start :]

    async def until(self, holds: Callable[[], bool], within: float) -> None:
        """Ask again and again. Raises StopWorker where the program ends before it or `within` seconds have passed."""
        deadline = time.monotonic() + within
        while not await asyncio.to_thread(holds):
            if self._process.returncode is not None or time.monotonic() > deadline:
                how = "took too long" if self._process.returncode is None else f"ended with {self._process.returncode}"
                raise StopWorker(f"{self._log.stem} {how}; its log ends so:\n{tail(self._log)}")
            await asyncio.sleep(POLL_S)

    async def ended(self) -> None:
        """Returns when it has ended by itself. Raises StopWorker where it failed."""
        if await self._process.wait():
            raise StopWorker(f"{self._log.stem} failed; its log ends so:\n{tail(self._log)}")

    async def kill(self) -> None:
        """`kill -9`."""
        signalled(self._process, SIGKILL)
        await self._process.wait()

    async def sample(self) -> None:
        """Look at its memory until cancelled."""
        with suppress(psutil.NoSuchProcess):
            while True:
                self.peak = max(self.peak, self.resident)
                await asyncio.sleep(SAMPLE_S)


@asynccontextmanager
async def child(name: str, argv: Sequence[str | Path], env: Mapping[str, str], logs: Path) -> AsyncIterator[Child]:
    """Run `argv` for as long as the block; `name` names its log."""
    log = _place(logs, name)
    with log.open("ab") as output:
        process = await spawn(argv, output.fileno(), env)
    started = Child(process, log)
    sampling = asyncio.create_task(started.sample())
    try:
        yield started
    finally:
        sampling.cancel()
        await end(process, GRACE_S)


def _place(logs: Path, name: str) -> Path:
    logs.mkdir(parents=True, exist_ok=True)
    return logs / f"{name}.log"
