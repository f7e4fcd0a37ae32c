"""What an operator does with calls is written down before it is done."""

import getpass
from datetime import UTC, datetime

from schemas.audit import AUDIT, Action, Audited
from schemas.runtime.mongo import Database


def operator() -> str:
    """The person at this command line, as the system knows them."""
    try:
        return f"operator:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user without a name
        return "operator"


async def noted(store: Database, action: Action, instance: str, code: str = "", what: str = "") -> None:
    """Add an entry. Raises pymongo's errors: what cannot be written down is not done."""
    entry = Audited(at=datetime.now(UTC), by=operator(), action=action, instance=instance, code=code, what=what)
    await store[AUDIT].insert_one(entry.model_dump())
