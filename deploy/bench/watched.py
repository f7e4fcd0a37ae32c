"""`hydrate` while somebody watches, beside itself while nobody does: a collector of OpenTelemetry, or who scrapes it.

What a trace costs, each event pays: that is a rate beside another. Metrics cost the same however many events there are,
which no rate of a run of seconds can tell from the machine's moods: of them it is measured what a stage at rest takes more.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from deploy.bench import hydrate
from deploy.bench.figures import Comparison, Figure, Result, Run, Target
from deploy.bench.scene import Peaks, Scene, in_turn
from deploy.local.ports import free
from processors.hydrate.stage import HYDRATE

ALONE, TRACED, SCRAPED = hydrate.OURS, "hydrate, traced", "hydrate, scraped"
NOTES = {
    ALONE: "nobody watches",
    TRACED: "OTEL_EXPORTER_OTLP_ENDPOINT is set: one in 100 rows has its way told to a collector that takes all",
}
SCRAPE_S = 1.0
RESTED_S, AT_REST_S = 20.0, 30.0
"""Until it has read its states back, and so long then."""
DEAREST = 0.03


async def measure(scene: Scene, peaks: Peaks) -> list[Result]:
    """Traced and not, round by round; then at rest, scraped and not."""
    wanted, events = await hydrate.published(scene, "watched", scene.sizes.debtors, scene.sizes.events)
    runs: list[Run] = []
    for number in range(scene.sizes.rounds):
        for program in in_turn((ALONE, TRACED), number):
            scene.report(f"watched: round {number + 1}, {program}")
            async with _watching(scene, program) as watched:
                measured = await hydrate.run(watched, hydrate.OURS, number, peaks, wanted)
            runs.append(replace(measured, program=program, items=events))
    traced = Comparison("traced", "events", TRACED, {ALONE: Target(at_least=0.95)}, runs, NOTES)
    alone, scraped = [await _at_rest(scene, program) for program in (ALONE, SCRAPED)]
    note = f"METRICS_PORT set, /metrics read once a second: {1000 * scraped:.1f} ms a second, {1000 * alone:.1f} without"
    return [traced, Figure("hydrate's metrics, share of a core", scraped - alone, "", DEAREST, note)]


async def _at_rest(scene: Scene, program: str) -> float:
    """Processor seconds a second, of one that has read all there is; busy, it has a whole core."""
    scene.report(f"watched: at rest, {program}")
    async with _watching(scene, program) as watched, watched.stage(hydrate.OURS) as stage:
        await scene.joined(stage, HYDRATE.name)
        await scene.drained(stage, HYDRATE.name, HYDRATE.sources)
        await asyncio.sleep(RESTED_S)
        before = stage.cpu
        await asyncio.sleep(AT_REST_S)
        return (stage.cpu - before) / AT_REST_S


@asynccontextmanager
async def _watching(scene: Scene, program: str) -> AsyncIterator[Scene]:
    """The scene with the environment that a program has, and whoever watches it."""
    if program == TRACED:
        with collector() as taken:
            yield replace(scene, env={**scene.env, "OTEL_EXPORTER_OTLP_ENDPOINT": taken.endpoint})
        scene.report(f"watched: the collector took {taken.bytes} bytes")
    elif program == SCRAPED:
        (port,) = free(1)
        scraping = asyncio.create_task(_scrape(port))
        try:
            yield replace(scene, env={**scene.env, "METRICS_PORT": str(port)})
        finally:
            scraping.cancel()
    else:
        yield scene


async def _scrape(port: int) -> None:
    async with httpx.AsyncClient() as client:
        while True:
            with suppress(httpx.HTTPError):  # it does not listen yet, or no more
                await client.get(f"http://127.0.0.1:{port}/metrics")
            await asyncio.sleep(SCRAPE_S)


class Taken:
    """What came: how many bytes, at which address."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.bytes = 0


@contextmanager
def collector() -> Iterator[Taken]:
    """Takes whatever is posted, and reads none of it."""

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            taken.bytes += len(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own signature
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        server.daemon_threads = True
        taken = Taken(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield taken
        finally:
            server.shutdown()
            thread.join()
