"""What a child says, in a file that is put aside while the child goes on.

The child writes into a pipe and we write the file. A file that a child of any kind (Java, mongod) holds open itself could
only be cut under it, and the lines of that moment would be lost.
"""

import asyncio
import fcntl
import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging import INFO, LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path
from threading import Thread

FULL_LOG = 10 * 1024 * 1024
KEPT = 4
LAST = 10
LONGEST = 64 * 1024
PIPE = 1024 * 1024
DRAINED_WITHIN_S = 2.0


class Log:
    """`path` takes at most `full` bytes; `kept` older files stay beside it, `.1` the newest. One life after another."""

    def __init__(self, path: Path, full: int = FULL_LOG, kept: int = KEPT) -> None:
        self.path = path
        self._file = _Lines(path, maxBytes=full, backupCount=kept, encoding="utf-8", errors="surrogateescape", delay=True)
        self._last: deque[str] = deque(maxlen=LAST)
        self._pump: Thread | None = None

    @contextmanager
    def taken(self) -> Iterator[int]:
        """A descriptor for the output of one child: start it within, it has its own copy. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.open("ab").close()  # what cannot be written is told before the child is there
        reading, writing = os.pipe()
        try:
            with suppress(OSError, AttributeError):  # Linux, as far as the system lets us: a child need not wait for us then
                fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE)
            self._last = deque(maxlen=LAST)
            self._pump = self._pumping(reading)
            yield writing
        finally:
            os.close(writing)

    async def last(self) -> str:
        """The last lines of the child that has ended. What a child of its own may still say is not waited for."""
        if self._pump is not None:
            await asyncio.to_thread(self._pump.join, DRAINED_WITHIN_S)
        said = "".join(self._last).encode(errors="surrogateescape").decode(errors="replace")  # a terminal takes text alone
        return "\n".join(said.splitlines()[-LAST:])

    def _pumping(self, reading: int) -> Thread:
        pump = Thread(target=_pump, args=(reading, self._file, self._last), name=self.path.stem, daemon=True)
        try:
            pump.start()
        except RuntimeError as exc:  # no more threads
            os.close(reading)
            raise OSError(str(exc)) from exc
        return pump


class _Lines(RotatingFileHandler):
    """Each record is a line with its end, or a piece of a very long one."""

    terminator = ""

    def handleError(self, record: LogRecord) -> None:  # noqa: N802 - the name is logging's
        """The disk is full, say: lines are lost until it is not, the child goes on."""


def _pump(reading: int, file: RotatingFileHandler, last: deque[str]) -> None:
    """Until the last holder of the pipe's other end is gone. It must not end before: the child's writes would fail."""
    with open(reading, encoding="utf-8", errors="surrogateescape", newline="\n") as said:
        while line := said.readline(LONGEST):
            last.append(line)
            file.handle(LogRecord("", INFO, "", 0, line, None, None))
    with suppress(OSError):  # the disk is full: its last lines are lost
        file.close()  # opened anew by whoever writes next
