"""Keeps child processes alive: the wait before the next start is a rule, the rest is waiting for processes to end."""

import asyncio
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import Any, TypeVar

from deploy.processes import end, spawn
from deploy.rotating import Log
from schemas.runtime.process import BAD_CONFIGURATION

T = TypeVar("T")

FIRST_DELAY = 1.0
LONGEST_DELAY = 30.0
HEALTHY_AFTER = 60.0
GRACE = 15.0
NO_PROCESS = 1


def next_delay(previous: float, lived: float, code: int, healthy_after: float = HEALTHY_AFTER) -> float:
    """Seconds until the next start, in [FIRST_DELAY, LONGEST_DELAY]. `previous`: the last such wait, 0 for none.

    A wrong configuration mends itself only when a person acts, so that is asked for seldom.
    """
    if code == BAD_CONFIGURATION:
        return LONGEST_DELAY
    if previous == 0 or lived >= healthy_after:
        return FIRST_DELAY
    return min(previous * 2, LONGEST_DELAY)


@dataclass(frozen=True, slots=True)
class Started:
    """`at`: seconds of the monotonic clock. `away`: seconds since its last life ended, 0 for the first."""

    name: str
    at: float
    pid: int
    away: float


@dataclass(frozen=True, slots=True)
class Ended:
    """One life of `lived` seconds is over, unasked. `code` below 0: the signal's number. `said`: the last lines it wrote."""

    name: str
    at: float
    code: int
    lived: float
    delay: float
    log: Path
    said: str

    def __str__(self) -> str:
        how = f"killed by {Signals(-self.code).name}" if self.code < 0 else f"exit code {self.code}"
        wrong = ", wrong configuration" if self.code == BAD_CONFIGURATION else ""
        return (
            f"{self.name} ended ({how}{wrong}) after {self.lived:.0f} s; starts again in {self.delay:.0f} s; log: {self.log}"
        )


@dataclass(frozen=True, slots=True)
class NotStarted:
    """The system gave no process, for the operator to mend; it is tried again after `delay` seconds."""

    name: str
    at: float
    reason: str
    delay: float

    def __str__(self) -> str:
        return f"{self.name} cannot be started ({self.reason}); tried again in {self.delay:.0f} s"


Event = Started | Ended | NotStarted


class Supervisor:
    """`logs`: folder of one file a child. `tell` hears every start, failed or not, and every end that was not asked for."""

    def __init__(self, logs: Path, tell: Callable[[Event], None], healthy_after: float = HEALTHY_AFTER) -> None:
        self._logs = logs
        self._tell = tell
        self._healthy_after = healthy_after
        self._running: dict[str, Process] = {}
        self._further: dict[str, Mapping[str, str]] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self._lost = asyncio.Event()

    def start(self, name: str, argv: Sequence[str | Path], env: Mapping[str, str]) -> None:
        """Keep `argv` running under `name` until `stop`."""
        keeper = asyncio.create_task(self._keep(name, argv, env), name=name)
        keeper.add_done_callback(self._noticed)
        self._keepers.append(keeper)

    async def during(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`. Raises at once what ended a keeper: its child would never come back."""
        working, lost = asyncio.ensure_future(work), asyncio.create_task(self._lost.wait())
        try:
            await asyncio.wait([working, lost], return_when=asyncio.FIRST_COMPLETED)
            if self._lost.is_set():
                for keeper in self._keepers:
                    if keeper.done():
                        keeper.result()
            return working.result()
        finally:
            working.cancel()
            lost.cancel()
            await asyncio.wait([working, lost])

    def process(self, name: str) -> Process | None:
        """The child itself, None while it is down. One that was stopped (SIGSTOP) is not down: it is waited for."""
        process = self._running.get(name)
        return process if process and process.returncode is None else None

    def pid(self, name: str) -> int | None:
        """The process's id, None while it is down."""
        process = self.process(name)
        return process.pid if process else None

    def set(self, name: str, variables: Mapping[str, str]) -> None:
        """Beside its environment, from its next start on."""
        self._further[name] = {**self._further.get(name, {}), **variables}

    async def stop(self, grace: float = GRACE) -> None:
        """SIGTERM to all, SIGKILL after `grace` seconds; returns when none is left and none comes back."""
        self._stopping.set()
        await asyncio.gather(*(end(process, grace) for process in self._running.values()))
        await asyncio.gather(*self._keepers, return_exceptions=True)

    def _noticed(self, keeper: asyncio.Task[None]) -> None:
        if not keeper.cancelled() and keeper.exception() is not None:
            self._lost.set()

    async def _keep(self, name: str, argv: Sequence[str | Path], env: Mapping[str, str]) -> None:
        delay = ended = 0.0
        log = Log(self._logs / f"{name}.log")
        while not self._stopping.is_set():
            try:
                with log.taken() as output:
                    process = self._running[name] = await spawn(argv, output, {**env, **self._further.get(name, {})})
            except (OSError, ValueError) as exc:  # no such program, no more processes, no place for the log
                delay = next_delay(delay, 0, NO_PROCESS, self._healthy_after)
                self._tell(NotStarted(name, time.monotonic(), str(exc), delay))
                await self._pause(delay)
                continue
            began = time.monotonic()
            if self._stopping.is_set():  # `stop` did not see this one
                await end(process, 0)
                return
            self._tell(Started(name, began, process.pid, began - ended if ended else 0))
            code = await process.wait()
            ended = time.monotonic()
            said = await log.last()
            if not self._stopping.is_set():
                delay = next_delay(delay, ended - began, code, self._healthy_after)
                self._tell(Ended(name, ended, code, ended - began, delay, log.path, said))
                await self._pause(delay)

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
