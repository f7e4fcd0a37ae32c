"""Asks the views for one instance's figures, by the very pipelines that the dashboard runs."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, time
from typing import NamedTuple

from schemas.calling.freshness import Signs, is_stale
from schemas.figures.access import Contracts, access_pipeline, contracts
from schemas.figures.calls import CallDay, call_days, calls_pipeline
from schemas.figures.debts import SUBJECTS, Debt, debt_pipeline, debts
from schemas.figures.queue import waiting, waiting_pipeline
from schemas.figures.scope import Pipeline, scope_of
from schemas.figures.snapshots import Found
from schemas.figures.standing import Standing, standing, standing_pipeline
from schemas.instances import Instance
from schemas.pabx import PABX_HOLDS
from schemas.refills import UNDER_WAY, refills
from schemas.reverse_map import ReverseMap, Subject
from schemas.rows import Kind
from schemas.runtime.mongo import Database, aggregated, reread
from schemas.stages import Heartbeat
from schemas.sweeps import told_at
from schemas.views import EPOCHS, LIVING, STAGES, Document

QUERY_MS = 20_000
"""MongoDB gives up on a single query after this: before the lease is over."""
NEEDED: tuple[Kind, ...] = ("client", "contract", "bill")
"""Who has not been read whole once is no figure."""
FOLLOWED = ("hydrate", "views")
"""Between a sweep and what the views hold of it."""


class Owed(NamedTuple):
    """What the debtors tell."""

    standing: Standing
    debts: Mapping[Subject, tuple[Debt, ...]]
    access: Contracts


class Doubts(NamedTuple):
    """`swept`: as of when the last complete sweep tells, by instance and kind.

    `beats`: of the stages in `FOLLOWED`, by stage. `anew`: views that are being read anew.
    `refusing`: instances whose PABX refuses us.
    """

    swept: Mapping[tuple[str, str], datetime]
    beats: Mapping[str, tuple[Heartbeat, ...]]
    anew: frozenset[str]
    refusing: frozenset[str] = frozenset()

    def knows_debts(self, instance: Instance, now: datetime) -> bool:
        """Whether what the views hold of its debts is whole and not old."""
        if "debtors" in self.anew or any((instance.name, kind) not in self.swept for kind in NEEDED):
            return False
        return not any(is_stale(self.signs(stage), instance, now) for stage in FOLLOWED)

    def signs(self, stage: str = "hydrate") -> Signs:
        """By which the gates of whole instances are closed. `stage`: one of `FOLLOWED`, judged as `hydrate` is."""
        bills = {name: at for (name, kind), at in self.swept.items() if kind == "bill"}
        return Signs(bills, self.beats.get(stage, ()), self.refusing)


async def doubts(database: Database) -> Doubts:
    """To be asked before the figures: what becomes whole meanwhile was not whole when it was read."""
    anew = refills(await database[EPOCHS].find(UNDER_WAY).max_time_ms(QUERY_MS).to_list())
    completed, living = {"phase": "completed", "instance": {"$exists": True}}, {"stage": {"$in": FOLLOWED}, **LIVING}
    sweeps = await reread(lambda: database["sweeps"].find(completed).max_time_ms(QUERY_MS).to_list())
    swept = {(str(one["instance"]), str(one["kind"])): told_at(one) for one in sweeps}
    beats: dict[str, tuple[Heartbeat, ...]] = {}
    for one in await reread(lambda: database[STAGES].find(living).max_time_ms(QUERY_MS).to_list()):
        fields = {name: value for name, value in one.items() if name in Heartbeat.model_fields}
        beat = Heartbeat.model_validate(fields, extra="ignore")
        beats[beat.stage] = (*beats.get(beat.stage, ()), beat)
    refusing = await database[PABX_HOLDS].find({}, {"_id": 1}).max_time_ms(QUERY_MS).to_list()
    return Doubts(swept, beats, frozenset(one.view for one in anew), frozenset(str(one["_id"]) for one in refusing))


async def measured(database: Database, instance: Instance, now: datetime, doubt: Doubts) -> Found:
    """At the aware instant `now`. What is in doubt is not known. Raises PyMongoError."""
    is_known = doubt.knows_debts(instance, now)
    of = scope_of(instance, now, doubt.signs())
    debt = await owed(database, instance, now) if is_known else None
    rows = await _all(database, "queue", waiting_pipeline(of)) if is_known and "queue" not in doubt.anew else None
    return Found(
        None if debt is None else debt.standing,
        None if debt is None or "references" in doubt.anew else debt.debts,
        None if debt is None else debt.access,
        None if rows is None else waiting(rows, of),
        None if "calls" in doubt.anew else await called(database, instance, now),
    )


async def owed(database: Database, instance: Instance, now: datetime, view: str = "debtors") -> Owed:
    """`view`: a collection like that of the debtors. Raises PyMongoError."""
    of = scope_of(instance, now)
    standing_rows, access_rows, *debt_rows = await asyncio.gather(
        _all(database, view, standing_pipeline(of)),
        _all(database, view, access_pipeline(of)),
        *(_all(database, view, debt_pipeline(subject, of)) for subject in SUBJECTS),
    )
    named = {
        subject: debts(rows, ReverseMap(instance.reverse.get(subject, {})))
        for subject, rows in zip(SUBJECTS, debt_rows, strict=True)
    }
    return Owed(standing(standing_rows[0]), named, contracts(access_rows))


async def called(database: Database, instance: Instance, now: datetime) -> CallDay:
    """The calls of the local day, until `now`. Raises PyMongoError."""
    day = now.astimezone(instance.clock).date()
    midnight = datetime.combine(day, time(0), instance.clock)
    rows = await _all(database, "calls", calls_pipeline(instance.name, instance.zone, midnight, now))
    return next(iter(call_days(rows)), CallDay(instance.name, day, 0, 0, 0, 0, {}))


async def _all(database: Database, view: str, pipeline: Pipeline) -> list[Document]:
    return await aggregated(database, view, pipeline, QUERY_MS)
