"""Whose an attempt is, on a real MongoDB: an attempt of an instance that has left is nobody's any more."""

import pytest
from ulid import ULID

from deploy import clients
from producers.cdr.attempts import Attempts, Owner
from schemas.attempts import ATTEMPTS
from schemas.runtime.settings import MongoSettings

pytestmark = pytest.mark.integration


async def test_what_is_erased_with_its_instance_is_not_remembered(mongo_uri: str, database: str) -> None:
    """While a removal waits for a call that is going on, its evidence is still known by its attempt."""
    mine, other = str(ULID()), str(ULID())
    async with clients.database(MongoSettings(mongo_uri=mongo_uri, mongo_database=database)) as there:
        owner = {mine: Owner("norte", "7"), other: Owner("sul", "8")}
        await there[ATTEMPTS].insert_many([{"_id": one, **who._asdict()} for one, who in owner.items()])
        attempts = Attempts(there)
        attempts.keep({"norte", "sul"})
        assert await attempts.owners([mine, other]) == owner

        attempts.keep({"sul"})
        assert await attempts.owners([mine, other]) == owner
        await there[ATTEMPTS].delete_many({})
        assert await attempts.owners([mine, other]) == {other: owner[other]}
