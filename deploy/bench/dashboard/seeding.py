"""The provider into MongoDB: the documents that the sinks would write, with their indexes."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from deploy.bench.dashboard import provider
from deploy.bench.dashboard.provider import PROVIDER
from schemas import views
from schemas.runtime.mongo import Database
from schemas.views import INSTANCES, SNAPSHOTS, VIEWS, Document

AT_ONCE = 5_000


async def seed(database: Database, count: int, now: datetime) -> int:
    """`count` clients as of the aware instant `now`. Returns how many debtors a page must show."""
    await database.client.drop_database(database.name)
    for view in VIEWS:
        for index in view.indexes:
            await database[view.name].create_index(list(index))
    for keys in (("instance", "at"), ("instance", "known", "at")):
        await database[SNAPSHOTS].create_index([(key, 1) for key in keys])
    today = now.astimezone(PROVIDER.clock).date()
    document = {"_id": PROVIDER.name, **PROVIDER.model_dump(mode="json")}
    await database[INSTANCES].insert_one(document)
    found = list(provider.debtors(count, today))
    await _put(database, "debtors", map(views.debtor, found))
    await _put(database, "queue", (views.queue(provider.entry(one, now)) for one in found))
    await _put(database, "calls", map(views.call, provider.calls(now)))
    await _put(database, "sweeps", map(views.sweep, provider.sweeps(now)))
    await _put(database, views.STAGES, map(views.stage, provider.beats(now)))
    await _put(database, SNAPSHOTS, provider.snapshots(now))
    return provider.overdue(iter(found), today)


async def paid(database: Database, number: int) -> None:
    """Debtor `number` pays a part, so that the next refresh has other figures."""
    key = {"_id": f"{PROVIDER.name}:{number}"}
    await database["debtors"].update_one(key, {"$inc": {"bills.0.open_cents": -1}})
    await database["queue"].update_one(key, {"$inc": {"facts.due.0.1": -1}})


async def _put(database: Database, view: str, documents: Iterable[Document]) -> None:
    coming = iter(documents)
    while some := list(islice(coming, AT_ONCE)):
        await database[view].insert_many(some, ordered=False)
