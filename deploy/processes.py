"""Child processes: each in a session of its own (Ctrl-C reaches only us), on a leash."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from pathlib import Path

LEASH = Path(__file__).with_name("leash.py")
TAIL_BYTES = 16 * 1024


async def spawn(argv: Sequence[str | Path], output: int, env: Mapping[str, str] | None = None) -> Process:
    """Start `argv`, which dies with this thread (`leash.py`). A command that does not exist ends with code 1.

    `output`: a descriptor for all that it says; ours may be closed afterwards.
    """
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


def tail(log: Path, lines: int = 10) -> str:
    """The last lines of a file; "" for a missing one."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""
