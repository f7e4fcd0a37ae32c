"""The health check of a stage: it ends a process that was stopped, and no other."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECK = Path(__file__).resolve().parents[3] / "deploy" / "images" / "alive.sh"
LONG_AGO = 1_000_000_000


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process, and a folder that tells of it alone, as /proc of a container would."""
    with subprocess.Popen(["/bin/sleep", "600"]) as process:
        (tmp_path / "1" / "fd").mkdir(parents=True)
        (tmp_path / "1" / "status").write_text("Name:\ttini\nState:\tS (sleeping)\n")
        (tmp_path / str(process.pid)).mkdir()
        (tmp_path / "alive").touch()
        yield process
        process.kill()


def check(proc: Path, pid: int, *, state: str, is_old: bool) -> int:
    (proc / str(pid) / "status").write_text(f"Name:\tpython\nState:\t{state}\n")
    if is_old:
        os.utime(proc / "alive", (LONG_AGO, LONG_AGO))
    told = {**os.environ, "ALIVE_FILE": str(proc / "alive")}
    return subprocess.run(["/bin/bash", CHECK, proc], env=told, check=False).returncode


@pytest.mark.parametrize(
    ("state", "is_old", "code"), [("T (stopped)", False, 0), ("S (sleeping)", False, 0), ("S (sleeping)", True, 1)]
)
def test_who_was_well_a_moment_ago_or_only_waits_is_left_alone(
    stage: subprocess.Popen[bytes], tmp_path: Path, state: str, is_old: bool, code: int
) -> None:
    assert check(tmp_path, stage.pid, state=state, is_old=is_old) == code
    assert stage.poll() is None


def test_who_was_stopped_is_ended_and_the_log_says_so(stage: subprocess.Popen[bytes], tmp_path: Path) -> None:
    assert check(tmp_path, stage.pid, state="T (stopped)", is_old=True) == 1
    assert stage.wait() == -signal.SIGKILL
    assert (tmp_path / "1" / "fd" / "2").read_text() == (
        f"process {stage.pid} was stopped (SIGSTOP) and is ended, to be started again\n"
    )


def test_who_has_never_been_well_is_not_well(stage: subprocess.Popen[bytes], tmp_path: Path) -> None:
    (tmp_path / "alive").unlink()

    assert check(tmp_path, stage.pid, state="R (running)", is_old=False) == 1
    assert stage.poll() is None
