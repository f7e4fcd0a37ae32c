"""The dashboard's only look at MongoDB: bounded reads, one set for each refresh, for each export, for each count."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from pymongo.errors import PyMongoError

from dashboard.facts.asked import EVERYBODY
from dashboard.facts.board import HEAD, NoSuchInstance, order
from dashboard.facts.findings import Counted, Findings, What, findings, pipelines
from dashboard.facts.gates import heartbeats, signs
from dashboard.facts.refusals import failure_of
from dashboard.facts.snapshot import Debtor, InstanceRows, Rows, Snapshot, debtor, snapshot
from schemas.calling.freshness import Signs
from schemas.errors import RetryLater
from schemas.figures.debts import SUBJECTS, debt_pipeline
from schemas.figures.queue import queue_pipeline, waiting_pipeline
from schemas.figures.scope import Pipeline, Scope, scope_of
from schemas.figures.standing import standing_pipeline
from schemas.instances import Instance
from schemas.pabx import PABX_HOLDS
from schemas.refills import UNDER_WAY, refills
from schemas.runtime.mongo import Database, aggregated, instances, reread
from schemas.stages import Heartbeat
from schemas.views import DEAD_LETTERS, EPOCHS, LIVING, STAGES, UNSETTLED, Document

QUERY_MS = 20_000
"""MongoDB gives up on a single query after this."""
READ_SECONDS = 45
"""A whole refresh takes no longer, or the next one would be due."""
DEAD_COUNTED = 100_000
SWEEPS_READ = 5_000
BEATS_READ = 1_000
VALUES_READ = 5_000
"""Of each finding the commonest; an ERP in which more names of a bairro are unmapped is not mapped at all."""


class Reader:
    """Reads for one dashboard. It remembers how far each stage was when nothing last waited for it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._before: Mapping[str, datetime] = {}

    async def read(self, now: datetime) -> Snapshot:
        """The snapshot of the aware instant `now`. Raises RetryLater, a `Failure`, where MongoDB is away or too slow."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                built = snapshot(await _rows(self._database, self._before, now), now)
        except (PyMongoError, TimeoutError) as exc:
            raise RetryLater(failure_of(exc)) from exc
        self._before = {one.name: one.passed for one in built.stages if one.passed is not None}
        return built


async def _rows(database: Database, before: Mapping[str, datetime], now: datetime) -> Rows:
    # before all else: what becomes whole, or passes a stage, meanwhile had not when it was read
    shares = await database[EPOCHS].find(UNDER_WAY).max_time_ms(QUERY_MS).to_list()
    sweeps, beats, seen = await _signs(database)
    valid, wrong = await instances(database)
    # one instance after the other: the refresh is never the reason why MongoDB is busy
    found = [await _instance(database, instance, seen, now) for instance in valid.values()]
    dead = await database[DEAD_LETTERS].count_documents(UNSETTLED, limit=DEAD_COUNTED, maxTimeMS=QUERY_MS)
    return Rows(found, sweeps, dead, wrong, seen, beats, refills(shares), before)


async def _signs(database: Database) -> tuple[list[Document], list[Heartbeat], Signs]:
    # the sweeps first: what the stages then say is later than each of them
    sweeps = await reread(lambda: database["sweeps"].find(LIVING).max_time_ms(QUERY_MS).to_list(SWEEPS_READ))
    said = await reread(lambda: database[STAGES].find(LIVING).max_time_ms(QUERY_MS).to_list(BEATS_READ))
    beats = list(heartbeats(said))
    refusing = await database[PABX_HOLDS].find({}, {"_id": 1}).max_time_ms(QUERY_MS).to_list()
    return sweeps, beats, signs(sweeps, beats, (str(one["_id"]) for one in refusing))


async def _instance(database: Database, instance: Instance, seen: Signs, now: datetime) -> InstanceRows:
    of = scope_of(instance, now, seen)
    standing, waiting, head, *debts = await asyncio.gather(
        all_rows(database, "debtors", standing_pipeline(of)),
        all_rows(database, "queue", waiting_pipeline(of)),
        _queue(database, of, HEAD),
        *(all_rows(database, "debtors", debt_pipeline(subject, of)) for subject in SUBJECTS),
    )
    return InstanceRows(instance, standing[0], waiting, head, dict(zip(SUBJECTS, debts, strict=True)))


async def _queue(database: Database, of: Scope, limit: int = 0) -> list[Document]:
    """Who can be called now: nobody while every gate is closed."""
    return [] if of.shut else await all_rows(database, "queue", queue_pipeline(of, limit))


async def all_rows(database: Database, view: str, pipeline: Pipeline) -> list[Document]:
    """What `pipeline` gives over `view`. PyMongoError is left to the caller."""
    return await aggregated(database, view, pipeline, QUERY_MS)


async def queue(database: Database, selected: str, now: datetime) -> list[Debtor]:
    """The whole queue of the instance `selected`, or of all of them, best first. Raises RetryLater as `Reader.read` does.

    Read to its end before anything is sent: half a file would look like a whole one. Raises NoSuchInstance.
    """
    try:
        async with asyncio.timeout(READ_SECONDS):
            _, _, seen = await _signs(database)
            valid, _ = await instances(database)
            if selected != EVERYBODY and selected not in valid:
                raise NoSuchInstance(selected)
            chosen = [one for one in valid.values() if selected in (EVERYBODY, one.name)]
            found = [(one, await _queue(database, scope_of(one, now, seen))) for one in chosen]
    except (PyMongoError, TimeoutError) as exc:
        raise RetryLater(failure_of(exc)) from exc
    return sorted((debtor(row, instance, now) for instance, rows in found for row in rows), key=order)


async def count(database: Database, now: datetime) -> Counted:
    """The findings of every instance at the aware instant `now`. Raises RetryLater where MongoDB is away or too slow.

    Only single queries are bounded in time: no refresh waits for this, and a hundred providers may take a minute.
    """
    try:
        valid, wrong = await instances(database)
        found = [await findings_of(database, instance) for instance in valid.values()]
    except (PyMongoError, TimeoutError) as exc:
        raise RetryLater(failure_of(exc)) from exc
    found.sort(key=lambda one: (one.title.casefold(), one.name))
    return Counted(now, tuple(found), tuple(sorted(wrong.items())))


async def findings_of(database: Database, instance: Instance) -> Findings:
    """Of one instance. PyMongoError is left to the caller."""
    commonest: Pipeline = [{"$sort": {"debtors": -1, "_id": 1}}, {"$limit": VALUES_READ}]
    rows: dict[What, Sequence[Document]] = {
        what: await all_rows(database, "debtors", [*pipeline, *commonest])
        for what, pipeline in pipelines(instance.name).items()
    }
    # thousands of names are compared with one another: other sessions must not wait for that
    return await asyncio.to_thread(findings, instance, rows)
