"""A person erased at the source of every instance; what stages made of it goes by itself, as they follow their topics.

The order makes it safe to cut at any moment, and to run again. First the list of who must not come back; then each
instance's transactional id is taken over, which fences a poller in the middle of a sweep: whoever publishes for the instance
after that has read the list. Then tombstones, and calls once none is going on; last what only MongoDB has. Nothing marks how
far it came: whoever runs it again finds what is left by the list.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from deploy.audit import noted
from deploy.clients import database, reader
from deploy.erasing.finding import OF_CLIENTS, EraseSettings, Found, letters, of_clients
from deploy.erasing.whose import Everyone
from deploy.lasting import note_outlived
from deploy.living import portions
from deploy.removal import AT_ONCE, LOOK_EVERY_S, TRY_AGAIN_S, Query, Tell, Watch, documents, going_on
from deploy.replay.dropping import drop
from producers.cdr.lease import identity as pabx_identity
from producers.erp.lease import identity
from schemas.attempts import ATTEMPTS
from schemas.controls import PROMISES
from schemas.dead import GONE
from schemas.errors import RetryLater
from schemas.runtime.kafka import Message
from schemas.runtime.mongo import Database, instances
from schemas.runtime.secrets import person_hash
from schemas.runtime.transactions import Writer
from schemas.suppression import ERASED, SUPPRESSED, Suppressed, client_text
from schemas.topics import DEAD
from schemas.views import DEAD_LETTERS, INSTANCES

OURS = "collector-erase"
"""Of the calls' tombstones and of letters: of two who erase at once, the first ends."""


async def erase(settings: EraseSettings, found: Found, tell: Tell) -> None:
    """Ends when nothing is left that the list of `staying` does not name. Raises StopWorker, RetryLater."""
    servers = settings.kafka_bootstrap_servers
    async with database(settings) as store, reader(servers) as consumer:
        clients = sum(map(len, found.clients.values()))
        await noted(store, "person_erased", "", found.person.hash, f"{clients} clients in {len(found.clients)} instances")
        await _suppress(store, found, settings)
        for plan in found.replays:
            await drop(settings, plan.id)
        of = of_clients(found.clients)
        watch = Watch(consumer, Everyone(found.clients))
        await note_outlived(store, of, watch.living)
        # also where nothing of theirs is: a sweep that began before the list was there would bring them in
        others = [str(one["_id"]) async for one in store[INSTANCES].find({}, {"_id": 1})]
        for name in sorted({*found.clients, *others}):
            await _rows(servers, watch, name, tell)
        await _rest(servers, store, watch, of, tell)
        await store[PROMISES].delete_many(of)
        theirs = await letters(store, found.clients, found.person)
        await _take_away(servers, theirs)
        await store[DEAD_LETTERS].delete_many({"_id": {"$in": theirs}})


async def _suppress(store: Database, found: Found, settings: EraseSettings) -> None:
    person, now = found.person.hash, datetime.now(UTC)
    entries = [Suppressed(hash=person, what="person", person=person, since=now)]
    for name, codes in found.clients.items():
        for code in codes:
            hashed = person_hash(client_text(name, code), settings.collector_person_key)
            entries.append(Suppressed(hash=hashed, what="client", person=person, instance=name, since=now))
    for entry in entries:
        document = entry.document
        await store[SUPPRESSED].update_one({"_id": document.pop("_id")}, {"$setOnInsert": document}, upsert=True)


async def _rows(servers: str, watch: Watch[Everyone], name: str, tell: Tell) -> None:
    """What the pollers of one instance wrote."""
    while True:
        writer = Writer(servers, identity(name))
        try:
            await writer.open()
            await watch.catch_up()
            for portion in portions(watch.living.rows(name), AT_ONCE):
                tell(watch.living.counts())
                await writer.write(portion)
        except RetryLater:  # a poller has taken it back meanwhile
            await asyncio.sleep(TRY_AGAIN_S)
        else:
            return
        finally:
            await writer.close()


async def _rest(servers: str, store: Database, watch: Watch[Everyone], of: Query, tell: Tell) -> None:
    """Calls, once none is going on, and until stages and views have followed. Raises RetryLater."""
    writer = Writer(servers, OURS)
    valid, _ = await instances(store)
    heard = {one.pabx.address for one in valid.values() if one.pabx is not None}
    try:
        await writer.open()
        while True:
            await watch.catch_up()
            calling = await going_on(store, watch.living.lapses_at, of)
            if not calling:  # first whose they were: what comes late is then nobody's, and is not published
                await store[ATTEMPTS].update_many({**of, ERASED: {"$ne": True}}, {"$set": {ERASED: True}})
                while heard:  # who was about to publish what it said of one of them publishes no more
                    await _fence(servers, pabx_identity(heard.pop()))
                for portion in portions(watch.living.all(), AT_ONCE):
                    await writer.write(portion)
                await watch.catch_up()
            left = calling | watch.living.counts() | await documents(store, OF_CLIENTS, of)
            tell(left)
            if not left:
                return
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        await writer.close()


async def _take_away(servers: str, theirs: Sequence[str]) -> None:
    """What is read from `dead.v1` anew is then without these letters too. Raises RetryLater."""
    if not theirs:
        return
    writer = Writer(servers, OURS)
    try:
        await writer.open()
        gone = [Message(None, None, [(GONE, name.encode())]) for name in theirs]
        for portion in portions({(DEAD.name, 0): gone}, AT_ONCE):
            await writer.write(portion)
    finally:
        await writer.close()


async def _fence(servers: str, name: str) -> None:
    """Whoever writes under this transactional id can write no more. Raises RetryLater."""
    writer = Writer(servers, name)
    try:
        await writer.open()
    finally:
        await writer.close()


async def lift(settings: EraseSettings, person: str) -> int:
    """They may come in again, with the next sweep: how many entries that were. Written down first."""
    async with database(settings) as store:
        if not await store[SUPPRESSED].count_documents({"person": person}):
            return 0
        await noted(store, "suppression_lifted", "", person)
        return (await store[SUPPRESSED].delete_many({"person": person})).deleted_count
