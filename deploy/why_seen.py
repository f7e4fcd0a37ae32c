"""What MongoDB shows of one debtor, for `deploy.why`."""

from datetime import datetime

from pydantic import ValidationError

from deploy.clients import database
from deploy.instances import find
from deploy.why import ATTEMPTS_SHOWN, Seen, permitted, subjects
from processors.dialer.desk import Desk
from schemas.attempts import ATTEMPTS, LEDGER, Attempt, Marks
from schemas.calling.freshness import Signs
from schemas.errors import StopWorker
from schemas.pabx import PABX_HOLDS
from schemas.queue import QueueEntry
from schemas.runtime.mongo import Database
from schemas.runtime.settings import MongoSettings


async def look(settings: MongoSettings, name: str, code: str, now: datetime) -> Seen:
    """Raises StopWorker where there is no such instance or client, RetryLater where MongoDB is away."""
    instance = await find(settings, name)
    async with database(settings) as store:
        desk = Desk(store, lambda: now)
        await desk.look()
        key = f"{name}:{code}"
        entry = await _entry(store, key)
        attempts = [
            Attempt.model_validate({**one, "attempt": one["_id"]}, extra="ignore")
            async for one in store[ATTEMPTS].find({"instance": name, "code": code}).sort("at", -1).limit(ATTEMPTS_SHOWN)
        ]
        if entry is None and not attempts and await store["debtors"].find_one({"_id": key, "instance": name}) is None:
            raise StopWorker(f"nothing is known of a client {code} of {name}: is that his id in the ERP?")
        refusal = await store[PABX_HOLDS].find_one({"_id": name}) or {}
        # Whoever looks only once does not remember when nothing was waiting
        signs: Signs = desk.signs._replace(caught_up=None)
        controls = desk.world.controls.of(name)
        seen = Seen(code, instance, controls, signs, entry, {}, attempts, str(refusal.get("reason", "")))
        if entry is None:
            return seen
        wanted = subjects(entry, instance, permitted(entry, seen, now).number)
        found = store[LEDGER].find({"_id": {"$in": list(wanted)}})
        marks = {one["_id"]: Marks.model_validate({**one, "subject": one["_id"]}, extra="ignore") async for one in found}
        return Seen(code, instance, controls, signs, entry, marks, attempts, seen.refusal)


async def _entry(store: Database, key: str) -> QueueEntry | None:
    stored = await store["queue"].find_one({"_id": key, "instance": key.partition(":")[0]})
    if stored is None:
        return None
    try:
        return QueueEntry.model_validate({**stored, "version": 0}, extra="ignore")
    except ValidationError:
        raise StopWorker(f"the entry of {key} in the queue cannot be read: is this command as new as the stages?") from None
