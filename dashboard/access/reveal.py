"""One debtor's name or telephones in full: written down first, then read."""

from typing import Literal

from pymongo.errors import PyMongoError

from dashboard.access.audit import noted
from dashboard.access.masking import SEES_PEOPLE
from dashboard.access.rules import may
from dashboard.access.who import User
from schemas.errors import RetryLater
from schemas.keys import debtor_key
from schemas.runtime.clock import now
from schemas.runtime.mongo import Database

What = Literal["name", "phones"]
DEBTORS = "debtors"
QUERY_MS = 5_000


async def reveal(database: Database, user: User, instance: str, code: str, what: What) -> tuple[str, ...]:
    """His name, or his telephones in E.164, best first; empty where he is gone or the ERP has none.

    Raises PermissionError for a viewer, and RetryLater where the audit or MongoDB fails: then nothing is shown.
    """
    if not may(user.role, SEES_PEOPLE):
        raise PermissionError(f"{user.role} may not see people")
    await noted(database, user, now(), "reveal", instance, code, what)
    try:
        found = await database[DEBTORS].find_one(
            {"_id": debtor_key(instance, code).decode()}, {f"client.{what}": 1}, max_time_ms=QUERY_MS
        )
    except PyMongoError as exc:
        raise RetryLater(type(exc).__name__) from exc
    value = ((found or {}).get("client") or {}).get(what) or ()
    return (value,) if isinstance(value, str) else tuple(value)
