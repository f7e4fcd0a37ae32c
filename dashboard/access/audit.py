"""What somebody does in the dashboard is written down before it is done."""

from datetime import datetime

from pymongo.errors import PyMongoError

from dashboard.access.who import User
from schemas.audit import AUDIT, Action, Audited
from schemas.errors import RetryLater
from schemas.runtime.mongo import Database


async def noted(  # noqa: PLR0917 - the entry's fields in their order
    database: Database, user: User, now: datetime, action: Action, instance: str, code: str = "", what: str = ""
) -> None:
    """Add an entry. Raises RetryLater: what cannot be written down is not done."""
    entry = Audited(at=now, by=f"user:{user.name}", action=action, instance=instance, code=code, what=what)
    try:
        await database[AUDIT].insert_one(entry.model_dump())
    except PyMongoError as exc:
        raise RetryLater(f"the audit cannot be written ({type(exc).__name__})") from exc
