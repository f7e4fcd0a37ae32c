"""Child processes: each in a session of its own (Ctrl-C reaches only us), on a leash, its output appended to a file."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")
FULL_LOG = 10 * 1024 * 1024
TAIL_BYTES = 16 * 1024


async def spawn(argv: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None) -> Process:
    """Start `argv`, which dies with this thread (`leash.py`). A command that does not exist ends with code 1."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-IS",
            LEASH,
            str(os.getpid()),
            *argv,
            stdin=DEVNULL,
            stdout=output,
            stderr=output,
            env=env,
            start_new_session=True,
        )


async def end(process: Process, grace: float) -> int:
    """SIGTERM, `grace` seconds, SIGKILL. Returns the exit code (negative: the signal's number).

    One that was stopped (SIGSTOP) is woken, so that it can end in order.
    """
    signalled(process, signal.SIGTERM)
    signalled(process, signal.SIGCONT)
    try:
        return await asyncio.wait_for(process.wait(), grace)
    except TimeoutError:
        signalled(process, signal.SIGKILL)
        return await process.wait()


def signalled(process: Process, number: signal.Signals) -> bool:
    """True if `process` was still there to get the signal."""
    try:
        process.send_signal(number)
    except ProcessLookupError:
        return False
    return process.returncode is None


def tail(log: Path, start: int = 0, lines: int = 10) -> str:
    """The last lines of what was written from byte `start` on; "" for a missing file."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(min(start, size), size - TAIL_BYTES))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def fresh(log: Path) -> int:
    """The byte from which the next life of a process writes; puts a full log aside first."""
    size = log.stat().st_size if log.exists() else 0
    if size <= FULL_LOG:
        return size
    log.replace(log.with_name(f"{log.name}.1"))
    return 0
