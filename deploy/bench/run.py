"""One run of the benchmarks: broker and database of its own, which are gone afterwards."""

import os
import platform
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import psutil

from deploy.bench import calls, growth, hydrate, latency, memory, poller, rbx, recovery, replaying, views, watched
from deploy.bench.broker import Kafka
from deploy.bench.child import MEGABYTE
from deploy.bench.dashboard import measuring as dashboard
from deploy.bench.figures import Figure, Result
from deploy.bench.options import Sizes
from deploy.bench.scene import Peaks, Scene
from deploy.local.ports import free
from deploy.local.stack import local_stack
from deploy.secrets import make
from deploy.topics import ensure
from schemas.runtime.mongo import connect
from schemas.runtime.settings import MongoSettings

Measure = Callable[[Scene, Peaks], Awaitable[Sequence[Result]]]
DATABASE = "bench"
LIMITS_MB = {**dict.fromkeys(("erp-poller", "hydrate", "dialer"), 512.0), rbx.MEMORY: 300.0}
MEASURES: dict[str, Measure] = {
    "hydrate": hydrate.measure,
    "views": views.measure,
    "latency": latency.measure,
    "poller": poller.measure,
    "rbx": rbx.measure,
    "recovery": recovery.measure,
    "memory": memory.measure,
    "replay": replaying.measure,
    "calls": calls.measure,
    "dashboard": dashboard.measure,
    "watched": watched.measure,
    "growth": growth.measure,
}


async def bench(parts: Sequence[str], sizes: Sizes, report: Callable[[str], None]) -> list[Result]:
    """Run `parts` one after the other, then tell the memory of every stage that took part. Raises StopWorker."""
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="collector-bench-")))
        report(f"logs: {folder / 'logs'}")
        # never a broker that the environment names: topics are deleted here
        async with local_stack(folder, report, environ={}) as stack:
            await ensure(stack.kafka_bootstrap, 1)
            env = environment(os.environ, stack.environment, folder)
            database = connect(MongoSettings(mongo_uri=stack.mongo_uri, mongo_database=DATABASE))
            scene = Scene(Kafka(stack.kafka_bootstrap), database, env, folder, sizes, report)
            peaks = Peaks()
            results: list[Result] = []
            try:
                for part in parts:
                    results.extend(await MEASURES[part](scene, peaks))
            finally:
                await database.client.close()
            return [*results, *_memory(peaks)]


def environment(outside: Mapping[str, str], servers: Mapping[str, str], folder: Path) -> dict[str, str]:
    """What every program is told. As in the image, Python finds its modules compiled: the first start of each does that."""
    kept = {name: value for name, value in outside.items() if name != "PYTHONDONTWRITEBYTECODE"}
    ours = {
        "MONGO_DATABASE": DATABASE,
        "DASHBOARD_PORT": str(free(1)[0]),
        "DASHBOARD_LOGIN": "off",
        "LOG_LEVEL": "INFO",
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }
    return kept | make({}) | dict(servers) | ours


def _memory(peaks: Peaks) -> list[Figure]:
    return [
        Figure(f"memory of {stage}", peak, "MB", LIMITS_MB.get(stage), "most resident, sampled ten times a second")
        for stage, peak in sorted(peaks.items())
    ]


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "processors": psutil.cpu_count(),
        "memory_mb": round(psutil.virtual_memory().total / MEGABYTE),
        "load_before": psutil.getloadavg()[0],
    }
