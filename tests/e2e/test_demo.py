"""`collector demo` as a user runs it: it ends with the truth in the views, and it leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.e2e

COMMAND = [sys.executable, "-m", "deploy.cli.main", "demo", "--clients", "200"]
WITHIN_S = 150


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Without servers named: the demo brings its own. Its folder is below `tmp_path`, so that its processes can be told."""
    named = {"KAFKA_BOOTSTRAP_SERVERS", "MONGO_URI", "DASHBOARD_PORT"}
    return {**{name: value for name, value in os.environ.items() if name not in named}, "TMPDIR": str(tmp_path)}


def left_behind(folder: Path) -> list[str]:
    """Processes that were started with a path or an environment below `folder`."""

    def ours() -> Iterator[str]:
        for process in psutil.process_iter():
            try:
                if process.pid != os.getpid() and str(folder) in process.environ().get("TMPDIR", ""):
                    yield " ".join(process.cmdline())
            except psutil.Error:
                continue

    return list(ours())


def read_until(process: subprocess.Popen[str], word: str) -> str:
    """The first line with `word`; fails where the output ends before."""
    said = []
    assert process.stderr is not None
    for line in process.stderr:
        said.append(line)
        if word in line:
            return line
    pytest.fail(f"no {word!r} in: {''.join(said)[-3000:]}")


def gone(folder: Path) -> bool:
    """Whether every process of the demo ends within ten seconds."""
    ends = time.monotonic() + 10
    while left_behind(folder):
        if time.monotonic() > ends:
            return False
        time.sleep(0.1)
    return True


def test_it_ends_by_itself_with_the_truth_in_the_views(environment: dict[str, str], tmp_path: Path) -> None:
    """Code 0, a summary, and neither a process nor a file."""
    done = subprocess.run(
        [*COMMAND, "--for", "10s"], env=environment, capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "equal the simulator's truth" in done.stderr
    assert "lag: 0" in done.stderr
    for word in ("erp.bill.v1", "debtor.v1", "queue.v1", "debtors", "sweeps"):
        assert word in done.stdout
    assert left_behind(tmp_path) == []
    assert list(tmp_path.glob("collector-demo-*")) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
def test_however_it_is_stopped_no_process_stays(environment: dict[str, str], tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C, SIGTERM and even kill -9 take broker, database, simulator and every stage with them."""
    with subprocess.Popen(COMMAND, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        read_until(process, "dashboard: http")
        assert len(left_behind(tmp_path)) >= 8
        process.send_signal(number)
        process.wait(60)
        assert gone(tmp_path), left_behind(tmp_path)
