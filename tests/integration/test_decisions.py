"""What a decision on a page writes, on a real MongoDB: nothing where the role does not allow it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from dashboard.controls import Clerk
from schemas.audit import AUDIT
from schemas.controls import BLOCKLIST, PROMISES
from schemas.runtime.mongo import Database, connect
from schemas.runtime.settings import MongoSettings
from schemas.views import INSTANCES

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOW.date()
PERSON = "a" * 32


@pytest.fixture
async def store(mongo_uri: str, database: str) -> AsyncIterator[Database]:
    """With one provider."""
    found = connect(MongoSettings(mongo_uri=mongo_uri, mongo_database=database))
    await found[INSTANCES].insert_one({"_id": "norte"})
    yield found
    await found.client.close()


async def test_who_may_not_act_changes_nothing(store: Database) -> None:
    """Nor does who names a provider that is gone."""
    viewer, clerk = Clerk(store, lambda: NOW, "user:ana", may_act=False), Clerk(store, lambda: NOW, "user:rui")
    with pytest.raises(PermissionError):
        await viewer.promise("norte", "7", TODAY)
    with pytest.raises(PermissionError):
        await viewer.promise("norte", "7", None)
    with pytest.raises(PermissionError):
        await viewer.block("norte", "7", PERSON, (), "asked")
    with pytest.raises(LookupError):
        await clerk.promise("sul", "7", TODAY)
    assert [await store[name].count_documents({}) for name in (PROMISES, BLOCKLIST, AUDIT)] == [0, 0, 0]


async def test_each_change_is_written_down(store: Database) -> None:
    """A promise is taken back whoever wrote it; a client without a document is blocked at each number."""
    clerk = Clerk(store, lambda: NOW, "user:rui")
    await store[PROMISES].insert_one({"_id": "other", "instance": "norte", "code": "7", "until": "2026-12-01"})
    await clerk.promise("norte", "7", TODAY)
    assert await store[PROMISES].count_documents({"until": TODAY.isoformat()}) == 1
    await clerk.promise("norte", "7", None)
    await clerk.block("norte", "7", "", ("+5582999990001", "+5582999990002"), "deceased")

    assert await store[PROMISES].count_documents({}) == 0
    phones = [one["phone"] async for one in store[BLOCKLIST].find().sort("phone")]
    assert phones == ["+5582999990001", "+5582999990002"]
    audited = [(one["by"], one["action"], one["what"]) async for one in store[AUDIT].find()]
    assert audited == [
        ("user:rui", "promise", TODAY.isoformat()),
        ("user:rui", "promise_taken_back", ""),
        ("user:rui", "block", "a number: deceased"),
        ("user:rui", "block", "a number: deceased"),
    ]
