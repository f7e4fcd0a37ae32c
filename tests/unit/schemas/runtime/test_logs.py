"""Libraries say the same thing at most once a minute."""

import json
import logging
import subprocess
import sys

import pytest
from aiokafka.errors import ProducerFenced

from schemas.runtime.logs import Seldom, Told
from schemas.runtime.version import version


def line(created: float, message: str = "no broker at %s", name: str = "aiokafka") -> logging.LogRecord:
    record = logging.LogRecord(name, logging.WARNING, "", 0, message, ("127.0.0.1",), None)
    record.created = created
    return record


def test_the_same_line_is_written_once_a_minute() -> None:
    """Whatever its values are; another line or another library speaks for itself."""
    seldom = Seldom()

    assert [seldom.filter(line(at)) for at in (1_000.0, 1_001.0, 1_059.9, 1_060.0)] == [True, False, False, True]
    assert seldom.filter(line(1_001.0, "rebalancing"))
    assert seldom.filter(line(1_001.0, name="pymongo"))


def test_lines_without_end_do_not_fill_the_memory() -> None:
    """A library that writes its values into the line makes each one new."""
    seldom = Seldom()
    for number in range(5_000):
        seldom.filter(line(1_000.0, f"line {number}"))

    assert len(seldom._said) <= 1_000


@pytest.mark.parametrize(("name", "error", "told"), [("asyncio", ProducerFenced(), True), ("asyncio", OSError(), False)])
def test_a_fence_is_told_once_by_whoever_wrote(name: str, error: Exception, *, told: bool) -> None:
    """Not again, with a traceback, by each of the futures that aiokafka leaves behind."""
    record = logging.LogRecord(name, logging.ERROR, "", 0, "never retrieved", (), (type(error), error, None))

    assert Told().filter(record) is not told
    assert Told().filter(line(1_000.0))


SPEAKS = """
import logging, structlog
from schemas.runtime import logs
early = structlog.get_logger()
logs.configure("INFO", "views", "w-1")
early.info("ours", instance="norte")
structlog.get_logger().warning("stopped", stage="another")
logging.getLogger("pymongo").warning("theirs")
"""


def test_every_line_says_which_stage_and_worker_of_which_release_wrote_it() -> None:
    """A library's too; what a line says itself stays."""
    done = subprocess.run([sys.executable, "-c", SPEAKS], capture_output=True, text=True, check=True)
    ours, stopped, theirs = (json.loads(line) for line in done.stderr.splitlines())
    assert (ours["event"], ours["stage"], ours["worker"], ours["instance"]) == ("ours", "views", "w-1", "norte")
    assert (stopped["stage"], stopped["worker"]) == ("another", "w-1")
    assert (theirs["event"], theirs["stage"], theirs["worker"]) == ("theirs", "views", "w-1")
    assert [one["release"] for one in (ours, stopped, theirs)] == [version()] * 3
