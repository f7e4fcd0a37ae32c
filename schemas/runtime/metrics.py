"""`/metrics`, `/live` and `/ready` of one process, on a port of its own. A thread answers: no loop is asked, or waited for.

Everything is read from what the watchdog and the heartbeat read, when somebody asks; nothing is counted while records
pass, so that metrics cost a stage nothing.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, ProcessCollector, make_wsgi_app
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from schemas.errors import StopWorker
from schemas.runtime.metric_names import MEANINGS, Metric
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


class Shown(Collector):
    """What the process's progress shows at the moment of asking. `clock`: Unix time, beside that of its loops."""

    def __init__(self, health: Health, clock: Callable[[], float]) -> None:
        self._health = health
        self._me = health.me
        self._progress = health.progress
        self._clock = clock

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """One family each, in the order of their names' list."""
        here, unix = self._progress.clock(), self._clock()
        loops = list(self._progress.loops)
        standings = {loop.name: loop.standing for loop in loops}
        me = {"stage": self._me.stage, "worker": self._me.worker, "release": self._me.release}
        yield _family("collector_process", [(me, 1)])
        yield _family("collector_started_timestamp_seconds", [({}, self._me.since.timestamp())])
        yield _family("collector_live", [({}, self._health.live())])
        yield _family("collector_ready", [({}, self._health.ready())])
        lags = [({"loop": name}, one.lag) for name, one in standings.items() if one.lag is not None]
        yield _family("collector_lag_records", lags)
        yield _family("collector_loop_late_seconds", [({"loop": name}, one.late(here)) for name, one in standings.items()])
        turned = [({"loop": n}, unix - (here - one.turned)) for n, one in standings.items() if one.turned is not None]
        yield _family("collector_loop_turned_timestamp_seconds", turned)
        away = sorted({*self._progress.away, *self._progress.without})
        yield _family("collector_peer_away", [({"peer": name}, 1) for name in away])
        sweeps = [loop.sweep for loop in loops if loop.sweep is not None]
        under_way = [({"instance": one.instance, "kind": one.kind}, 1) for one in sweeps]
        yield _family("collector_sweep_under_way", under_way)


def _family(name: Metric, samples: Iterable[tuple[dict[str, str], float]]) -> GaugeMetricFamily:
    found = list(samples)
    family = GaugeMetricFamily(name, MEANINGS[name], labels=list(found[0][0]) if found else ())
    for labels, value in found:
        family.add_metric(list(labels.values()), float(value))
    return family


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class's own signature
        """Whoever asks every few seconds is no news."""


@contextmanager
def serving(address: str, port: int, health: Health, clock: Callable[[], float] = time.time) -> Iterator[int]:
    """For as long as the block; gives the port. Raises StopWorker where it cannot be had."""
    registry = CollectorRegistry()
    registry.register(Shown(health, clock))
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
