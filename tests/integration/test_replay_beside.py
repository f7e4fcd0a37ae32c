"""`collector replay --promote` beside stages that run, and killed in the middle of it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from signal import SIGKILL, SIGTERM

import pytest
from aiokafka import AIOKafkaProducer
from ulid import ULID

from deploy.replay.comparing import compare
from deploy.replay.dropping import drop
from deploy.replay.plan import Replay
from deploy.replay.promoting import promote
from deploy.replay.run import ReplaySettings, replay
from schemas.errors import StopWorker
from schemas.runtime.mongo import Database
from tests.integration.pipeline import Worker, eventually, put_rows, row
from tests.integration.test_replay import (
    CODES,
    RIGHT,
    WRONG,
    mapping_of_before,
    ours,
    run_stage,
    settings_of,
    shows,
    store,
)

__all__ = ("store",)  # a fixture
pytestmark = pytest.mark.integration

DIES = """
import asyncio, os, signal
from deploy.replay.promoting import promote
from deploy.replay.run import ReplaySettings
from schemas.runtime.settings import read

def tell(what, done, of):
    if what.startswith("partitions") and done == 3:
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(promote(read(ReplaySettings), "killed", tell))
"""


@asynccontextmanager
async def kept(stage: str, env: Mapping[str, str], log: Path) -> AsyncIterator[None]:
    """Started again whenever it ends, as a supervisor does."""
    worker = Worker(stage, env, log, "0")

    async def watch() -> None:
        while True:
            if worker.process.poll() is not None:
                worker.start()
            await asyncio.sleep(0.2)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait([watching])
        if worker.process.poll() is None:
            await asyncio.to_thread(worker.kill, SIGTERM)


async def test_a_promotion_that_is_killed_is_finished_by_running_it_again(
    servers: str, sender: AIOKafkaProducer, env: Mapping[str, str], store: Database, prefix: str, tmp_path: Path
) -> None:
    """Half of the partitions are put back, stages go on over both halves, and rows come in between: all ends well."""
    await put_rows(sender, [row(prefix, "client", code, code) for code in CODES])
    await put_rows(sender, [row(prefix, "bill", code, f"{code}1") for code in CODES])
    await run_stage(servers, mapping_of_before(prefix))
    settings = settings_of(env)
    async with AsyncExitStack() as stages:
        for stage in ("hydrate", "dialer", "views"):
            await stages.enter_async_context(kept(stage, env, tmp_path))
        await shows(store, "debtors", prefix, dict.fromkeys(CODES, WRONG))
        await eventually(partial(queued, store, prefix), "the queue")
        await replay(settings, Replay("killed", "debtors"))

        child = await asyncio.create_subprocess_exec(sys.executable, "-c", DIES, env={**os.environ, **env})
        assert await child.wait() == -SIGKILL
        with pytest.raises(StopWorker, match="half promoted"):
            await drop(settings, "killed")
        await put_rows(sender, [row(prefix, "bill", "3", "32")])
        await eventually(partial(promoted, settings, "killed"), "the promotion")
        await shows(store, "debtors", prefix, {**dict.fromkeys(CODES, RIGHT), "3": 2 * RIGHT})

        await replay(settings, Replay("ranks", "queue"))
        await eventually(partial(promoted, settings, "ranks"), "the queue's promotion")
        await put_rows(sender, [row(prefix, "bill", "4", "42")])
        await shows(store, "debtors", prefix, {**dict.fromkeys(CODES, RIGHT), "3": 2 * RIGHT, "4": 2 * RIGHT})
        await eventually(partial(alike, settings, prefix), "nothing that differs")
    for name in ("killed", "ranks"):
        await drop(settings, name)


async def queued(store: Database, instance: str) -> bool:
    return await store["queue"].count_documents({"instance": instance}) == len(CODES)


async def promoted(settings: ReplaySettings, name: str) -> bool:
    """Once it says so; while its stage has not read as far, it asks to be run again."""
    try:
        await promote(settings, name)
    except StopWorker as exc:
        return "promoted already" in str(exc)
    return True


async def alike(settings: ReplaySettings, instance: str) -> bool:
    """History folded once more gives what is shown, by both stages."""
    found = []
    for what in ("debtors", "queue"):
        again = await replay(settings, Replay(f"again-{ULID()}".lower(), what))
        found += ours(await compare(settings, again.id), instance)
        await drop(settings, again.id)
    return not found
