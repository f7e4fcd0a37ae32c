"""Carries out a plan of faults, each in its own time, and measures how long its target was away."""

import asyncio
import time
from asyncio.subprocess import Process
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM
from statistics import median
from typing import TypeVar

from deploy.demo.away import Away
from deploy.demo.plan import SUPERVISOR, Blow, Kind
from deploy.demo.plan_sets import set_of
from deploy.demo.recovery import Struck
from deploy.local.member import Member
from deploy.local.room import Room
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

    `away`: when a server was. `blows`: every one that is over. `crew`: whom the supervisor takes with it.
    `disks`: those that belong to no server, by name.
    """

    supervisor: Supervisor
    stack: Stack
    alive: Path
    report: Report
    pabx: Server | None = None
    crew: Sequence[str] = ()
    disks: Mapping[str, Room] = field(default_factory=dict)
    back: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    struck: Counter[Kind] = field(default_factory=Counter)
    away: list[Away] = field(default_factory=list)
    blows: list[Struck] = field(default_factory=list)
    turns: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def run(self, blows: Sequence[Blow]) -> None:
        """Strike in the plan's time; a stage that is down just then is struck when it is up again. Ends when all are back.

        Raises StopWorker where one does not come back.
        """
        began = time.monotonic()
        servers = {server.name: server for server in (*self.stack.ours, self.pabx) if server is not None}
        with plain():
            async with asyncio.TaskGroup() as group:
                for blow in blows:
                    group.create_task(self._blow(began + blow.at, blow, servers.get(blow.target)))

    async def _blow(self, moment: float, blow: Blow, server: Server | None) -> None:
        await asyncio.sleep(max(0.0, moment - time.monotonic()))
        if blow.target == SUPERVISOR:
            await self._everybody(blow)
        elif blow.target in self.disks:
            await self._disk(blow, self.disks[blow.target])
        elif server is not None:
            await self._server(blow, server)
        else:
            await self._stage(blow)

    async def _stage(self, blow: Blow) -> None:
        name = blow.target
        child = await self._up(name)
        began = struck = self._strike(blow)
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
        await self._wait(
            name, lambda: self._mark(name) > struck if blow.kind == "pause" else self._anew(name, child, struck)
        )
        back = time.time()
        self.back[name].append(back - struck)
        self._over(blow, "a stage", began, struck, back)

    async def _everybody(self, blow: Blow) -> None:
        """Back when the last of them is; one that is down just then needs no signal."""
        struck = self._strike(blow)
        children = {name: self.supervisor.process(name) for name in self.crew}
        for child in children.values():
            if child is not None:
                signalled(child, SIGKILL)
        for name, child in children.items():
            await self._wait(name, partial(self._anew, name, child, struck))
        back = time.time()
        self.back[blow.target].append(back - struck)
        self._over(blow, f"the {blow.target}", struck, struck, back)

    async def _disk(self, blow: Blow, disk: Room) -> None:
        """Nobody has to end for it, or to come back."""
        struck = self._strike(blow)
        await disk.filled(blow.lasting)
        freed = time.time()
        self._over(blow, f"the {blow.target}", struck, freed, freed)

    def _anew(self, name: str, child: Process | None, since: float) -> bool:
        return self._mark(name) > since and self._is_another(name, child)

    def _is_another(self, name: str, child: Process | None) -> bool:
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
        one_of = set_of(server.name)
        async with self.turns[one_of]:  # one that has not come back yet is struck afterwards, and so are its like
            struck_at = self._strike(blow)
            over = await self._struck(blow, server) or struck_at
            while not await server.answers():
                await asyncio.sleep(POLL_S)
            back = time.time()
            self.back[server.name].append(back - over)
            self.away.append(Away(datetime.fromtimestamp(struck_at, UTC), datetime.fromtimestamp(back, UTC)))
            self._over(blow, one_of, struck_at, over, back)

    async def _struck(self, blow: Blow, server: Server) -> float | None:
        """When what was done to it had ended; None where it was over at once. One that went down is started again."""
        match blow.kind, server:
            case "pause", _:
                server.pause()
                try:
                    await asyncio.sleep(blow.lasting)
                finally:
                    server.resume()
                return time.time()
            case "cut", Member():
                await server.cut_off(blow.lasting)
                return time.time()
            case "full", Member():
                await server.fill(blow.lasting)
                freed = time.time()
                if server.pid is None:
                    await server.start()
                return freed
            case "loss", Member():
                await server.lose()
                await server.start()
            case "kill", _:
                await server.kill()
                await server.start()
            case _:
                await server.restart()
        return None

    def _over(self, blow: Blow, what: str, since: float, over: float, back: float) -> None:
        moments = (datetime.fromtimestamp(moment, UTC) for moment in (since, over, back))
        self.blows.append(Struck(blow.kind, what, blow.target, *moments))

    def lines(self) -> Iterator[tuple[str, str, str, str]]:
        """(target, times struck, median seconds until it was back, longest). A pause counts from its end."""
        for name, seconds in sorted(self.back.items()):
            yield name, str(len(seconds)), f"{median(seconds):.1f}", f"{max(seconds):.1f}"


def said(blow: Blow) -> str:
    """One line for a person."""
    who = "every stage at once, as where their supervisor is killed" if blow.target == SUPERVISOR else blow.target
    lasting = f"for {blow.lasting:.0f} s"
    told: dict[Kind, str] = {
        "kill": f"SIGKILL to {who}",
        "end": f"SIGTERM to {who}",
        "pause": f"SIGSTOP to {who} {lasting}",
        "clock": f"clock of {who} now {blow.shift.total_seconds() / 3600:+.0f} h, SIGTERM",
        "restart": f"restart of {who}",
        "cut": f"port of {who} cut {lasting}",
        "full": f"disk of {who} full {lasting}",
        "loss": f"SIGKILL to {who}, its volume lost",
    }
    return told[blow.kind]
