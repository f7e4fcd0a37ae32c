"""Rows in, one frozen Snapshot out: what every open page shows until the next refresh (pure: no Panel, no database)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from dashboard.facts.asked import Asked
from dashboard.facts.failures import Failure
from dashboard.facts.phones import ending
from dashboard.facts.provider import Provider, identity
from dashboard.facts.situation import situation
from dashboard.facts.sources import Source, sources
from dashboard.facts.stages import Stage, is_deaf, needed, passed, stages
from schemas.calling.calendar import Gate
from schemas.calling.freshness import Signs
from schemas.calling.gates import gate_of
from schemas.calling.place import place
from schemas.figures.debts import Debt, debts
from schemas.figures.queue import Waiting, waiting
from schemas.figures.scope import scope_of
from schemas.figures.standing import Standing, standing
from schemas.instances import Instance
from schemas.queue import Facts, Part, Verdict
from schemas.refills import Refill
from schemas.reverse_map import ReverseMap, Subject
from schemas.rows import Kind
from schemas.stages import Heartbeat
from schemas.views import CLOSED_BILLS, EVIDENCE

Row = Mapping[str, Any]
SHOWN = ("debtors", "queue", "sweeps", "dead_letters", "calls", EVIDENCE, CLOSED_BILLS, "references")
"""The views that the pages' numbers and names are made of."""
NUMBERS: tuple[Kind, ...] = ("client", "contract", "bill")
"""Until each of these was read whole once, an instance has no number: zero would be a lie. Support tables only name."""


class InstanceRows(NamedTuple):
    """What was read about one instance: the rows of the pipelines in `schemas.figures` and `schemas.figures.debts`."""

    instance: Instance
    standing: Row
    waiting: Sequence[Row]
    head: Sequence[Row]
    debts: Mapping[Subject, Sequence[Row]]


class Rows(NamedTuple):
    """Everything one refresh read. `wrong`: instances whose configuration is not valid, with the field.

    `refills`: of any view, looked for before anything else was read. `signs` and `beats`: how far the stages were before the
    figures were read. `before`: what each stage had passed when somebody last looked.
    """

    instances: Sequence[InstanceRows]
    sweeps: Sequence[Row]
    dead_letters: int
    wrong: Mapping[str, str]
    signs: Signs
    beats: Sequence[Heartbeat] = ()
    refills: Sequence[Refill] = ()
    before: Mapping[str, datetime] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Debtor:
    """One place in the queue. `phone`: only its last digits. `parts` add up to `score`. `situation`: the ERP's own term.

    `trust_unlock`: a trust unlock is in force (DC).
    """

    instance: str
    title: str
    code: str
    name: str
    phone: str
    situation: str
    due_on: date
    days_late: int
    cents: int
    score: int
    parts: tuple[tuple[Part, int], ...]
    trust_unlock: bool = False


@dataclass(frozen=True, slots=True)
class InstanceFigures(Provider):
    """One instance at the moment of the snapshot, in its own zone.

    `gate`: whether calls are allowed just now. `debts`: what is overdue, under every name of a bairro or client type, most
    cents first.
    """

    min_days_overdue: int
    gate: Gate
    standing: Standing
    waiting: Waiting
    debts: Mapping[Subject, tuple[Debt, ...]]
    head: tuple[Debtor, ...]
    sources: tuple[Source, ...]

    @property
    def complete(self) -> tuple[int, int]:
        """Kinds read whole once and shown, of all that it reads."""
        return sum(source.complete for source in self.sources), len(self.sources)

    @property
    def countable(self) -> bool:
        """Enough was read for its figures to be numbers."""
        return all(source.complete for source in self.sources if source.kind in NUMBERS)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All instances by title. Built once for everybody; sessions only choose from it.

    `refills`: of the views that its numbers are made of, which are incomplete then. `deaf`: no stage is heard.
    """

    built_at: datetime
    instances: tuple[InstanceFigures, ...]
    dead_letters: int
    wrong: tuple[tuple[str, str], ...]
    refills: tuple[Refill, ...] = ()
    stages: tuple[Stage, ...] = ()
    deaf: bool = False


def snapshot(rows: Rows, now: datetime) -> Snapshot:
    """The snapshot of `rows` read at the aware instant `now`."""
    calls = any(read.instance.pabx for read in rows.instances)
    way = stages(needed(calls=calls), rows.beats, rows.before, now)
    found = [_figures(read, rows, passed(way), now) for read in rows.instances]
    found.sort(key=lambda one: (one.title.casefold(), one.name))
    refills = tuple(one for one in rows.refills if one.view in SHOWN)
    wrong = tuple(sorted(rows.wrong.items()))
    deaf = is_deaf(rows.beats, now)
    return Snapshot(now, tuple(found), rows.dead_letters, wrong, refills, way if rows.instances else (), deaf=deaf)


def _figures(read: InstanceRows, rows: Rows, until: datetime | None, now: datetime) -> InstanceFigures:
    instance = read.instance
    of = scope_of(instance, now, rows.signs)
    return InstanceFigures(
        *identity(instance),
        instance.rules.min_days_overdue,
        gate_of(instance, rows.signs, now),
        standing(read.standing),
        waiting(read.waiting, of),
        {subject: debts(rows, ReverseMap(instance.reverse.get(subject, {}))) for subject, rows in read.debts.items()},
        tuple(debtor(row, instance, now) for row in read.head),
        sources(instance, rows.sweeps, until, now),
    )


def debtor(row: Row, instance: Instance, now: datetime) -> Debtor:
    """One row of `queue_pipeline`, at the aware instant `now`."""
    facts = Facts.model_validate(row["facts"], extra="ignore")
    found = place(facts, Verdict(), instance, now)  # whoever is in these rows is not held
    parts = sorted(found.parts.items(), key=lambda part: (-part[1], part[0]))
    return Debtor(
        instance.name,
        instance.title or instance.name,
        row["code"],
        facts.name or row["code"],
        next(filter(None, map(ending, (row.get("verdict", {}).get("number") or "", *facts.phones))), ""),
        situation(instance.erp.kind, row.get("contracts") or ()),
        found.oldest_due_on or now.astimezone(instance.clock).date(),
        found.days_late,
        found.overdue_cents,
        found.score,
        tuple(parts),
        facts.trust_unlock,
    )


@dataclass(frozen=True, eq=False)
class Reading:
    """What the newest attempt to refresh left at `at`: the last snapshot that could be built, and why a newer one could not.

    `pages`: the facts of the pages that somebody has open. Compared by identity: one is made each refresh and shared by
    every session.
    """

    at: datetime
    snapshot: Snapshot | None = None
    failure: Failure | None = None
    pages: Mapping[Asked, object] = field(default_factory=dict)
