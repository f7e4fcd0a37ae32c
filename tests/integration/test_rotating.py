"""A log is put aside while its writer goes on: every line is in one of its files, in order, and they are few and small."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from deploy.processes import end, spawn
from deploy.rotating import Log

pytestmark = pytest.mark.integration

LINES = 30_000
FULL = 64 * 1024
WRITES = f"""
import sys
for number in range({LINES}):
    (sys.stdout if number % 2 else sys.stderr).write(f'{{number}} \\u00e9%s\\n')
    (sys.stdout if number % 2 else sys.stderr).flush()
sys.stdout.buffer.write(b'\\xff\\x00 no text')
"""
"""By both of its outputs, each line at once, and at its end what is no text and no whole line."""
LEAVES_A_CHILD = """
import subprocess, sys
print('bye', flush=True)
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])
print(child.pid, flush=True)
"""


async def lived(log: Log, code: str) -> int:
    """The exit code of one child that says what it says."""
    with log.taken() as output:
        process = await spawn([sys.executable, "-c", code], output)
    try:
        return await asyncio.wait_for(process.wait(), 180)
    finally:
        await end(process, 0)


def files(path: Path) -> list[Path]:
    """The oldest first."""
    found = path.parent.glob(f"{path.name}*")
    return sorted(found, key=lambda one: -int(one.suffix[1:]) if one.suffix != ".log" else 0)


async def test_no_line_is_lost_while_a_child_writes_through_rotations(tmp_path: Path) -> None:
    log = Log(tmp_path / "logs" / "one.log", full=FULL, kept=100)

    assert await lived(log, WRITES) == 0
    last = await log.last()

    found = files(log.path)
    assert len(found) > 4, "or nothing was put aside"
    written = b"".join(one.read_bytes() for one in found)
    assert written == b"".join(f"{number} é%s\n".encode() for number in range(LINES)) + b"\xff\x00 no text"
    assert all(one.stat().st_size <= FULL for one in found)
    assert last.splitlines()[:2] == [f"{LINES - 9} é%s", f"{LINES - 8} é%s"]
    assert last.endswith("\ufffd\x00 no text"), "and what a terminal can be given"


async def test_only_so_many_older_files_are_kept_and_the_next_life_goes_on_in_the_newest(tmp_path: Path) -> None:
    log = Log(tmp_path / "one.log", full=FULL, kept=2)
    await lived(log, WRITES)
    await log.last()
    before = log.path.read_bytes()

    assert await lived(log, "print('again')") == 0

    assert await log.last() == "again", "of this life alone"
    assert [one.name for one in files(log.path)] == ["one.log.2", "one.log.1", "one.log"]
    assert log.path.read_bytes() == before + b"again\n"


async def test_a_child_goes_on_where_its_log_cannot_be_put_aside(tmp_path: Path) -> None:
    """Its own write would have failed it."""
    log = Log(tmp_path / "one.log", full=FULL, kept=1)
    (tmp_path / "one.log.1" / "in the way").mkdir(parents=True)

    assert await lived(log, WRITES) == 0

    assert "no text" in await log.last()


async def test_a_full_disk_takes_lines_and_nothing_else(tmp_path: Path) -> None:
    """Also at the end, where what could not be written is tried once more."""
    log = Log(tmp_path / "one.log")
    log.path.symlink_to("/dev/full")

    assert await lived(log, "print('bye')") == 0

    assert await log.last() == "bye"


async def test_whoever_holds_the_log_of_a_child_that_is_gone_is_not_waited_for(tmp_path: Path) -> None:
    log = Log(tmp_path / "one.log")

    assert await lived(log, LEAVES_A_CHILD) == 0
    async with asyncio.timeout(60):
        said, pid = (await log.last()).split()

    os.kill(int(pid), 9)
    assert said == "bye"
