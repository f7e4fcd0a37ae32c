"""Kills on purpose: which process gets which signal when is a seeded plan; the rest carries it out and takes the time."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from signal import SIGKILL, SIGTERM, Signals
from statistics import median

from deploy.local.stack import Stack
from deploy.supervisor import Supervisor

DURATION = timedelta(minutes=5)
KILLS = 40
POLL_S = 0.05
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Blow:
    """`at`: seconds after the start of the chaos. `signal` is None for a server, which is restarted in order."""

    at: float
    target: str
    signal: Signals | None


def plan(kills: int, lasting: timedelta, seed: int, stages: Sequence[str], servers: Sequence[str]) -> list[Blow]:
    """`kills` blows at stages at random moments, every stage equally often, and one restart of each server, by time."""
    rng = Random(seed)  # noqa: S311 - a plan is repeatable, not secret
    targets = [stages[number % len(stages)] for number in range(kills)]
    rng.shuffle(targets)
    seconds = lasting.total_seconds()
    blows = [Blow(rng.uniform(0, seconds), target, rng.choice([SIGKILL, SIGTERM])) for target in targets]
    blows += [Blow(rng.uniform(0.2, 0.8) * seconds, server, None) for server in servers]
    return sorted(blows, key=lambda blow: blow.at)


@dataclass(slots=True)
class Chaos:
    """`alive`: folder of the files that stages touch while their loops turn. `back`: seconds each blow's target was away."""

    supervisor: Supervisor
    stack: Stack
    alive: Path
    report: Report
    back: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    struck: int = 0
    _waiting: list[asyncio.Task[None]] = field(default_factory=list)

    async def run(self, blows: Sequence[Blow]) -> None:
        """Strike in the plan's time. A stage that is down just then is struck when it is up again."""
        began = time.monotonic()
        for blow in blows:
            await asyncio.sleep(max(0.0, began + blow.at - time.monotonic()))
            if blow.signal is None:
                await self._server(blow.target)
            else:
                await self._stage(blow.target, blow.signal)
        await asyncio.gather(*self._waiting)

    async def _stage(self, name: str, number: Signals) -> None:
        while not (self._mark(name) and self.supervisor.kill(name, number)):
            await asyncio.sleep(POLL_S)
        self.struck += 1
        self.report(f"{number.name} to {name}")
        self._waiting.append(asyncio.create_task(self._measure(name, time.time())))

    def _mark(self, name: str) -> float:
        file = self.alive / name
        return file.stat().st_mtime if file.exists() else 0.0

    async def _measure(self, name: str, struck: float) -> None:
        (self.alive / name).unlink(missing_ok=True)
        while self._mark(name) <= struck:
            await asyncio.sleep(POLL_S)
        self.back[name].append(time.time() - struck)

    async def _server(self, name: str) -> None:
        server = {"Kafka": self.stack.kafka, "MongoDB": self.stack.mongo}[name]
        if server is not None:
            self.report(f"restart of {name}")
            began = time.monotonic()
            await server.restart()
            self.back[name].append(time.monotonic() - began)

    def lines(self) -> Iterator[tuple[str, str, str, str]]:
        """(target, times struck, median seconds until it was back, longest)."""
        for name, seconds in sorted(self.back.items()):
            yield name, str(len(seconds)), f"{median(seconds):.1f}", f"{max(seconds):.1f}"


def servers_of(stack: Stack) -> list[str]:
    """The servers that are ours to restart."""
    return [server.name for server in (stack.kafka, stack.mongo) if server is not None]
