"""How long a changed bill takes through the whole pipe: poller's outbox → hydrate → debtor.v1 → views → MongoDB.

The clock of a row starts when it is due to be published, so that a publisher that is held up counts; it stops when a
change stream on the view brings a document that holds the row. Both are this process's clock.
"""

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random

from deploy.bench.figures import Figure, percentile
from deploy.bench.provider import INSTANCE, SEED
from deploy.bench.scene import VIEW, WITHIN_S, Peaks, Scene
from deploy.simulators.ixc.filters import Row
from processors.hydrate.stage import HYDRATE
from producers.erp.changes import Change, examine
from producers.erp.lease import identity
from producers.erp.outbox import Outbox
from schemas.erp.ixc import BILLS
from schemas.runtime.transactions import Writer

TICK_S = 0.05
Bills = Iterator[Change]
P99_LIMIT_MS = 1_000.0
HOW = "due to be published until a change stream on the view shows it"


async def measure(scene: Scene, peaks: Peaks) -> list[Figure]:
    """p50, p99 and the longest, in milliseconds."""
    scene.report(f"latency: a first sweep of {scene.sizes.debtors} debtors")
    bills = new_bills(await scene.sweep_once())
    async with scene.stage("hydrate") as hydrate, scene.stage("views") as views:
        await scene.drained(hydrate, HYDRATE.name, HYDRATE.sources)
        await scene.shown(views)
        scene.report(f"latency: {scene.sizes.rate} rows a second for {scene.sizes.seconds} s")
        waits = await measured(scene, bills)
    peaks.note("hydrate", hydrate)
    peaks.note("views", views)
    name = f"latency at {scene.sizes.rate} rows a second"
    return [
        Figure(f"{name}, p50", percentile(waits, 50), "ms", note=HOW),
        Figure(f"{name}, p99", percentile(waits, 99), "ms", P99_LIMIT_MS, HOW),
        Figure(f"{name}, longest", max(waits), "ms", note=HOW),
    ]


def new_bills(rows: list[Row]) -> Iterator[Change]:
    """For ever: another bill like one of `rows`, of a client drawn by lot."""
    rng = Random(SEED)  # noqa: S311 - repeatable, not secret
    number = max(int(row["id"]) for row in rows)
    while True:
        number += 1
        yield examine(BILLS, rng.choice(rows) | {"id": str(number), "status": "A", "liberado": "S"}, str)


async def measured(scene: Scene, bills: Bills) -> list[float]:
    """Milliseconds of each row, in the order of arrival."""
    with _left_alone():
        return await _shown(scene, bills)


@contextmanager
def _left_alone() -> Iterator[None]:
    """No garbage collection looks through what this process holds by now, whole providers: rows are due meanwhile.

    Of a 99th percentile of 3.1 s beside a replay 1.9 s were this process's own.
    """
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def _shown(scene: Scene, bills: Bills) -> list[float]:
    due: dict[str, float] = {}
    waits: list[float] = []
    total = scene.sizes.rate * scene.sizes.seconds
    async with await scene.database[VIEW.name].watch() as stream, asyncio.TaskGroup() as group:
        group.create_task(_publish(scene, bills, due))
        async with asyncio.timeout(scene.sizes.seconds + WITHIN_S):
            async for change in stream:
                arrived = time.perf_counter()
                waits += [
                    1_000 * (arrived - due.pop(bill["id"])) for bill in change["fullDocument"]["bills"] if bill["id"] in due
                ]
                if len(waits) == total:
                    return waits
    return waits


async def _publish(scene: Scene, bills: Bills, due: dict[str, float]) -> None:
    """At the given pace, as the poller does: a page at a time, of all that is due when the one before is committed."""
    writer = Writer(scene.kafka.servers, identity(INSTANCE.name))
    await writer.open()
    try:
        outbox = Outbox(writer)
        total, done = scene.sizes.rate * scene.sizes.seconds, 0
        began = time.perf_counter()
        while done < total:
            await asyncio.sleep(began + (done + 1) / scene.sizes.rate + TICK_S - time.perf_counter())
            until = min(total, int((time.perf_counter() - began) * scene.sizes.rate))
            rows = [next(bills) for _ in range(done, until)]
            due.update({row.code: began + number / scene.sizes.rate for number, row in enumerate(rows, done)})
            await outbox.page(INSTANCE, BILLS, "latency", datetime.now(UTC), rows)
            done = until
    finally:
        await writer.close()
