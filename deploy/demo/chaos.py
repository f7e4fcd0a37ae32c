"""Carries out a plan of faults, each in its own time, and measures how long its target was away."""

import asyncio
import time
from asyncio.subprocess import Process
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM
from statistics import median
from typing import TypeVar

from deploy.demo.away import Away
from deploy.demo.plan import Blow, Kind
from deploy.local.server import Server
from deploy.local.stack import Stack
from deploy.processes import signalled
from deploy.supervisor import Supervisor
from schemas.errors import StopWorker
from schemas.runtime.clock import SHIFT
from schemas.runtime.process import plain

POLL_S = 0.05
BACK_WITHIN_S = 300.0
"""Beyond the longest pause of a server that a stage needs, and the longest wait before it is started again."""
Report = Callable[[str], None]
T = TypeVar("T")


@dataclass(slots=True)
class Chaos:
    """`alive`: folder of the files that stages touch while they are at work. `back`: seconds each blow's target was away.

    `away`: when a server was.
    """

    supervisor: Supervisor
    stack: Stack
    alive: Path
    report: Report
    pabx: Server | None = None
    back: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    struck: Counter[Kind] = field(default_factory=Counter)
    away: list[Away] = field(default_factory=list)
    turns: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def run(self, blows: Sequence[Blow]) -> None:
        """Strike in the plan's time; a stage that is down just then is struck when it is up again. Ends when all are back.

        Raises StopWorker where one does not come back.
        """
        began = time.monotonic()
        servers = {server.name: server for server in (*servers_of(self.stack), self.pabx) if server is not None}
        with plain():
            async with asyncio.TaskGroup() as group:
                for blow in blows:
                    group.create_task(self._blow(began + blow.at, blow, servers.get(blow.target)))

    async def _blow(self, moment: float, blow: Blow, server: Server | None) -> None:
        await asyncio.sleep(max(0.0, moment - time.monotonic()))
        await (self._stage(blow) if server is None else self._server(blow, server))

    async def _stage(self, blow: Blow) -> None:
        name = blow.target
        child = await self._up(name)
        struck = self._strike(blow)
        match blow.kind:
            case "pause":
                signalled(child, SIGSTOP)
                try:
                    await asyncio.sleep(blow.lasting)
                finally:
                    signalled(child, SIGCONT)
                struck = time.time()
            case "clock":
                self.supervisor.set(name, {SHIFT: str(blow.shift.total_seconds())})
                signalled(child, SIGTERM)
            case _:
                signalled(child, SIGKILL if blow.kind == "kill" else SIGTERM)
        self._unmark(name)
        await self._wait(name, lambda: self._mark(name) > struck and (blow.kind == "pause" or self._is_another(name, child)))
        self.back[name].append(time.time() - struck)

    def _is_another(self, name: str, child: Process) -> bool:
        """Whether its next life has begun: one that ends in order goes on to touch its file for a while."""
        return self.supervisor.process(name) not in {child, None}

    async def _up(self, name: str) -> Process:
        return await self._wait(name, lambda: self.supervisor.process(name) if self._mark(name) else None)

    async def _wait(self, name: str, back: Callable[[], T | None]) -> T:
        gives_up = time.monotonic() + BACK_WITHIN_S
        while not (found := back()):
            if time.monotonic() > gives_up:
                raise StopWorker(f"{name} is not back at work after {BACK_WITHIN_S:.0f} s: see its log in the folder above")
            await asyncio.sleep(POLL_S)
        return found

    def _strike(self, blow: Blow) -> float:
        self.struck[blow.kind] += 1
        self.report(said(blow))
        return time.time()

    def _mark(self, name: str) -> float:
        file = self.alive / name
        return file.stat().st_mtime if file.exists() else 0.0

    def _unmark(self, name: str) -> None:
        (self.alive / name).unlink(missing_ok=True)

    async def _server(self, blow: Blow, server: Server) -> None:
        async with self.turns[server.name]:  # one that has not come back yet is struck afterwards
            struck_at = datetime.fromtimestamp(self._strike(blow), UTC)
            began = time.monotonic()
            if blow.kind == "pause":
                began = await self._pause_server(blow.lasting, server)
            elif blow.kind == "kill":
                await server.kill()
                await server.start()
            else:
                await server.restart()
            self.back[server.name].append(time.monotonic() - began)
            self.away.append(Away(struck_at, datetime.now(UTC)))

    async def _pause_server(self, lasting: float, server: Server) -> float:
        """Returns when it answers again; the moment at which it was woken."""
        server.pause()
        try:
            await asyncio.sleep(lasting)
        finally:
            server.resume()
        woken = time.monotonic()
        while not await server.answers():
            await asyncio.sleep(POLL_S)
        return woken

    def lines(self) -> Iterator[tuple[str, str, str, str]]:
        """(target, times struck, median seconds until it was back, longest). A pause counts from its end."""
        for name, seconds in sorted(self.back.items()):
            yield name, str(len(seconds)), f"{median(seconds):.1f}", f"{max(seconds):.1f}"


def said(blow: Blow) -> str:
    """One line for a person."""
    match blow.kind:
        case "pause":
            return f"SIGSTOP to {blow.target} for {blow.lasting:.0f} s"
        case "clock":
            return f"clock of {blow.target} now {blow.shift.total_seconds() / 3600:+.0f} h, SIGTERM"
        case "restart":
            return f"restart of {blow.target}"
        case "end":
            return f"SIGTERM to {blow.target}"
        case _:
            return f"SIGKILL to {blow.target}"


def servers_of(stack: Stack) -> list[Server]:
    """Those that are ours to stop."""
    return [server for server in (stack.kafka, stack.mongo) if server is not None]
