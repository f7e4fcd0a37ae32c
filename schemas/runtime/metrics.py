"""`/metrics`, `/live` and `/ready` of one process, on a port of its own. A thread answers: no loop is asked, or waited for.

Everything is read from what the watchdog and the heartbeat read, when somebody asks; nothing is counted while records
pass, so that metrics cost a stage nothing. One stage also shows what only MongoDB and the disks know (`sinks/snapshots`).
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from socketserver import ThreadingMixIn
from typing import Any, NamedTuple
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, ProcessCollector, make_wsgi_app
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from schemas.errors import StopWorker
from schemas.runtime.metric_names import ABOUT, METRICS, Metric
from schemas.runtime.progress import Progress
from schemas.stages import Heartbeat


class Health:
    """Whether the process is `live` (else it is to be started again) and `ready` (else it waits for something).

    `me`: who it is. `limit`: seconds after which a loop is stuck.
    """

    def __init__(self, me: Heartbeat, progress: Progress, limit: float) -> None:
        self.me = me
        self.progress = progress
        self._limit = limit

    def live(self) -> bool:
        """No loop is stuck. A peer that is away is no reason to start again."""
        return not self.progress.stuck(self.progress.clock(), self._limit)

    def ready(self) -> bool:
        """Every loop has turned at least once, and every peer answers."""
        return self.live() and self.progress.under_way() and not self.progress.away


class Sample(NamedTuple):
    """One number of one metric. `labels`: the values, in the order of the names in `ABOUT`."""

    metric: Metric
    labels: tuple[str, ...]
    value: float


def families(samples: Iterable[Sample]) -> Iterator[GaugeMetricFamily]:
    """One for each metric that has any, in the order of their names' list."""
    order = {name: number for number, name in enumerate(METRICS)}
    for name, found in groupby(sorted(samples, key=lambda one: order[one.metric]), lambda one: one.metric):
        family = GaugeMetricFamily(name, ABOUT[name].meaning, labels=ABOUT[name].labels)
        for one in found:
            family.add_metric(one.labels, float(one.value))
        yield family


class Shown(Collector):
    """What the process's progress shows at the moment of asking. `clock`: Unix time, beside that of its loops."""

    def __init__(self, health: Health, clock: Callable[[], float]) -> None:
        self._health = health
        self._me = health.me
        self._progress = health.progress
        self._clock = clock

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """One family each, in the order of their names' list."""
        return families(self._samples())

    def _samples(self) -> Iterator[Sample]:
        here, unix = self._progress.clock(), self._clock()
        loops = list(self._progress.loops)
        yield Sample("collector_process", (self._me.stage, self._me.worker, self._me.release), 1)
        yield Sample("collector_started_timestamp_seconds", (), self._me.since.timestamp())
        yield Sample("collector_live", (), self._health.live())
        yield Sample("collector_ready", (), self._health.ready())
        for loop in loops:
            name, one = (loop.name,), loop.standing
            if one.lag is not None:
                yield Sample("collector_lag_records", name, one.lag)
            if (age := _age(one.lag, loop.oldest, unix)) is not None:
                yield Sample("collector_oldest_unread_age_seconds", name, age)
            yield Sample("collector_loop_late_seconds", name, one.late(here))
            if one.turned is not None:
                yield Sample("collector_loop_turned_timestamp_seconds", name, unix - (here - one.turned))
            if loop.sweep is not None:
                yield Sample("collector_sweep_under_way", (loop.sweep.instance, loop.sweep.kind), 1)
        for peer in sorted({*self._progress.away, *self._progress.without}):
            yield Sample("collector_peer_away", (peer,), 1)
        for labels in sorted(self._progress.invalid):
            yield Sample("collector_instance_invalid", labels, 1)


def _age(lag: int | None, oldest: float | None, now: float) -> float | None:
    """Of the oldest record that waits, in seconds, and 0 where none does; None where nobody knows."""
    if not lag:
        return None if lag is None else 0.0
    return None if oldest is None else max(0.0, now - oldest)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class's own signature
        """Whoever asks every few seconds is no news."""


@contextmanager
def serving(
    address: str, port: int, health: Health, clock: Callable[[], float] = time.time, more: Collector | None = None
) -> Iterator[int]:
    """For as long as the block; gives the port. `more`: what this stage alone shows. Raises StopWorker without the port."""
    registry = CollectorRegistry(auto_describe=False)  # else `more` would be asked once before anybody wants to know
    registry.register(Shown(health, clock))
    if more is not None:
        registry.register(more)
    ProcessCollector(registry=registry)
    metrics: Callable[..., Iterable[bytes]] = make_wsgi_app(registry)

    def answer(request: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        match request["PATH_INFO"]:
            case "/metrics":
                return metrics(request, start)
            case "/live" | "/ready" as path:
                is_well = health.live() if path == "/live" else health.ready()
                start("200 OK" if is_well else "503 Service Unavailable", [("Content-Type", "text/plain")])
                return [f"{path[1:]}: {'yes' if is_well else 'no'}, release {health.me.release}\n".encode()]
            case _:
                start("404 Not Found", [("Content-Type", "text/plain")])
                return [b"/metrics, /live, /ready\n"]

    try:
        server = make_server(address, port, answer, _Server, _Silent)
    except OSError as exc:
        raise StopWorker(f"METRICS_PORT={port}: {exc.strerror}: choose another one, or 0 for none") from exc
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield int(server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
