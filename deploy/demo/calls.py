"""The end of calling in a demonstration: the hours close, what rings ends, and an independent judge reads the PABX's log."""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGTERM
from typing import Any, NamedTuple

from aiokafka import TopicPartition

from deploy import instances
from deploy.clients import reader
from deploy.demo.away import Away
from deploy.demo.people import Polled, callable_all_along, noticed, people
from deploy.demo.provider import Provider
from deploy.demo.rung import OPEN, Rung, counts, disagreements, rung
from deploy.demo.telephones import Telephones
from deploy.processes import signalled
from deploy.simulation.checker import FINE, FOUND
from deploy.supervisor import Supervisor
from deploy.verify.source import records
from processors.classify.calls import SILENCE, TALK
from schemas.attempts import ATTEMPTS
from schemas.codec import decode
from schemas.errors import StopWorker
from schemas.instances import Instance
from schemas.runtime.clock import SHIFT
from schemas.runtime.mongo import Database
from schemas.runtime.settings import MongoSettings
from schemas.sweeps import Sweep
from schemas.topics import SWEEPS

WITHIN_S = 180.0
POLL_S = 0.5
LATER = SILENCE + TALK + timedelta(minutes=5)
"""By then every call is over, whatever is known of it."""
GRACE = timedelta(seconds=5)
"""From the end of a sweep until nobody is called for what it found; while a stage or a server is away it does not count."""
MANY, LONG = 5, timedelta(seconds=45)
"""So many debtors, so long: a demonstration in which nobody is called shows nothing."""
PEOPLE = "people.json"


class Hours(NamedTuple):
    """When calls were allowed."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """`violations`: what the judge says; `differences`: calls whose attempts tell something else."""

    placed: int
    outcomes: list[dict[str, object]]
    violations: list[str]
    differences: list[str]

    @property
    def is_fine(self) -> bool:
        """Nobody was rung who should not have been, and every call's fate is known."""
        return not self.violations and not self.differences


class Calls:
    """`struck`: whether stages were away on purpose."""

    def __init__(self, telephones: Telephones, database: Database, servers: str, *, struck: bool) -> None:
        self._telephones = telephones
        self._database = database
        self._servers = servers
        self._struck = struck

    async def begun(self, calls: int, within: float) -> bool:
        """Whether so many have been placed, at the latest after `within` seconds."""
        deadline = time.monotonic() + within
        while (placed := len(rung(self._telephones.lines()))) < calls and time.monotonic() < deadline:
            await asyncio.sleep(POLL_S)
        return placed >= calls

    async def close(self, mongo: MongoSettings, listed: Sequence[Instance]) -> datetime:
        """No hour is open any more; what rings goes on. When that was."""
        for instance in listed:
            shut = instance.model_copy(update={"rules": instance.rules.model_copy(update={"windows": {}})})
            await instances.add(mongo, shut, replace=True)
        return datetime.now(UTC)

    async def settle(self, supervisor: Supervisor, classifying: Sequence[str]) -> timedelta:
        """Wait until every attempt has ended. Of what nobody heard anything that takes long: then time is made to pass.

        How far the clock was ahead, at most, by which calls were judged: that of a stage that was struck may have been too.
        """
        deadline = time.monotonic() + WITHIN_S
        while await self._waiting() and time.monotonic() < deadline:
            await asyncio.sleep(POLL_S)
        if not await self._open():
            return LATER if self._struck else timedelta(0)
        for name in classifying:
            supervisor.set(name, {SHIFT: str(LATER.total_seconds())})
            if child := supervisor.process(name):
                signalled(child, SIGTERM)
        deadline = time.monotonic() + WITHIN_S
        while await self._open() and time.monotonic() < deadline:
            await asyncio.sleep(POLL_S)
        return LATER

    async def judge(
        self, listed: Sequence[Instance], providers: Mapping[str, Provider], open_for: Hours, away: Collection[Away]
    ) -> Judged:
        """What rang against what was allowed, and against the attempts. `away`: when something was not at work.

        Raises StopWorker where the judge itself fails.
        """
        calls = rung(self._telephones.lines())
        deadline = time.monotonic() + WITHIN_S
        while True:  # evidence that comes late revises an outcome
            attempts = await self._attempts()
            differences = list(disagreements(calls, attempts, struck=self._struck))
            if not differences or time.monotonic() > deadline:
                break
            await asyncio.sleep(POLL_S)
        provided = [(instance, await providers[instance.name].debts()) for instance in listed]
        known = noticed(await self._polled(), GRACE, away)
        allowed = people(
            provided,
            {call.number for call in calls.values()},
            known,
            open_for.until,
            open_for.until.astimezone(listed[0].clock).date(),
        )
        missed = callable_all_along(provided, known, *open_for)
        if not calls and missed >= MANY and open_for.until - open_for.since >= LONG:
            differences.append(f"nobody was called, and {missed} debtors might have been all the time")
        log = self._telephones.rang
        file = log.with_name(PEOPLE)
        await asyncio.to_thread(file.write_text, json.dumps(allowed))
        found = await _checked(log, file) if calls else []
        return Judged(len(calls), counts(calls.values(), attempts), found, differences)

    async def _attempts(self) -> dict[str, Mapping[str, Any]]:
        stored = self._database[ATTEMPTS].find({"dry_run": False})
        return {str(one["_id"]): one async for one in stored}

    async def _open(self) -> bool:
        found = await self._database[ATTEMPTS].find_one({"dry_run": False, "state": {"$in": list(OPEN)}})
        return found is not None

    async def _waiting(self) -> bool:
        """Whether anything may still happen by itself: a call goes on, or its evidence is on its way."""
        now = datetime.now(UTC)
        calls = rung(self._telephones.lines())
        if any(call.goes_on(now) for call in calls.values()):
            return True
        return any(_is_awaited(one, calls) for one in (await self._attempts()).values())

    async def _polled(self) -> list[Polled]:
        """Every completed sweep, by the time at which the broker's clients wrote of it: clocks of stages are moved."""
        began: dict[tuple[str, str, str], datetime] = {}
        found = []
        tp = TopicPartition(SWEEPS.name, 0)
        async with reader(self._servers) as consumer:
            end = (await consumer.end_offsets([tp]))[tp]
            async for batch in records(consumer, tp, end):
                for record in batch:
                    if record.value is None:
                        continue
                    sweep, at = decode(Sweep, record.value), datetime.fromtimestamp(record.timestamp / 1000, UTC)
                    first = began.setdefault((sweep.instance, sweep.kind, sweep.sweep), at)
                    if sweep.phase == "completed":
                        found.append(Polled(sweep.instance, sweep.kind, first, at))
        return found


def _is_awaited(attempt: Mapping[str, Any], calls: Mapping[str, Rung]) -> bool:
    """Evidence of it is on its way, or whoever takes up what a crash has left has not come yet."""
    call = calls.get(attempt["_id"])
    return attempt["state"] in OPEN and (attempt["state"] != "ringing" or (call is not None and call.is_told))


async def _checked(log: Path, allowed: Path) -> list[str]:
    """What the judge objects to, in a process of its own."""
    judge = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy.simulation.checker", log, allowed, stdout=PIPE, stderr=PIPE
    )
    said, wrong = await judge.communicate()
    if judge.returncode not in {FINE, FOUND}:
        raise StopWorker(f"the judge of calls failed: {wrong.decode(errors='replace')[-1000:]}")
    lines = said.decode().splitlines()
    return lines[:-1] if judge.returncode == FOUND else []
