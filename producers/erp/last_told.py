"""How old what a kind's last complete sweep told was: for a poller that starts, from where `views` has put it."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from pymongo.errors import PyMongoError

from schemas.errors import RetryLater
from schemas.rows import Kind
from schemas.runtime.mongo import Database
from schemas.sweeps import told_at

LastTold = Callable[[Kind], Awaitable[datetime | None]]
"""Of one instance; None where no sweep of the kind is known."""


async def nothing_told(kind: Kind) -> datetime | None:
    """Where nobody remembers."""
    del kind
    return None


async def last_told(database: Database, instance: str, kind: Kind) -> datetime | None:
    """Of that instance; None for a sweep that read no files. Raises RetryLater: who does not know must not guess."""
    try:
        found = await database["sweeps"].find_one({"_id": f"{instance}:{kind}:completed", "as_of": {"$type": "date"}})
    except PyMongoError as exc:
        raise RetryLater(f"MONGO_URI: the database does not say what was read last ({type(exc).__name__})") from exc
    return told_at(found) if found else None
