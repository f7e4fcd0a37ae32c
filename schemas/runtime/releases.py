"""The newest release that ever worked with a database leaves its number there, so that an older one says that it is one.

An update may be taken back. An older release ignores fields that it does not know, and what it cannot read is a dead letter:
nothing is misread, but whoever looks at it should know why.
"""

import re
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from schemas.runtime.mongo import Database

RELEASES = "releases"
NEWEST = "newest"


def order(release: str) -> tuple[int, ...]:
    """Such as (0, 2, 0) of "0.2.0" and of "0.2.0rc1"; () where it begins with no number."""
    found = re.match(r"\d+(?:\.\d+)*", release)
    return tuple(map(int, found[0].split("."))) if found else ()


def older(ours: str, newest: str) -> str:
    """One line for the operator; "" where ours is not older, or nobody knows."""
    if not order(ours) or order(ours) >= order(newest):
        return ""
    return (
        f"this is release {ours}, and {newest} has worked with this database before: what {ours} does not know it ignores, "
        'what it cannot read is a dead letter; `README.md`, "Upgrading, and going back"'
    )


async def newest(database: Database) -> str:
    """The newest release that was here; "" where none has left its number."""
    found = await database[RELEASES].find_one({"_id": NEWEST})
    return str(found["release"]) if found else ""


async def leave(database: Database, ours: str, now: datetime) -> str:
    """The newest release, ours included: its number stands there from now on. `now`: aware."""
    while True:
        found = await newest(database)
        if not order(ours) or (found and order(found) >= order(ours)):
            return found
        try:
            # Whoever was faster has changed `release`: then this matches nothing and inserts what is there already
            seen = {"_id": NEWEST, "release": found} if found else {"_id": NEWEST, "release": {"$exists": False}}
            await database[RELEASES].update_one(seen, {"$set": {"release": ours, "at": now}}, upsert=True)
        except DuplicateKeyError:
            continue
