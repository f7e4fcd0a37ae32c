"""A plan of faults carried out on real processes: each gets its signal, comes back, and nothing stays paused."""

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from deploy.demo.chaos import Chaos
from deploy.demo.folder import LOGS, disk_of_logs
from deploy.demo.plan import SUPERVISOR, Blow
from deploy.local.gate import Gate
from deploy.local.member import Member
from deploy.local.ports import free, is_open
from deploy.local.room import LEAST
from deploy.local.server import Server
from deploy.local.stack import Stack
from deploy.supervisor import Started, Supervisor
from schemas.runtime.clock import SHIFT

pytestmark = pytest.mark.integration

STAGE = """
import os, pathlib, time
print('shift', os.environ.get('COLLECTOR_CLOCK_SHIFT_SECONDS', 'none'), flush=True)
while True:
    pathlib.Path(os.environ['ALIVE_FILE']).touch()
    time.sleep(0.05)
"""
PATIENCE_S = 180
SHIFTS = ["shift", "none", "shift", "none", "shift", "-10800.0"]
"""What the three lives of `one` say."""


class Sleeper(Server):
    """Answers while its process runs and is not stopped."""

    name = "Kafka"

    async def prepare(self) -> Sequence[str | Path]:
        return [sys.executable, "-c", "import time; time.sleep(600)"]

    async def answers(self) -> bool:
        return self.pid is not None and psutil.Process(self.pid).status() != psutil.STATUS_STOPPED


class Telephones(Sleeper):
    """A PABX is a server that nobody stops in order."""

    name = "PABX"


async def test_each_fault_strikes_and_everything_comes_back(tmp_path: Path, gone: Callable[..., bool]) -> None:
    """Also two at one stage in the same moment: the second waits until it is back."""
    said: list[str] = []
    lives: list[Started] = []
    supervisor = Supervisor(tmp_path / "logs", lambda event: lives.append(event) if isinstance(event, Started) else None)
    kafka = Sleeper(tmp_path / "kafka", 1, tmp_path / "kafka.log", said.append)
    stack = Stack(kafka_bootstrap="", mongo_uri="", kafka=kafka, mongo=None)  # type: ignore[arg-type]  # any server will do
    pabx = Telephones(tmp_path / "pabx", 2, tmp_path / "pabx.log", said.append)
    chaos = Chaos(supervisor, stack, tmp_path, said.append, pabx)
    for name in ("one", "two"):
        supervisor.start(name, [sys.executable, "-c", STAGE], {"ALIVE_FILE": str(tmp_path / name)})
    await kafka.start()
    await pabx.start()
    first, line = kafka.pid, pabx.pid
    try:
        async with asyncio.timeout(PATIENCE_S):
            await chaos.run(
                [
                    Blow(0.0, "one", "kill"),
                    Blow(0.0, "one", "clock", shift=timedelta(hours=-3)),
                    Blow(0.0, "Kafka", "pause", 0.3),
                    Blow(0.0, "PABX", "kill"),
                    Blow(0.1, "two", "pause", 0.3),
                    Blow(0.1, "Kafka", "restart"),
                    Blow(0.2, "two", "end"),
                ]
            )
        assert chaos.struck == {"kill": 2, "clock": 1, "pause": 2, "restart": 1, "end": 1}
        assert {name: len(seconds) for name, seconds in chaos.back.items()} == {"one": 2, "two": 2, "Kafka": 2, "PABX": 1}
        assert len(chaos.away) == 3
        assert all(span.until > span.since for span in chaos.away)
        async with asyncio.timeout(PATIENCE_S):
            while (tmp_path / "logs" / "one.log").read_text().split() != SHIFTS:
                await asyncio.sleep(0.02)
        assert SHIFT in STAGE
        assert kafka.pid != first
        assert pabx.pid != line
        assert [one.name for one in lives].count("two") == 2
        assert await kafka.answers()
        assert await pabx.answers()
    finally:
        await supervisor.stop()
        await pabx.stop()
        await kafka.stop()
    assert gone(*(one.pid for one in lives))


async def test_with_their_supervisor_all_end_at_once_and_all_come_back(tmp_path: Path, gone: Callable[..., bool]) -> None:
    """Also one that is down just then."""
    lives: list[Started] = []
    supervisor = Supervisor(tmp_path / "logs", lambda event: lives.append(event) if isinstance(event, Started) else None)
    stack = Stack(kafka_bootstrap="", mongo_uri="", kafka=None, mongo=None)
    chaos = Chaos(supervisor, stack, tmp_path, print, crew=("one", "two"))
    for name in chaos.crew:
        supervisor.start(name, [sys.executable, "-c", STAGE], {"ALIVE_FILE": str(tmp_path / name)})
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not all((tmp_path / name).exists() for name in chaos.crew):
                await asyncio.sleep(0.01)
            await chaos.run([Blow(0.0, SUPERVISOR, "kill")])
        by_name, again = [[one for one in lives if one.name == name] for name in chaos.crew], chaos.blows[0]
        assert [len(its) for its in by_name] == [2, 2]
        assert all(old.pid != new.pid for old, new in by_name)
        assert (again.target, again.what) == (SUPERVISOR, "the supervisor")
        assert again.back > again.over == again.since
    finally:
        await supervisor.stop()
    assert gone(*(one.pid for one in lives))


def has_disk(folder: Path) -> bool:
    """Of its own."""
    return folder.is_mount()


def beside(folder: Path) -> list[str]:
    return [path.name for path in folder.parent.iterdir()]


async def test_a_disk_of_nobody_is_full_for_as_long_as_the_plan_says_and_what_was_on_it_stays(tmp_path: Path) -> None:
    """Where this machine lets nobody mount one there is none, and nothing may be filled."""
    logs = tmp_path / LOGS
    stack = Stack(kafka_bootstrap="", mongo_uri="", kafka=None, mongo=None)
    async with disk_of_logs(logs, wanted=True) as disks:
        assert disks.keys() == ({LOGS} if has_disk(logs) else set())
        logs.mkdir(exist_ok=True)
        (logs / "one.log").write_text("said")
        chaos = Chaos(Supervisor(logs, print), stack, tmp_path, print, disks=disks)
        if disks:
            async with asyncio.timeout(PATIENCE_S):
                run = asyncio.create_task(chaos.run([Blow(0.0, LOGS, "full", 5.0)]))
                while (room := os.statvfs(logs)).f_bavail * room.f_frsize >= LEAST:
                    await asyncio.sleep(0.01)
                await run
            assert os.statvfs(logs).f_bavail * room.f_frsize > LEAST
            assert [(one.what, one.kind) for one in chaos.blows] == [("the logs", "full")]
    assert not has_disk(logs)
    assert (logs / "one.log").read_text() == "said"
    assert beside(logs) == [LOGS]


class OneOfSeveral(Sleeper, Member):
    """Nobody else knows of it, so nobody has to miss it."""

    async def missed(self) -> None:
        """At once."""


async def test_of_a_set_one_is_away_at_a_time_whatever_the_plan_says(tmp_path: Path) -> None:
    """Its port is closed while it is cut; one that lost its volume comes back without what was in it."""
    members = []
    for name, beyond, port in zip(("Kafka-1", "Kafka-2"), free(2), free(2), strict=True):
        member = OneOfSeveral(tmp_path / name, port, tmp_path / f"{name}.log", print)
        member.name, member.gate = name, Gate(port, beyond)
        await member.gate.open()
        await member.start()
        (member.folder / "volume").touch()
        members.append(member)
    one, two = members
    stack = Stack(kafka_bootstrap="", mongo_uri="", kafka=None, mongo=None, members=(one, two))
    chaos = Chaos(Supervisor(tmp_path / "logs", print), stack, tmp_path, print)
    try:
        async with asyncio.timeout(PATIENCE_S):
            run = asyncio.create_task(chaos.run([Blow(0.0, "Kafka-1", "cut", 3.0), Blow(0.1, "Kafka-2", "loss")]))
            while await is_open(one.port):
                await asyncio.sleep(0.01)
            assert two.pid is not None
            await run
        assert await is_open(one.port)
        assert [path.name for member in members for path in member.folder.iterdir()] == ["volume"]
        first, second = chaos.blows
        assert (first.kind, second.kind) == ("cut", "loss")
        assert first.back <= second.since
    finally:
        for member in members:
            await member.stop()
            assert member.gate is not None
            await member.gate.cut()


async def test_a_chaos_that_is_broken_off_leaves_nothing_paused(tmp_path: Path) -> None:
    """Ctrl-C in the middle of a pause of two minutes."""
    lives: asyncio.Queue[Started] = asyncio.Queue()
    supervisor = Supervisor(tmp_path / "logs", lambda event: lives.put_nowait(event) if isinstance(event, Started) else None)
    chaos = Chaos(supervisor, Stack(kafka_bootstrap="", mongo_uri="", kafka=None, mongo=None), tmp_path, print)
    supervisor.start("one", [sys.executable, "-c", STAGE], {"ALIVE_FILE": str(tmp_path / "one")})
    child = psutil.Process((await lives.get()).pid)
    run = asyncio.create_task(chaos.run([Blow(0.0, "one", "pause", 120.0)]))
    try:
        async with asyncio.timeout(PATIENCE_S):
            while child.status() != psutil.STATUS_STOPPED:
                await asyncio.sleep(0.01)
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
            while child.status() == psutil.STATUS_STOPPED:
                await asyncio.sleep(0.01)
    finally:
        await supervisor.stop()
