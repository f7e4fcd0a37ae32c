"""Steps of ways (`schemas.ways`) told to a collector of OpenTelemetry, where one is named; else nothing, for nothing.

Its library is loaded only then. Telling puts a step into a queue with an end; a thread of the library's sends what is there.
A collector that is away costs what it was to be told, and nothing else.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from schemas.runtime.settings import Base
from schemas.stages import Heartbeat
from schemas.ways import Passing, Step, step

Tell = Callable[[Step, int, int], None]
"""Told a step, when it began and when it was done, in nanoseconds since 1970. Must not raise, and must not wait."""


class Spans:
    """Of this process. `one_in`: of so many rows one is told of; 0 where nobody is told."""

    def __init__(self) -> None:
        self.one_in = 0
        self._who = ("", "")
        self._tell: Tell = lambda *_: None

    def now(self) -> int:
        """When something begins that `passed` is told of later; 0 where nobody is told."""
        return time.time_ns() if self.one_in else 0

    def passed(self, ways: Iterable[Passing], began: int, view: str = "") -> None:
        """These have gone through this stage: call it once that is committed."""
        for one in ways:
            self._tell(step(one, *self._who, view), began, time.time_ns())

    @contextmanager
    def told(self, tell: Tell, stage: str, worker: str, one_in: int) -> Iterator[None]:
        """For as long as the block."""
        self._tell, self._who, self.one_in = tell, (stage, worker), one_in
        try:
            yield
        finally:
            self.one_in = 0


SPANS = Spans()


@contextmanager
def exporting(settings: Base, me: Heartbeat) -> Iterator[None]:
    """For as long as the block, where the settings name a collector."""
    if not settings.otel_exporter_otlp_endpoint:
        yield
        return
    from schemas.runtime.otlp import exporter  # noqa: PLC0415 - 0.7 s that nobody waits for who exports nothing

    with exporter(settings, me) as tell, SPANS.told(tell, me.stage, me.worker, settings.trace_one_in):
        yield
