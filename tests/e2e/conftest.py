"""A demonstration as a process, and what must be left of it afterwards: nothing."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM

import psutil
import pytest

COMMAND = [sys.executable, "-m", "deploy.cli.main", "demo", "--clients", "200"]
END_S = 180.0
"""Never reached but by what hangs: a demonstration that is told to end takes its stages and servers along."""
NAMED = {"KAFKA_BOOTSTRAP_SERVERS", "MONGO_URI", "DASHBOARD_PORT"}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Without servers named: the demo brings its own. Its folder is below `tmp_path`, so that its processes can be told."""
    return {**{name: value for name, value in os.environ.items() if name not in NAMED}, "TMPDIR": str(tmp_path)}


class Demo:
    """One `collector demo`; `said` holds its lines so far."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        self.folder = Path(environment["TMPDIR"])
        self.said: list[str] = []
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )

    def line(self, word: str) -> str:
        """The next line with `word`; fails where the output ends before."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
            if word in line:
                return line
        pytest.fail(f"no {word!r} in: {''.join(self.said)[-3000:]}")

    def left_behind(self) -> list[str]:
        """Command lines of its processes: those whose temporary folder is the demo's."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.pid != os.getpid() and str(self.folder) in process.environ().get("TMPDIR", ""):
                    found.append(" ".join(process.cmdline()))
            except psutil.Error:
                continue
        return found

    def is_gone(self) -> bool:
        """Whether every process ends, within a time that nothing but what hangs needs."""
        ends = time.monotonic() + END_S
        while self.left_behind():
            if time.monotonic() > ends:
                return False
            time.sleep(0.1)
        return True


@contextmanager
def demonstration(environment: dict[str, str], *arguments: str) -> Iterator[Demo]:
    """Ended with the block."""
    demo = Demo(environment, *arguments)
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.process.send_signal(SIGTERM)
            demo.process.wait(END_S)
        assert demo.process.stderr is not None
        demo.process.stderr.close()
