"""A backup that was put back into this database: calls of after it are in no ledger, and whom they rang nobody knows.

Whoever was rung right before the loss may be rung again when the longest limit is over, and nobody else before.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from schemas.calling.limits import longest
from schemas.instances import Rules
from schemas.runtime.mongo import Database

RESTORES = "restores"
"""One document a backup that was put back: `at`, of which instant it is; `began`; `done` once all of it is there."""


class Wait(NamedTuple):
    """Of the backup of `at`. `until`: nobody may be rung before it; None: not all of the backup is there."""

    at: datetime
    until: datetime | None


def waiting(restores: Iterable[Mapping[str, Any]], rules: Rules, now: datetime) -> Wait | None:
    """What objects to ringing under `rules` at `now`, the longest where several do; None where nothing does. Pure."""
    found: Wait | None = None
    for one in restores:
        if (done := one.get("done")) is None:
            return Wait(one["at"], None)
        until = done + longest(rules)
        if now < until and (found is None or found.until is None or until > found.until):
            found = Wait(one["at"], until)
    return found


async def waits(database: Database, rules: Rules, now: datetime) -> Wait | None:
    """The same of a database. Raises pymongo's errors."""
    return waiting(await database[RESTORES].find().to_list(), rules, now)
