"""`collector up --servers`: what a restore wants where nothing but this program starts the servers."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from dotenv import dotenv_values
from pymongo import MongoClient

from deploy.secrets import lines, make
from tests.integration.command import Collector

pytestmark = pytest.mark.integration

WITHIN_S = 180.0
NAMED = {"KAFKA_BOOTSTRAP_SERVERS", "MONGO_URI"}


@contextmanager
def servers(folder: Path) -> Iterator[int]:
    """Until they tell where they are; the process. Ended in order."""
    log = folder / "up.log"
    surroundings = {name: value for name, value in os.environ.items() if name not in NAMED}
    command = [sys.executable, "-m", "deploy.cli.main", "up", "--servers"]
    with log.open("wb") as output, subprocess.Popen(command, cwd=folder, env=surroundings, stderr=output) as process:
        try:
            end = time.monotonic() + WITHIN_S
            while "no stage runs" not in log.read_text():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < end, log.read_text()
                time.sleep(0.1)
            yield process.pid
            process.send_signal(signal.SIGTERM)
            assert process.wait(WITHIN_S) == 0, log.read_text()
        finally:
            process.kill()


@pytest.mark.timeout(600)
def test_a_lost_mongodb_is_restored_into_servers_without_a_stage(tmp_path: Path) -> None:
    """Commands in the same folder find them; what a stage would have written is not in the way."""
    (tmp_path / ".env").write_text(lines(make(())))
    collector = Collector(tmp_path, dict.fromkeys(NAMED, ""))
    with servers(tmp_path) as process:
        assert len(psutil.Process(process).children()) == 2
        at = dotenv_values(tmp_path / ".collector" / "servers.env")
        assert all(f"{name}={at[name]}\n" in (tmp_path / "up.log").read_text() for name in NAMED)
        with MongoClient[dict[str, str]](str(at["MONGO_URI"])) as client:
            client["collector"]["users"].insert_one({"_id": "ana", "role": "admin"})
        done = collector("backup", "kept")
        assert done.returncode == 0, done.stderr
        assert f"keep a copy of {tmp_path / '.env'} where" in done.stderr

    shutil.rmtree(tmp_path / ".collector" / "mongo")
    (backup,) = (tmp_path / "kept").iterdir()
    with servers(tmp_path):
        done = collector("restore", str(backup))
        assert done.returncode == 0, done.stderr
        assert "ana" in collector("user", "list").stdout
