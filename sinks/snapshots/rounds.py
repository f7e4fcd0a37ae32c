"""One look at what is due: measure the quarter that has just begun, fill what was missed, thin what is old."""

import time
from collections.abc import Callable, Iterable
from contextlib import aclosing
from datetime import date, datetime, timedelta

import structlog

from schemas.figures.snapshots import Snapshot, quarter, row_id
from schemas.instances import Instance
from schemas.runtime.mongo import Database, instances
from schemas.views import SNAPSHOTS
from sinks.snapshots.asking import QUERY_MS, Doubts, doubts, measured
from sinks.snapshots.filling import Filling, forget
from sinks.snapshots.grid import DAILY_AFTER, can_be_measured, holes, thinned
from sinks.snapshots.lease import FencedError, Lease

AT_ONCE = 96
"""Rows of one instance that are filled before the next has its turn: a day."""
FILLS_S = 240.0
"""Then it is looked whether a quarter of an hour has begun meanwhile."""
LOOKED_BACK = timedelta(days=2)
"""For what was missed while this process holds the lease; before that, a year."""
log = structlog.get_logger()


class Rounds:
    """`turned` is called after each piece of work."""

    def __init__(self, database: Database, lease: Lease, servers: str, turned: Callable[[], None]) -> None:
        self._database = database
        self._lease = lease
        self._servers = servers
        self._turned = turned
        self._term = 0
        self._done: datetime | None = None
        self._looked: set[str] = set()
        self._thinned: dict[str, date] = {}

    async def turn(self) -> None:
        """What is due, if this process holds the lease. Raises KafkaError and PyMongoError."""
        term = await self._lease.take()
        if term is None:
            return
        try:
            await self._held(term)
        except FencedError as exc:
            log.warning("fenced", reason=str(exc))

    async def _held(self, term: int) -> None:
        if term != self._term:
            log.info("lease_taken", term=term)
            self._term, self._done = term, None
            self._looked.clear()
            await forget(self._database)
        now = await self._now()
        if self._done == quarter(now) and not can_be_measured(quarter(now), now):
            return
        found, _ = await instances(self._database)
        await self._measure(found.values(), now)
        for instance in found.values():
            await self._thin(instance, await self._now())
        if await self._fill(found.values()):
            self._done = quarter(now)

    async def _measure(self, of: Iterable[Instance], now: datetime) -> None:
        at = quarter(now)
        if not can_be_measured(at, now):
            return
        there = await self._there([row_id(one.name, at) for one in of])
        doubt: Doubts | None = None
        for instance in of:
            if row_id(instance.name, at) in there:
                continue
            doubt = doubt or await doubts(self._database)
            await self._renew()
            row = Snapshot(instance.name, at, await measured(self._database, instance, now, doubt))
            if can_be_measured(at, await self._now()):  # a process that slept meanwhile has asked at two moments
                await self._lease.write(self._term, [row.document])
            self._turned()

    async def _fill(self, of: Iterable[Instance]) -> bool:
        """Whether all was filled within the time."""
        ends = time.monotonic() + FILLS_S
        for instance in of:
            now = await self._now()
            missed = await self._missed(instance, now)
            if missed:
                calls_known = "calls" not in (await doubts(self._database)).anew
                filling = Filling(self._database, self._servers, self._term)
                log.info("filling", instance=instance.name, rows=len(missed), since=missed[0].isoformat())
                async with aclosing(filling.rows(instance, missed[:AT_ONCE], now, calls_known=calls_known)) as rows:
                    async for row in rows:
                        await self._renew()
                        await self._lease.write(self._term, [row.document])
                        self._turned()
                        if time.monotonic() > ends:
                            return False
            if len(missed) > AT_ONCE:
                return False
            self._looked.add(instance.name)
        return True

    async def _missed(self, instance: Instance, now: datetime) -> list[datetime]:
        back = LOOKED_BACK if instance.name in self._looked else DAILY_AFTER
        first = await self._database[SNAPSHOTS].find_one({"instance": instance.name}, {"at": 1}, sort=[("at", 1)])
        if first is None:
            return []
        since = max(first["at"], now - back)
        rows = self._database[SNAPSHOTS].find({"instance": instance.name, "at": {"$gte": since}}, {"_id": 0, "at": 1})
        have = {one["at"] async for one in rows.max_time_ms(QUERY_MS)}
        return list(holes(have, since, now, instance.clock))

    async def _thin(self, instance: Instance, now: datetime) -> None:
        """Once a day."""
        if self._thinned.get(instance.name) == now.date():
            return
        rows = self._database[SNAPSHOTS].find({"instance": instance.name}, {"_id": 0, "at": 1}).max_time_ms(QUERY_MS)
        old = thinned([one["at"] async for one in rows], now, instance.clock)
        for start in range(0, len(old), AT_ONCE):
            names = [row_id(instance.name, at) for at in old[start : start + AT_ONCE]]
            await self._renew()
            await self._lease.thin(self._term, names)
            self._turned()
        self._thinned[instance.name] = now.date()

    async def _there(self, names: list[str]) -> set[str]:
        found = self._database[SNAPSHOTS].find({"_id": {"$in": names}}, {"_id": 1}).max_time_ms(QUERY_MS)
        return {one["_id"] async for one in found}

    async def _renew(self) -> None:
        if await self._lease.take() != self._term:
            raise FencedError(f"term {self._term} is over")

    async def _now(self) -> datetime:
        """By MongoDB's clock: whoever holds the lease has the same."""
        hello = await self._database.client.admin.command("hello")
        at: datetime = hello["localTime"]
        return at
