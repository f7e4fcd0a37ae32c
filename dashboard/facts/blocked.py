"""The facts of the page "Blocked contracts": rows in, frozen facts out, and their reading."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from dashboard.facts.asked import Filters
from dashboard.facts.choices import Choices, Found, choices
from dashboard.facts.connection import Connection, connection
from dashboard.facts.due import is_short, narrowed
from dashboard.facts.names import Names
from dashboard.facts.reads import all_rows
from dashboard.facts.sight import Sight
from dashboard.facts.trend import Trend, trends
from schemas.calling.facts import HINDERED
from schemas.debtor import Access, Speed
from schemas.figures.access import ACCESS, SPEEDS, TERMS
from schemas.figures.debts import Debt, together
from schemas.figures.late_contracts import Connections, connections, connections_pipeline, contracts_pipeline
from schemas.figures.narrow import BY, By
from schemas.figures.recovered import days_blocked
from schemas.figures.scope import scope_of
from schemas.figures.standing import Share
from schemas.figures.tables import named, names_pipeline
from schemas.instances import Instance
from schemas.spelling import fold

Row = Mapping[str, Any]

MOST: Final = 5_000
"""Contracts of a list on the page; a file has all."""
PAST_DAYS: Final = 60
SHOWN_PAST: tuple[Access, ...] = tuple(word for word in ACCESS if word != "active")
"""Whoever is active does not tell how many are blocked, and of some ERPs most of them are not listed."""
FIGURES = (
    *(f"access.{word}" for word in SHOWN_PAST),
    *(f"access.speed_{word}" for word in SPEEDS),
    *(f"access.blocked_{term}" for term in TERMS),
    "access.trust_unlock",
)


class Read(NamedTuple):
    """What was read of one instance. `rows`: contracts, at most `MOST`. `asked`: what the chosen names are chosen from."""

    instance: Instance
    today: date
    now: datetime
    names: Names
    cells: Sequence[Connections]
    rows: Sequence[Row]
    asked: Found


@dataclass(frozen=True, slots=True)
class Entry:
    """One contract. `bills`: the overdue ones, oldest first. `due_on`, `days`: of the oldest, None where nothing is overdue.

    `days_blocked`: None where it is not blocked, or nobody knows since when.
    """

    instance: str
    provider: str
    code: str
    name: str
    bills: tuple[str, ...]
    contract: str
    cents: int
    due_on: date | None
    days: int | None
    connection: Connection
    days_blocked: int | None
    bairro: str
    client_type: str
    branch: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """Contracts that are blocked, by the term of their oldest overdue bill; `idle`: with nothing overdue."""

    short: int = 0
    long: int = 0
    idle: int = 0

    @property
    def n(self) -> int:
        """All of them."""
        return self.short + self.long + self.idle


@dataclass(frozen=True, slots=True)
class Named:
    """The blocked contracts under one name. `key`, `instance`: what a filter asks for, "" where it cannot."""

    name: str
    short: int
    long: int
    key: str = ""
    instance: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """The contracts whose oldest bill is exactly so many days late."""

    days: int
    blocked: int
    free: int


@dataclass(frozen=True, eq=False, slots=True)
class Contracts:
    """Compared by identity, as `dashboard.facts.overdue.Overdue`.

    `states`, `speeds`, `trust_unlock` (DC): of those that the ERP lists. `short`, `long`: how many contracts the
    two inventories hold, blocked or not; `inventory`: those, the most late first.
    """

    today: date
    several: bool
    states: Mapping[Access, int]
    speeds: Mapping[Speed, int]
    trust_unlock: int
    blocked: Blocked
    short: int
    long: int
    days: tuple[Day, ...]
    parts: Mapping[By, tuple[Named, ...]]
    inventory: tuple[Entry, ...]
    past: Mapping[str, Trend]
    choices: Choices = field(default_factory=dict)


async def read(sight: Sight, filters: Filters) -> Contracts:
    """One instance after the other: the page is never the reason why MongoDB is busy."""
    found = [await _read(sight, instance, filters, MOST) for instance in sight.instances]
    past = await trends(sight, "access", FIGURES, PAST_DAYS)
    return await asyncio.to_thread(contracts, found, sight.now.date(), past)


async def _read(sight: Sight, instance: Instance, filters: Filters, limit: int, *, idle: bool = False) -> Read:
    of = scope_of(instance, sight.now)
    names = Names(instance, named(await all_rows(sight.database, "references", names_pipeline(instance.name))))
    narrow = narrowed(filters, of.today)
    cells = connections(await all_rows(sight.database, "debtors", connections_pipeline(of, narrow)))
    raws = names.chosen(filters, ((by, getattr(one, by)) for one in cells for by in BY))
    pipeline = contracts_pipeline(of, narrowed(filters, of.today, raws), limit, idle=idle)
    rows = await all_rows(sight.database, "debtors", pipeline)
    kept = [one for one in cells if all(getattr(one, by) in values for by, values in raws.items())]
    return Read(instance, of.today, sight.now, names, kept, rows, Found(instance, names, cells, raws))


async def every_entry(sight: Sight, filters: Filters, *, idle: bool = False) -> list[Entry]:
    """The whole list, for a file: what is overdue, or what is blocked and has nothing overdue."""
    found = [await _read(sight, instance, filters, 0, idle=idle) for instance in sight.instances]
    return await asyncio.to_thread(entries, found)


def contracts(found: Sequence[Read], today: date, past: Mapping[str, Trend]) -> Contracts:
    """The facts of all that was read. `today`: where there is no instance."""
    states, speeds = Counter[Access](dict.fromkeys(ACCESS, 0)), Counter[Speed](dict.fromkeys(SPEEDS, 0))
    terms: Counter[tuple[str, bool]] = Counter()
    days: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    trust_unlock = 0
    for read in found:
        for one in read.cells:
            is_blocked = one.access in HINDERED
            terms[_term(one, read.today), is_blocked] += one.n
            if one.oldest:
                days[(read.today - one.oldest).days][is_blocked] += one.n
            if one.listed:
                states[one.access] += one.n
                speeds[one.speed] += one.n
                trust_unlock += one.n if one.trust_unlock else 0
    return Contracts(
        found[0].today if found else today,
        len(found) > 1,
        states,
        speeds,
        trust_unlock,
        Blocked(terms["short", True], terms["long", True], terms["none", True]),
        terms["short", True] + terms["short", False],
        terms["long", True] + terms["long", False],
        tuple(Day(each, blocked, free) for each, (free, blocked) in sorted(days.items())),
        {by: _parts(found, by) for by in BY},
        tuple(entries(found)),
        past,
        choices([read.asked for read in found]),
    )


def _term(one: Connections, today: date) -> str:
    return "none" if one.oldest is None else "short" if is_short(one.oldest, today) else "long"


def _parts(found: Sequence[Read], by: By) -> tuple[Named, ...]:
    """The blocked ones with something overdue; of a branch those of each instance apart."""
    parts: list[Named] = []
    terms: dict[str, list[Debt]] = {"short": [], "long": []}
    for read in found:
        counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for one in read.cells:
            if one.access in HINDERED and one.oldest:
                counted[getattr(one, by)][_term(one, read.today)] += one.n
        title = f" · {read.instance.title or read.instance.name}" if len(found) > 1 else ""
        for raw, of in counted.items():
            name = read.names.shown(by, raw)
            parts.append(Named(name + title, of["short"], of["long"], raw, read.instance.name))
            for term, debts in terms.items():
                debts.append(Debt(name, Share(debtors=of[term])))
    if by != "branch":
        short, long = ({fold(one.name): one.share.debtors for one in together(terms[term])} for term in ("short", "long"))
        names = together([*terms["short"], *terms["long"]])
        parts = [Named(one.name, short.get(fold(one.name), 0), long.get(fold(one.name), 0), one.name) for one in names]
    return tuple(sorted(parts, key=lambda one: (-(one.short + one.long), one.name, one.key)))


def entries(found: Iterable[Read]) -> list[Entry]:
    """All rows that were read, the most late first, the greatest of a day before."""
    every = [_entry(read, row) for read in found for row in read.rows]
    return sorted(every, key=lambda one: (-(one.days or 0), -one.cents, one.instance, one.code, one.contract))


def _entry(read: Read, row: Row) -> Entry:
    of, contract = read.instance, row["contract"]
    oldest = date.fromisoformat(row["oldest"]) if row.get("oldest") else None
    bairro, client_type, branch = (read.names.shown(by, row.get(by) or "") for by in BY)
    return Entry(
        of.name,
        of.title or of.name,
        row["code"],
        row.get("name") or row["code"],
        tuple(row["bills"]),
        contract["id"],
        row["cents"],
        oldest,
        None if oldest is None else (read.today - oldest).days,
        connection(of.erp.kind, [contract]),
        days_blocked(contract, read.now, of.clock),
        bairro,
        client_type,
        branch,
    )
