"""Counts the short calls of each instance's day in the view `calls`: the same figure that people are shown."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import pymongo
from pymongo.errors import PyMongoError

from schemas.calling.short_calls import Counted
from schemas.figures.calls import call_days, calls_pipeline
from schemas.instances import Instance
from schemas.runtime import mongo
from sinks.originate.stored import WITHIN_S, away

CALLS_VIEW = "calls"
DAY = timedelta(days=1)


class ShortCalls:
    """Of instances that share a PABX: the carrier sees them as one."""

    def __init__(self, database: mongo.Database) -> None:
        self._calls: mongo.Collection = database[CALLS_VIEW]

    async def of(self, instances: Sequence[Instance], now: datetime) -> Counted:
        """Calls whose length is known, each instance's of its own local day. Raises RetryLater."""
        timed = short = 0
        for one in instances:
            since = datetime.combine(now.astimezone(one.clock), time(0), one.clock)
            try:
                with pymongo.timeout(WITHIN_S):
                    asked = await self._calls.aggregate(calls_pipeline(one.name, one.zone, since, since + DAY))
                    days = call_days(await asked.to_list())
            except PyMongoError as exc:
                raise away(exc) from exc
            timed += sum(day.timed for day in days)
            short += sum(day.short for day in days)
        return Counted(timed, short)
