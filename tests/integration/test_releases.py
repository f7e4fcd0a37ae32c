"""Of releases that start at once the newest leaves its number, and no older one takes it away."""

import asyncio
from datetime import UTC, datetime

import pytest

from schemas.runtime.mongo import connect
from schemas.runtime.releases import RELEASES, leave, newest
from schemas.runtime.settings import MongoSettings

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


async def test_the_newest_of_many_that_start_at_once_stays(mongo_uri: str, database: str) -> None:
    store = connect(MongoSettings(mongo_uri=mongo_uri, mongo_database=database))
    try:
        assert await newest(store) == ""
        assert await leave(store, "", NOW) == ""
        assert await store[RELEASES].count_documents({}) == 0, "whoever knows no number leaves none"

        releases = [f"0.{minor}.0" for minor in (9, 10, 2, 11, 1)] * 4
        told = await asyncio.gather(*(leave(store, release, NOW) for release in releases))

        assert await newest(store) == "0.11.0"
        assert await leave(store, "0.9.0", NOW) == "0.11.0"
        assert all(
            tuple(map(int, one.split("."))) >= tuple(map(int, release.split(".")))
            for one, release in zip(told, releases, strict=True)
        )
        assert await store[RELEASES].count_documents({}) == 1
    finally:
        await store.client.close()
