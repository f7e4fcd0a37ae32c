"""`hydrate` while somebody watches, beside itself while nobody does: a collector of OpenTelemetry, or who scrapes it.

Both stand in this process, on the same machine: what they take is part of what watching costs.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from deploy.bench import hydrate
from deploy.bench.figures import Comparison, Run, Target
from deploy.bench.scene import Peaks, Scene, in_turn
from deploy.local.ports import free

ALONE, TRACED, SCRAPED = hydrate.OURS, "hydrate, traced", "hydrate, scraped"
NOTES = {
    ALONE: "nobody watches",
    TRACED: "OTEL_EXPORTER_OTLP_ENDPOINT is set: one in 100 rows has its way told to a collector that takes all",
    SCRAPED: "METRICS_PORT is set, and /metrics read once a second",
}
NAMES = {TRACED: "traced", SCRAPED: "metrics"}
SCRAPE_S = 1.0


async def measure(scene: Scene, peaks: Peaks) -> list[Comparison]:
    """All three, round by round; a comparison for each of those that are watched."""
    wanted, events = await hydrate.published(scene, "watched", scene.sizes.debtors, scene.sizes.events)
    runs: list[Run] = []
    for number in range(scene.sizes.rounds):
        for program in in_turn((ALONE, TRACED, SCRAPED), number):
            scene.report(f"watched: round {number + 1}, {program}")
            async with _watching(scene, program) as watched:
                measured = await hydrate.run(watched, hydrate.OURS, number, peaks, wanted)
            runs.append(replace(measured, program=program, items=events))
    return [_comparison(program, runs) for program in NAMES]


def _comparison(program: str, runs: list[Run]) -> Comparison:
    both = [one for one in runs if one.program in {program, ALONE}]
    return Comparison(
        NAMES[program],
        "events",
        program,
        {ALONE: Target(at_least=0.95)},
        both,
        {one: NOTES[one] for one in (program, ALONE)},
    )


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
