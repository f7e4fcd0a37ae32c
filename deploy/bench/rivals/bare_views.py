"""`python -m deploy.bench.rivals.bare_views MONGO_URI DATABASE COLLECTION COUNT VERSION RESULT`

The documents of the `debtors` view, built before the clock starts, in unordered bulk writes of as many as the sink reads at
once. No Kafka, no decoding, no version to respect. RESULT gets what was measured, as JSON.
"""

import asyncio
import sys
import time
from pathlib import Path

import orjson
import uvloop
from pymongo import ReplaceOne

from deploy.bench.debtors import debtors
from schemas.runtime.mongo import connect
from schemas.runtime.settings import MongoSettings
from schemas.views import Document, debtor

BATCH = 2_000


async def work(settings: MongoSettings, collection: str, count: int, version: int) -> dict[str, float]:
    """`seconds` and `cpu` of the writes alone."""
    documents = [debtor(event) for event in debtors(count, version)]
    writes: list[ReplaceOne[Document]] = [ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in documents]
    database = connect(settings)
    await database.client.admin.command("ping")
    began, cpu = time.perf_counter(), time.process_time()
    for start in range(0, count, BATCH):
        await database[collection].bulk_write(writes[start : start + BATCH], ordered=False)
    took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    await database.client.close()
    return took


def main() -> None:
    """On uvloop, as the sink."""
    uri, database, collection, count, version, result = sys.argv[1:]
    settings = MongoSettings(mongo_uri=uri, mongo_database=database)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        took = runner.run(work(settings, collection, int(count), int(version)))
    Path(result).write_bytes(orjson.dumps(took))


if __name__ == "__main__":
    main()
