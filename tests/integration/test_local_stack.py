"""The real broker and database as our own child processes: what survives, what does not, and that nothing is left behind."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from signal import SIGSTOP

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pymongo import AsyncMongoClient

from deploy.local.stack import Stack, local_stack
from deploy.topics import ensure
from schemas.errors import StopWorker
from schemas.topics import SWEEPS
from tests.integration.pipeline import PATIENCE_S

pytestmark = pytest.mark.integration

FORGETFUL: dict[str, str] = {}

HOLD = """
import asyncio, json, pathlib, sys
from deploy.local.stack import local_stack
async def main():
    async with local_stack(pathlib.Path(sys.argv[1]), lambda line: None, {}) as stack:
        print(json.dumps([stack.kafka.pid, stack.mongo.pid]), flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""


async def remember(stack: Stack, text: str) -> None:
    async with AIOKafkaProducer(bootstrap_servers=stack.kafka_bootstrap, acks="all") as sender:
        await sender.send_and_wait(SWEEPS.name, text.encode())
    async with AsyncMongoClient[dict[str, str]](stack.mongo_uri) as client:
        await client["memory"]["texts"].insert_one({"_id": text})


async def recall(stack: Stack) -> tuple[list[str], list[str]]:
    async with AIOKafkaConsumer(
        SWEEPS.name, bootstrap_servers=stack.kafka_bootstrap, auto_offset_reset="earliest"
    ) as reader:
        (partition,) = reader.assignment()
        end = (await reader.end_offsets([partition]))[partition]
        records = []
        while await reader.position(partition) < end:
            records.append((await reader.getone()).value.decode())
    async with AsyncMongoClient[dict[str, str]](stack.mongo_uri) as client:
        return records, [one["_id"] async for one in client["memory"]["texts"].find().sort("_id")]


async def test_what_was_acknowledged_survives_restart_kill_and_the_next_up(tmp_path: Path) -> None:
    """The same addresses within one life of the stack, others in the next, the same data in all."""
    told: list[str] = []
    async with local_stack(tmp_path / "home", told.append, FORGETFUL) as stack:
        assert stack.kafka is not None
        assert stack.mongo is not None
        await ensure(stack.kafka_bootstrap, 1, topics=[SWEEPS])
        await remember(stack, "1 first")
        before = stack.kafka.pid, stack.mongo.pid
        await asyncio.gather(stack.kafka.restart(), stack.mongo.restart())
        assert {stack.kafka.pid, stack.mongo.pid}.isdisjoint({*before, None})
        await remember(stack, "2 after a restart")
        await asyncio.gather(stack.kafka.kill(), stack.mongo.kill())
        assert (stack.kafka.pid, stack.mongo.pid) == (None, None)
        await asyncio.gather(stack.kafka.start(), stack.mongo.start())
        await remember(stack, "3 after kill -9")
    assert len(told) == 6 + ("once" in told[0])
    async with local_stack(tmp_path / "home", told.append, FORGETFUL) as stack:
        assert await recall(stack) == (["1 first", "2 after a restart", "3 after kill -9"],) * 2


async def test_a_server_that_ends_unasked_is_started_again(tmp_path: Path) -> None:
    async with local_stack(tmp_path, print, {"KAFKA_BOOTSTRAP_SERVERS": "elsewhere:9092"}) as stack:
        assert stack.mongo is not None
        keeper = asyncio.create_task(stack.mongo.keep())
        first = stack.mongo.pid
        assert first is not None
        psutil.Process(first).kill()
        async with asyncio.timeout(30):
            while stack.mongo.pid in {first, None}:
                await asyncio.sleep(0.05)
        keeper.cancel()


async def test_what_the_environment_names_is_not_started(tmp_path: Path) -> None:
    named = {"KAFKA_BOOTSTRAP_SERVERS": "broker:9092", "MONGO_URI": "mongodb://database"}
    async with local_stack(tmp_path, print, named) as stack:
        assert stack == Stack("broker:9092", "mongodb://database", None, None)
        assert stack.environment == named
    async with local_stack(tmp_path, print, {"KAFKA_BOOTSTRAP_SERVERS": "broker:9092"}) as stack:
        assert stack.kafka is None
        assert stack.mongo_uri.startswith("mongodb://127.0.0.1:")


async def test_two_stacks_run_side_by_side_and_throw_their_data_away() -> None:
    named = {"KAFKA_BOOTSTRAP_SERVERS": "broker:9092"}
    async with local_stack(None, print, named) as one, local_stack(None, print, named) as other:
        assert one.mongo is not None
        assert other.mongo is not None
        assert one.mongo_uri != other.mongo_uri
        folders = [one.mongo.folder, other.mongo.folder]
        assert all(folder.exists() for folder in folders)
    assert not any(folder.exists() for folder in folders)


async def test_a_server_that_cannot_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "mongo").mkdir()
    (tmp_path / "mongo" / "storage.bson").write_text("not a database")
    with pytest.raises(StopWorker, match=r"(?s)MongoDB ended with code .*mongo\.log ends so:.*storage engine metadata"):
        async with local_stack(tmp_path, print, {"KAFKA_BOOTSTRAP_SERVERS": "broker:9092"}):
            pytest.fail("it started")


async def test_a_first_start_that_was_cut_at_any_moment_is_finished_by_the_next(tmp_path: Path) -> None:
    """Killed as soon as a server has written so many files: half a format, half a storage engine, half a replica set."""
    home = tmp_path / "home"

    def written() -> int:
        """`walk` passes over what goes while it looks: a start that begins anew empties its folder."""
        return sum(len(names) + len(files) for part in ("kafka", "mongo") for _, names, files in os.walk(home / part))

    def cut(files: int) -> None:
        with subprocess.Popen([sys.executable, "-c", HOLD, home], stdout=subprocess.DEVNULL) as parent:
            try:
                while written() < files:
                    assert parent.poll() is None
                parent.send_signal(SIGSTOP)  # else it may start another one between our look and its end
                servers = psutil.Process(parent.pid).children(recursive=True)
            finally:
                parent.kill()  # whatever happens: else the block waits for its end
            _, alive = psutil.wait_procs(servers, PATIENCE_S)  # while it dies a server still locks its folder
            assert not alive

    for files in (2, 6, 12, 30, 60):
        await asyncio.to_thread(cut, files)
    async with local_stack(home, print, FORGETFUL) as stack:
        await ensure(stack.kafka_bootstrap, 1, topics=[SWEEPS])
        await remember(stack, "after the cuts")
        assert await recall(stack) == (["after the cuts"],) * 2
    assert not list(home.glob("*.unfinished"))


async def test_a_first_start_that_was_cut_where_no_storage_engine_gets_over_it_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "mongo" / "journal").mkdir(parents=True)
    (tmp_path / "mongo" / "storage.bson").write_text("half a file")
    (tmp_path / "mongo.unfinished").touch()
    said: list[str] = []
    async with local_stack(tmp_path, said.append, {"KAFKA_BOOTSTRAP_SERVERS": "broker:9092"}):
        assert said[0] == "the first start of MongoDB was cut: it begins anew"
    assert not (tmp_path / "mongo.unfinished").exists()


def test_kill_9_of_the_parent_leaves_no_server_behind(tmp_path: Path, gone: Callable[..., bool]) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        servers = json.loads(parent.stdout.readline())
        assert all(psutil.pid_exists(server) for server in servers)
        parent.kill()
    assert gone(*servers)
