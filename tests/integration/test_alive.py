"""Alive means progress, on the real parts: who stands still ends itself, who waits for a peer does not; both are seen."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from signal import SIGCONT, SIGSTOP, SIGTERM

import httpx
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient

from deploy.local import stack
from deploy.local.mongo import Database
from deploy.local.ports import free
from schemas.codec import decode
from schemas.runtime.watchdog import TRY_AGAIN
from schemas.stages import Heartbeat
from schemas.topics import HEARTBEATS
from tests.integration.pipeline import PATIENCE_S, Worker, contents, eventually, running
from tests.integration.test_views import debtor, put

pytestmark = pytest.mark.integration

STALL_S = 3.0
SINK_STALL_S = 25.0
"""Longer than a sink needs to start on a busy machine, shorter than its own patience with MongoDB."""
GROUP_STALL_S = 25.0
"""Less than the minute for which the broker waits for a member to join again."""
SLEEPER = """
import processors.keyed.app, processors.keyed.batches
processors.keyed.app.SESSION_MS = processors.keyed.batches.SESSION_MS = 300_000
from processors.hydrate.worker import main
main()
"""
"""A worker that its group misses only after five minutes."""
BLOCKS = """
import asyncio, sys, time
from schemas.runtime.process import run
from schemas.runtime.progress import PROCESS
from schemas.runtime.settings import Base

async def turn():
    with PROCESS.loop("the mill") as loop:
        while True:
            loop.turned(within=0.1)
            await asyncio.sleep(0.05)

async def main(settings):
    turning = asyncio.create_task(turn())
    print("at work", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    {blocking}

run("miller", Base, main)
"""


class Mill:
    """A stage of a few lines that does as it is told when it reads a line."""

    def __init__(self, folder: Path, blocking: str) -> None:
        self.alive = folder / "alive"
        env = {**os.environ, "STALL_SECONDS": str(STALL_S), "ALIVE_FILE": str(self.alive)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", BLOCKS.replace("{blocking}", blocking)],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "at work\n"

    def until_alive(self) -> None:
        self.alive.unlink(missing_ok=True)
        ends = time.monotonic() + PATIENCE_S
        while not self.alive.exists():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < ends, "not alive"
            time.sleep(0.05)

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()


@pytest.mark.parametrize(
    ("blocking", "loop"),
    [
        ("time.sleep(600)", "the event loop"),
        ("turning.cancel(); l = PROCESS.loop('the stone'); l.__enter__(); await asyncio.Event().wait()", "the stone"),
        ("turning.cancel(); await asyncio.Event().wait()", "the stage as a whole"),
    ],
)
def test_what_stands_still_ends_itself_with_one_line(tmp_path: Path, blocking: str, loop: str) -> None:
    mill = Mill(tmp_path, blocking)
    mill.until_alive()
    mill.go()
    _, said = mill.process.communicate(timeout=PATIENCE_S)
    assert mill.process.returncode == TRY_AGAIN, said
    assert said.count("\n") == 1
    assert said.startswith(f"miller: no progress of {loop} for ")


def test_who_was_stopped_for_longer_than_the_limit_goes_on_when_it_wakes(tmp_path: Path) -> None:
    """All its loops are late when it wakes: it must not take that for standing still."""
    mill = Mill(tmp_path, "await asyncio.Event().wait()")
    mill.go()
    mill.until_alive()
    mill.process.send_signal(SIGSTOP)
    time.sleep(2.5 * STALL_S)  # the length of its sleep, not a wait for anything
    mill.process.send_signal(SIGCONT)
    for _ in range(3):
        mill.until_alive()
    mill.process.send_signal(SIGTERM)
    _, said = mill.process.communicate(timeout=PATIENCE_S)
    assert (mill.process.returncode, said) == (0, "")


async def _answer(port: int, path: str) -> tuple[int, str]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
        answer = await client.get(path)
        return answer.status_code, answer.text


@pytest_asyncio.fixture
async def mongod(tmp_path: Path) -> AsyncIterator[Database]:
    """One of its own: it is going to be stopped."""
    server = stack.database(tmp_path / "mongod", free(1)[0], print)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


async def test_views_waits_for_a_mongod_that_was_stopped_and_is_not_alive_meanwhile(
    sender: AIOKafkaProducer, servers: str, mongod: Database, prefix: str, tmp_path: Path
) -> None:
    """With mongod stopped "alive" stayed fresh for 65 s, and the port of a stopped server is open."""
    alive, port = tmp_path / "alive", free(1)[0]
    env = {
        "KAFKA_BOOTSTRAP_SERVERS": servers,
        "MONGO_URI": mongod.uri,
        "MONGO_DATABASE": prefix,
        "METRICS_PORT": str(port),
    }
    with running("views", {**env, "STALL_SECONDS": str(SINK_STALL_S), "ALIVE_FILE": str(alive)}, tmp_path, prefix) as sink:
        await _touched(alive)
        assert mongod.pid is not None
        os.kill(mongod.pid, SIGSTOP)
        try:
            await _told(servers, prefix, lambda beat: beat.away == ("MongoDB",))
            alive.unlink(missing_ok=True)
            await put(sender, [debtor(prefix, "1", 1)])
            await asyncio.sleep(1.2 * SINK_STALL_S)  # how long it may not end, though nothing goes on
            assert not alive.exists()
            assert sink.process.poll() is None, sink.log.read_text()[-2000:]
            assert [(await _answer(port, path))[0] for path in ("/live", "/ready")] == [200, 503]
            assert 'collector_peer_away{peer="MongoDB"} 1.0' in (await _answer(port, "/metrics"))[1]
        finally:
            os.kill(mongod.pid, SIGCONT)
        await _touched(alive)

        async def ready() -> bool:
            return (await _answer(port, "/ready"))[0] == 200

        await eventually(ready, "a stage that waits for nobody")
        said = re.findall(r'"peer": "MongoDB".*"event": "(peer_away|peer_back)"', sink.log.read_text())
        assert said == ["peer_away", "peer_back"] * (len(said) // 2), "once each"
        assert said
        told = (await _answer(port, "/metrics"))[1]
        assert 'collector_process{release="' in told
        assert 'collector_lag_records{loop="view debtors"}' in told
        async with AsyncMongoClient(mongod.uri) as client:

            async def written() -> bool:
                return await client[prefix]["debtors"].count_documents({"instance": prefix}) == 1

            await eventually(written, "what came meanwhile")

            async def shown() -> object:
                return await client[prefix]["stages"].find_one(
                    {"_id": f"views:{prefix}", "away": [], "held.topic": "debtor.v1"}
                )

            document = await eventually(shown, "its own heartbeat in the view")
        assert document["release"]
        assert "debtor.v1" in [held["topic"] for held in document["held"]]
        sink.kill(SIGTERM)
        assert (await _beats(servers, prefix))[-1] is None, "its goodbye"
        sink.start()


@pytest.mark.parametrize("stage", ["views", "hydrate"])
async def test_of_two_workers_of_one_name_one_ends_with_a_line(
    stage: str, env: Mapping[str, str], prefix: str, tmp_path: Path
) -> None:
    """They pushed each other out of every group for ever, read nothing, and looked healthy."""
    alive = tmp_path / "alive"
    with running(stage, {**env, "ALIVE_FILE": str(alive)}, tmp_path, prefix) as first:
        await _touched(alive)
        (tmp_path / "second").mkdir()
        second = Worker(stage, env, tmp_path / "second", prefix)
        try:

            async def ended() -> list[Worker]:
                return [one for one in (first, second) if one.process.poll() is not None]

            gone = (await eventually(ended, "the end of one of the two"))[0]
            assert gone.process.returncode == TRY_AGAIN
            assert f"-{prefix}, and one of the two must go" in gone.log.read_text().splitlines()[-1]
        finally:
            if second.process.poll() is None:
                second.kill(SIGTERM)
        if first.process.poll() is not None:
            first.start()
        alive.unlink(missing_ok=True)
        await _touched(alive)


async def test_a_worker_whose_partitions_are_never_shared_out_ends_itself(
    env: Mapping[str, str], prefix: str, tmp_path: Path
) -> None:
    """All its loops were at rest when the group began to share out: it looked like one that has nothing to do."""
    alive = {name: tmp_path / f"alive-{name}" for name in ("first", "sleeper")}
    patient = {**env, "STALL_SECONDS": str(GROUP_STALL_S)}
    with running("hydrate", {**patient, "ALIVE_FILE": str(alive["first"])}, tmp_path, f"{prefix}-first") as first:
        await _touched(alive["first"])
        sleeper = _sleeper({**env, "WORKER_NAME": f"{prefix}-sleeper", "ALIVE_FILE": str(alive["sleeper"])})
        third = None
        try:
            await _touched(alive["sleeper"])
            sleeper.send_signal(SIGSTOP)
            third = Worker("hydrate", env, tmp_path, f"{prefix}-third")

            async def ended() -> bool:
                return first.process.poll() is not None

            await eventually(ended, "the end of the one that waits")
            assert first.process.returncode == TRY_AGAIN
            assert "hydrate: no progress of hydrate's agent for " in first.log.read_text().splitlines()[-1]
        finally:
            sleeper.kill()
            sleeper.wait()
            if third is not None and third.process.poll() is None:
                third.kill(SIGTERM)
        alive["first"].unlink()
        first.start()
        await _touched(alive["first"])


def _sleeper(env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SLEEPER], env={**os.environ, **env})


async def _touched(alive: Path) -> None:
    async def there() -> bool:
        return os.path.exists(alive)  # noqa: ASYNC240, PTH110 - one look every tenth of a second

    await eventually(there, "its file")


async def _beats(servers: str, worker: str) -> list[Heartbeat | None]:
    found = await contents(servers, HEARTBEATS, "views")
    return [None if value is None else decode(Heartbeat, value) for key, value in found if key == f"views:{worker}".encode()]


async def _told(servers: str, worker: str, wanted: Callable[[Heartbeat], bool]) -> None:
    async def heard() -> bool:
        return any(beat is not None and wanted(beat) for beat in await _beats(servers, worker))

    await eventually(heard, "the heartbeat that tells it")
