"""A stage that starts leaves its release's number with the database, and says in its log that a newer one was there."""

import asyncio
from datetime import UTC, datetime

import structlog
from pymongo.errors import PyMongoError

from schemas.runtime import mongo
from schemas.runtime.releases import leave, older
from schemas.runtime.settings import MongoSettings

TRY_EVERY_S = 5.0
log = structlog.get_logger()


async def told(settings: MongoSettings, ours: str) -> None:
    """Once, as soon as MongoDB answers. The stage's work waits for nothing of it."""
    database = mongo.connect(settings)
    try:
        while True:
            try:
                newest = await leave(database, ours, datetime.now(UTC))
            except PyMongoError:
                await asyncio.sleep(TRY_EVERY_S)
                continue
            if said := older(ours, newest):
                log.warning("older_release", reason=said)
            return
    finally:
        await database.client.close()
