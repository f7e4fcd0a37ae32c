"""Counts the short calls of each instance's day in the view `calls`."""

from collections.abc import Sequence
from datetime import datetime, time

import pymongo
from pymongo.errors import PyMongoError

from schemas.instances import Instance
from schemas.runtime import mongo
from sinks.originate.short_calls import SHORT_S, Counted
from sinks.originate.stored import WITHIN_S, away

CALLS_VIEW = "calls"


class ShortCalls:
    """What was never answered is short too: so the regulator counts."""

    def __init__(self, database: mongo.Database) -> None:
        self._calls: mongo.Collection = database[CALLS_VIEW]

    async def of(self, instances: Sequence[Instance], now: datetime) -> Counted:
        """All calls of these instances that are over, each instance's of its own local day. Raises RetryLater."""
        days = [
            {"instance": one.name, "at": {"$gte": datetime.combine(now.astimezone(one.clock), time(0), one.clock)}}
            for one in instances
        ]
        known = {"$or": days, "outcome": {"$nin": [None, "lost"]}, "dry_run": {"$ne": True}}
        try:
            with pymongo.timeout(WITHIN_S):
                calls = await self._calls.count_documents(known)
                long = await self._calls.count_documents({**known, "talk_s": {"$gt": SHORT_S}})
        except PyMongoError as exc:
            raise away(exc) from exc
        return Counted(calls, calls - long)
