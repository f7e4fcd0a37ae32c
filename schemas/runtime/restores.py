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
"""One document a backup that was put back: `at`, of which instant it is; `began`; `done` once all of it is there.

Backups hold it: what a first restore lacks a second one, as of a move to another server, lacks too.
"""


class Wait(NamedTuple):
    """Calls of after `at` are missing. `until`: nobody may be rung before it; None: not all of a backup is there."""

    at: datetime
    until: datetime | None


def waiting(restores: Iterable[Mapping[str, Any]], rules: Rules, now: datetime) -> Wait | None:
    """What objects to ringing under `rules` at `now`; None where nothing does. Pure.

    Of several that object since the earliest of them: whoever says that nobody was rung says it of all.
    """
    ends = [(one["at"], one["done"] + longest(rules) if one.get("done") else None) for one in restores]
    found = [(at, until) for at, until in ends if until is None or now < until]
    if not found:
        return None
    untils = [until for _, until in found if until is not None]
    return Wait(min(at for at, _ in found), max(untils) if len(untils) == len(found) else None)


async def waits(database: Database, rules: Rules, now: datetime) -> Wait | None:
    """The same of a database. Raises pymongo's errors."""
    return waiting(await database[RESTORES].find().to_list(), rules, now)
