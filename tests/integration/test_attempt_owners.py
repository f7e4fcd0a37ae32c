"""Whose an attempt is, on a real MongoDB: an attempt of an instance that has left is nobody's any more."""

import pytest
from ulid import ULID

from deploy import clients
from producers.cdr.attempts import Attempts, Owner
from schemas.attempts import ATTEMPTS
from schemas.runtime.settings import MongoSettings
from schemas.suppression import ERASED

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


async def test_an_attempt_of_somebody_who_was_erased_stays_and_is_nobody_s(mongo_uri: str, database: str) -> None:
    """Limits and their proof go on with it; whoever knew whose it was asks before it says more of it."""
    mine, other = str(ULID()), str(ULID())
    async with clients.database(MongoSettings(mongo_uri=mongo_uri, mongo_database=database)) as there:
        owner = {mine: Owner("norte", "7"), other: Owner("norte", "8")}
        await there[ATTEMPTS].insert_many([{"_id": one, **who._asdict()} for one, who in owner.items()])
        attempts = Attempts(there)
        assert await attempts.owners([mine, other]) == owner
        await there[ATTEMPTS].update_one({"_id": mine}, {"$set": {ERASED: True}})

        assert await attempts.erased([mine, other]) == {mine}
        assert await attempts.owners([mine, other]) == {other: owner[other]}
        assert await Attempts(there).owners([mine, other]) == {other: owner[other]}
