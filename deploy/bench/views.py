"""The sink `views` draining debtor events into MongoDB, beside a bare bulk write of the same documents.

Two passes: into an empty collection, then over documents that are there. The sink's run begins when it has taken over its
partitions (a second of looking at indexes, offsets and epochs, told as start-up) and ends when all is committed. The
bare program's is its writes alone, over a connection that is open.
"""

import asyncio
from time import time

import orjson

from deploy.bench.child import Child
from deploy.bench.debtors import debtors
from deploy.bench.figures import Comparison, Run, Target
from deploy.bench.scene import VIEW, WITHIN_S, Peaks, Scene, in_turn
from schemas.codec import encode
from schemas.keys import partition_of
from schemas.runtime.kafka import Message, producer, publish
from schemas.topics import DEBTORS
from schemas.views import EPOCHS, debtor

OURS, BARE = "views", "bulk_write"
NOTES = {
    OURS: "collector run views: read, decode, write the newest a document and the position in one transaction, commit",
    BARE: "pymongo async bulk_write of prebuilt upserts, 2,000 unordered: no Kafka, no decoding, no versions",
}
TARGET = Target(at_least=0.7)
PASSES = ("inserts", "updates")
PUBLISH_AT_ONCE = 2_000


async def measure(scene: Scene, peaks: Peaks) -> list[Comparison]:
    """Both programs, round by round, both passes."""
    await asyncio.to_thread(scene.kafka.renew, [DEBTORS])
    runs: dict[str, list[Run]] = {name: [] for name in PASSES}
    for number in range(scene.sizes.rounds):
        for program in in_turn((OURS, BARE), number):
            scene.report(f"views: round {number + 1}, {program}")
            collection = VIEW.name if program == OURS else f"bare_{VIEW.name}"
            await scene.database[collection].drop()
            for index in VIEW.indexes:
                await scene.database[collection].create_index(list(index))
            for turn, name in enumerate(PASSES, 1):
                runs[name].append(
                    await _ours(scene, number, 2 * number + turn, peaks)
                    if program == OURS
                    else await _bare(scene, number, collection, turn)
                )
    return [Comparison(f"views, {name}", "events", OURS, {BARE: TARGET}, runs[name], NOTES) for name in PASSES]


async def _ours(scene: Scene, number: int, version: int, peaks: Peaks) -> Run:
    await _publish(scene, version)
    before = await scene.database[EPOCHS].distinct("run", {"view": VIEW.name})
    async with scene.stage(OURS) as running:
        await _taken(scene, running, before)
        began, cpu = time(), running.cpu
        await scene.drained(running, VIEW.group, [DEBTORS])
        seconds, cpu = time() - began, running.cpu - cpu
    peaks.note(OURS, running)
    wrong = await _wrong(scene, VIEW.name, version)
    return Run(OURS, number, scene.sizes.documents, seconds, began - running.began, cpu, running.peak, wrong)


async def _taken(scene: Scene, running: Child, before: list[str]) -> None:
    """Returns when every partition is in the hands of a run of the sink that is none of `before`."""
    loop = asyncio.get_running_loop()

    async def count() -> int:
        return await scene.database[EPOCHS].count_documents({"view": VIEW.name, "run": {"$nin": before}})

    await running.until(lambda: asyncio.run_coroutine_threadsafe(count(), loop).result() == DEBTORS.partitions, WITHIN_S)


async def _bare(scene: Scene, number: int, collection: str, version: int) -> Run:
    result = scene.folder / f"{collection}.{number}.{version}.json"
    where = (scene.env["MONGO_URI"], scene.database.name, collection)
    async with scene.rival("bare_views", *where, scene.sizes.documents, version, result) as running:
        await running.ended()
    took = orjson.loads(result.read_bytes())
    wrong = await _wrong(scene, collection, version)
    return Run(BARE, number, scene.sizes.documents, took["seconds"], cpu=took["cpu"], peak=running.peak, wrong=wrong)


async def _publish(scene: Scene, version: int) -> None:
    sender = producer(scene.kafka.servers)
    await sender.start()
    try:
        parts: dict[int, list[Message]] = {number: [] for number in range(DEBTORS.partitions)}
        for event in debtors(scene.sizes.documents, version):
            part = parts[partition_of(event.key, DEBTORS.partitions)]
            part.append(Message(event.key, encode(event), []))
            if len(part) == PUBLISH_AT_ONCE:
                await publish(sender, DEBTORS.name, partition_of(event.key, DEBTORS.partitions), part)
                part.clear()
        for number, part in parts.items():
            await publish(sender, DEBTORS.name, number, part)
    finally:
        await sender.stop()


async def _wrong(scene: Scene, collection: str, version: int) -> str:
    """One sentence where the collection is not what the events say."""
    stored = {one.pop("_id"): one async for one in scene.database[collection].find({}, {"version": 0})}
    wanted = map(debtor, debtors(scene.sizes.documents, version))
    other = sum(stored.pop(document.pop("_id"), None) != document for document in wanted)
    return f"wrong: {other} documents are missing or differ, {len(stored)} are nobody's" if other or stored else ""
