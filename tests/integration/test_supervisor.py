"""Real child processes: started again, stopped in order, and never left behind."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from signal import SIGKILL, SIGSTOP

import psutil
import pytest
import pytest_asyncio

from deploy import leash
from deploy.processes import signalled
from deploy.supervisor import Ended, Event, NotStarted, Started, Supervisor
from tests.integration.pipeline import PATIENCE_S

pytestmark = pytest.mark.integration

WAITS = "import time; print('at work', flush=True); time.sleep(600)"
FAILS = "import sys; print('no bread', flush=True); sys.exit(3)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"

ENDS_IN_ORDER = """
import signal, sys, time
def end(*_):
    print('in order', flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print('at work', flush=True)
time.sleep(600)
"""
SAYS_HOUR = "import os, time; print('hour', os.environ.get('HOUR', 'none'), flush=True); time.sleep(600)"

SUPERVISE = """
import asyncio, pathlib, sys
from deploy.processes import signalled
from deploy.supervisor import Supervisor
async def main():
    supervisor = Supervisor(pathlib.Path(sys.argv[1]), lambda event: print(event.pid, flush=True))
    supervisor.start("one", [sys.executable, "-c", "import time; time.sleep(600)"], {})
    await asyncio.sleep(600)
asyncio.run(main())
"""
WATCHED = """
import json, os, subprocess, sys, time
command = "import sys, time; sys.path.insert(0, sys.argv[2]); import leash; leash.watch(int(sys.argv[1])); time.sleep(600)"
child = subprocess.Popen([sys.executable, "-c", command, str(os.getpid()), sys.argv[1]])
while not (guards := os.popen(f"pgrep -P {child.pid}").read().split()):
    time.sleep(0.05)
print(json.dumps([child.pid, *map(int, guards)]), flush=True)
time.sleep(600)
"""


class Watched:
    """A supervisor and what it told."""

    def __init__(self, logs: Path) -> None:
        self.told: asyncio.Queue[Event] = asyncio.Queue()
        self.logs = logs
        self.supervisor = Supervisor(logs, self.told.put_nowait)

    def start(self, name: str, code: str) -> None:
        self.supervisor.start(name, [sys.executable, "-c", code], {})

    async def started(self) -> Started:
        event = await asyncio.wait_for(self.told.get(), PATIENCE_S)
        assert isinstance(event, Started)
        return event

    async def ended(self) -> Ended:
        event = await asyncio.wait_for(self.told.get(), PATIENCE_S)
        assert isinstance(event, Ended)
        return event

    async def written(self, name: str, text: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while text not in (self.logs / f"{name}.log").read_text():
                await asyncio.sleep(0.02)


@pytest_asyncio.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    one = Watched(tmp_path / "logs")
    yield one
    await one.supervisor.stop(0)


async def test_a_child_that_fails_is_told_with_its_last_words_and_started_again(watched: Watched) -> None:
    watched.start("baker", FAILS)
    first = await watched.started()
    end = await watched.ended()
    assert (end.name, end.code, end.delay, end.said) == ("baker", 3, 1.0, "no bread")
    again = await watched.started()
    assert again.pid != first.pid
    assert again.away == pytest.approx(again.at - end.at)
    assert (await watched.ended()).delay == 2.0


async def test_a_killed_child_comes_back(watched: Watched) -> None:
    watched.start("one", WAITS)
    first = await watched.started()
    await watched.written("one", "at work")
    assert watched.supervisor.pid("one") == first.pid
    child = watched.supervisor.process("one")
    assert child is not None
    assert signalled(child, SIGKILL)
    assert (await watched.ended()).code == -SIGKILL
    assert watched.supervisor.process("one") is None
    assert not signalled(child, SIGKILL)
    assert (await watched.started()).pid != first.pid


async def test_a_paused_child_is_no_dead_one_and_ends_in_order(watched: Watched, gone: Callable[..., bool]) -> None:
    """Nobody starts another beside it; at the end it is woken, so that its own code runs and it need not be killed."""
    watched.start("one", ENDS_IN_ORDER)
    pid = (await watched.started()).pid
    await watched.written("one", "at work")
    child = watched.supervisor.process("one")
    assert child is not None
    assert signalled(child, SIGSTOP)
    while psutil.Process(pid).status() != psutil.STATUS_STOPPED:
        await asyncio.sleep(0.01)
    assert watched.supervisor.pid("one") == pid

    await watched.supervisor.stop()

    assert gone(pid)
    assert watched.told.empty()
    await watched.written("one", "in order")


async def test_a_variable_that_is_set_counts_from_the_next_start_on(watched: Watched) -> None:
    watched.start("one", SAYS_HOUR)
    await watched.started()
    await watched.written("one", "hour none")
    child = watched.supervisor.process("one")
    assert child is not None

    watched.supervisor.set("one", {"HOUR": "3"})
    signalled(child, SIGKILL)
    await watched.ended()
    await watched.started()
    await watched.written("one", "hour 3")


async def test_stop_asks_first_and_kills_who_does_not_listen(watched: Watched, gone: Callable[..., bool]) -> None:
    watched.start("one", WAITS)
    watched.start("deaf", DEAF)
    children = [(await watched.started()).pid for _ in range(2)]
    await watched.written("deaf", "deaf")
    await watched.supervisor.stop(0.3)
    assert gone(*children)
    assert watched.told.empty()


async def test_stop_while_a_child_is_being_started_leaves_none(watched: Watched) -> None:
    for number in range(3):
        watched.start(f"{number}", WAITS)
    await asyncio.sleep(0)
    await watched.supervisor.stop()
    assert all(watched.supervisor.pid(f"{number}") is None for number in range(3))


async def test_a_command_that_does_not_exist_says_so(watched: Watched) -> None:
    watched.supervisor.start("none", ["/nonexistent/command"], {})
    await watched.started()
    end = await watched.ended()
    assert end.code == 1
    assert "No such file" in end.said


async def test_a_child_that_the_system_cannot_start_is_told_and_started_when_it_can(watched: Watched) -> None:
    """Its keeper died unseen: nothing was told, and nothing was ever tried again."""
    watched.logs.write_text("a file where the folder of the logs should be")
    watched.start("one", WAITS)
    delays = []
    for _ in range(2):
        event = await asyncio.wait_for(watched.told.get(), 60)
        assert isinstance(event, NotStarted)
        assert "exists" in event.reason or "Not a directory" in event.reason
        delays.append(event.delay)
    assert delays == [1.0, 2.0]
    watched.logs.unlink()
    assert (await watched.started()).name == "one"


async def test_a_keeper_that_dies_ends_the_work_that_is_done_beside_it(tmp_path: Path) -> None:
    """Whoever is told raises: the child would never be started again."""

    def deaf(event: Event) -> None:
        raise KeyError(event.name)

    supervisor = Supervisor(tmp_path / "logs", deaf)
    supervisor.start("one", [sys.executable, "-c", WAITS], {})
    with pytest.raises(KeyError, match="one"):
        await asyncio.wait_for(supervisor.during(asyncio.Event().wait()), 60)
    await supervisor.stop(0)
    assert supervisor.pid("one") is None


async def test_work_beside_the_children_gives_its_result_or_its_own_error(watched: Watched) -> None:
    async def result() -> int:
        return 7

    async def error() -> int:
        raise LookupError

    watched.start("one", WAITS)
    assert await watched.supervisor.during(result()) == 7
    with pytest.raises(LookupError):
        await watched.supervisor.during(error())


def test_kill_9_of_the_supervisor_leaves_no_child_behind(tmp_path: Path, gone: Callable[..., bool]) -> None:
    with subprocess.Popen([sys.executable, "-c", SUPERVISE, tmp_path], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert psutil.pid_exists(child)
        parent.kill()
    assert gone(child)


def test_kill_9_leaves_nothing_behind_where_the_kernel_has_no_leash(tmp_path: Path, gone: Callable[..., bool]) -> None:
    """The guard of other systems than Linux, on this one: the child dies, and the guard itself ends."""
    folder = Path(leash.__file__).parent
    with subprocess.Popen(
        [sys.executable, "-c", WATCHED, folder], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        processes = json.loads(parent.stdout.readline())
        assert len(processes) == 2
        parent.kill()
    assert gone(*processes)
