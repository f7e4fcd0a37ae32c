"""The facts of the page "Overdue bills": rows in, frozen facts out, and their reading."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, NamedTuple

from dashboard.facts import coming_back, undated
from dashboard.facts.asked import Filters
from dashboard.facts.choices import Choices, Found, choices
from dashboard.facts.coming_back import ComingBack
from dashboard.facts.connection import Connection, connection
from dashboard.facts.due import is_short, narrowed
from dashboard.facts.names import Names
from dashboard.facts.reads import all_rows
from dashboard.facts.sight import Sight
from dashboard.facts.trend import Trend, trends
from dashboard.facts.undated import WithoutDay
from schemas.figures.debts import Debt, together
from schemas.figures.narrow import BY, By
from schemas.figures.overdue import Late, bills_pipeline, late, late_pipeline
from schemas.figures.scope import AGES, Scope, scope_of
from schemas.figures.standing import Band, Share
from schemas.figures.tables import named, names_pipeline
from schemas.instances import Instance
from schemas.spelling import fold

Row = Mapping[str, Any]

MOST: Final = 5_000
"""Bills listed on the page; a file has all."""
AMOUNTS = tuple(f"standing.age_{since}_cents" for since, _ in AGES)
FIGURES = ("standing.bills", "standing.overdue_cents", "standing.debtors", *AMOUNTS)
"""Those whose past is shown. Amounts by age: the first is the short term, the others are the long one."""


class Read(NamedTuple):
    """What was read of one instance. `wide`: of every age; `inner`: of the chosen one; `bills`: rows, at most `MOST`.

    `asked`: what the chosen names are chosen from.
    """

    instance: Instance
    today: date
    names: Names
    wide: Sequence[Late]
    inner: Sequence[Late]
    bills: Sequence[Row]
    asked: Found


@dataclass(frozen=True, slots=True)
class Line:
    """One overdue bill. `provider`: its instance's title. `branch`: as people call it."""

    instance: str
    provider: str
    code: str
    name: str
    bill: str
    contract: str
    due_on: date
    days: int
    cents: int
    bairro: str
    client_type: str
    branch: str
    connection: Connection


@dataclass(frozen=True, slots=True)
class Part:
    """What is overdue under one name. `key`: what a filter asks for, "" where it cannot. `instance`: a branch's own."""

    name: str
    short: Share
    long: Share
    key: str = ""
    instance: str = ""

    @property
    def share(self) -> Share:
        """Both terms."""
        return self.short + self.long


@dataclass(frozen=True, slots=True)
class Day:
    """The bills that are exactly so many days late."""

    days: int
    bills: int
    cents: int


@dataclass(frozen=True, eq=False, slots=True)
class Overdue:
    """Compared by identity: one is made each refresh and shared by all sessions that look at the same rows.

    `today`: of the first instance. `aging`: a band for each of `AGES`, whatever age is chosen. `days`: ascending.
    `back`, `trends`, `undated`: of the whole instances, whatever else is chosen; the trends only where nothing else is.

    `parts`: most cents first. `lines`: the most late first, of `short.bills + long.bills` there are.
    """

    today: date
    several: bool
    short: Share
    long: Share
    aging: tuple[Band, ...]
    days: tuple[Day, ...]
    parts: Mapping[By, tuple[Part, ...]]
    lines: tuple[Line, ...]
    back: ComingBack = field(default_factory=ComingBack)
    trends: Mapping[str, Trend] = field(default_factory=dict)
    undated: WithoutDay = field(default_factory=WithoutDay)
    choices: Choices = field(default_factory=dict)

    @property
    def share(self) -> Share:
        """Everything that was asked for."""
        return self.short + self.long


async def read(sight: Sight, filters: Filters) -> Overdue:
    """One instance after the other: the page is never the reason why MongoDB is busy."""
    found = [await _read(sight, instance, filters) for instance in sight.instances]
    back, without = await coming_back.read(sight), await undated.read(sight)
    is_whole = filters == Filters(instance=filters.instance)
    before = await trends(sight, "standing", FIGURES) if is_whole else {}
    return replace(await asyncio.to_thread(overdue, found, sight.now.date()), back=back, trends=before, undated=without)


async def _read(sight: Sight, instance: Instance, filters: Filters, limit: int = MOST) -> Read:
    of = scope_of(instance, sight.now)
    names = Names(instance, named(await all_rows(sight.database, "references", names_pipeline(instance.name))))
    wide = await _late(sight, of, filters, band=False)
    inner = await _late(sight, of, filters) if filters.band else wide
    raws = names.chosen(filters, ((by, getattr(one, by)) for one in wide for by in BY))
    pipeline = bills_pipeline(of, narrowed(filters, of.today, raws), limit)
    bills = await all_rows(sight.database, "debtors", pipeline)

    def kept(cells: Sequence[Late]) -> list[Late]:
        return [one for one in cells if all(getattr(one, by) in values for by, values in raws.items())]

    return Read(instance, of.today, names, kept(wide), kept(inner), bills, Found(instance, names, inner, raws))


async def _late(sight: Sight, of: Scope, filters: Filters, *, band: bool = True) -> tuple[Late, ...]:
    pipeline = late_pipeline(of, narrowed(filters, of.today, band=band))
    return late(await all_rows(sight.database, "debtors", pipeline))


async def every_line(sight: Sight, filters: Filters) -> list[Line]:
    """The whole list, for a file."""
    found = [await _read(sight, instance, filters, 0) for instance in sight.instances]
    return await asyncio.to_thread(lines, found)


def overdue(found: Sequence[Read], today: date) -> Overdue:
    """The facts of all that was read. `today`: where there is no instance."""
    return Overdue(
        found[0].today if found else today,
        len(found) > 1,
        _sum(one.share for read in found for one in read.inner if is_short(one.due_on, read.today)),
        _sum(one.share for read in found for one in read.inner if not is_short(one.due_on, read.today)),
        _aging(found),
        _days(found),
        {by: _parts(found, by) for by in BY},
        tuple(lines(found)[:MOST]),
        choices=choices([read.asked for read in found]),
    )


def _sum(shares: Iterable[Share]) -> Share:
    return sum(shares, Share())


def _aging(found: Sequence[Read]) -> tuple[Band, ...]:
    bands: dict[int, Share] = {since: Share() for since, _ in AGES}
    for read in found:
        for one in read.wide:
            late_by = (read.today - one.due_on).days
            bands[max(since for since in bands if since <= late_by)] += one.share
    return tuple(Band(since, share.bills, share.cents) for since, share in bands.items())


def _days(found: Sequence[Read]) -> tuple[Day, ...]:
    days: defaultdict[int, Share] = defaultdict(Share)
    for read in found:
        for one in read.inner:
            days[(read.today - one.due_on).days] += one.share
    return tuple(Day(each, days[each].bills, days[each].cents) for each in sorted(days))


def _parts(found: Sequence[Read], by: By) -> tuple[Part, ...]:
    if by == "branch":
        return _branches(found)
    terms: dict[bool, list[Debt]] = {True: [], False: []}
    for read in found:
        for one in read.inner:
            name = read.names.shown(by, getattr(one, by))
            terms[is_short(one.due_on, read.today)].append(Debt(name, one.share))
    short, long = ({fold(one.name): one.share for one in together(terms[term])} for term in (True, False))
    every = together([*terms[True], *terms[False]])
    none = Share()
    return tuple(Part(one.name, short.get(fold(one.name), none), long.get(fold(one.name), none), one.name) for one in every)


def _branches(found: Sequence[Read]) -> tuple[Part, ...]:
    """Each of each instance: one code may be another branch elsewhere."""
    parts = []
    for read in found:
        terms: dict[str, dict[bool, Share]] = {}
        for one in read.inner:
            shares = terms.setdefault(one.branch, {True: Share(), False: Share()})
            shares[is_short(one.due_on, read.today)] += one.share
        title = f" · {read.instance.title or read.instance.name}" if len(found) > 1 else ""
        parts += [
            Part(read.names.shown("branch", code) + title, shares[True], shares[False], code, read.instance.name)
            for code, shares in terms.items()
        ]
    return tuple(sorted(parts, key=lambda one: (-one.share.cents, one.name, one.key)))


def lines(found: Iterable[Read]) -> list[Line]:
    """All rows that were read, the most late first, the greatest of a day before."""
    every = [_line(read, row) for read in found for row in read.bills]
    return sorted(every, key=lambda one: (-one.days, -one.cents, one.instance, one.code, one.bill))


def _line(read: Read, row: Row) -> Line:
    bill, client, of = row["bill"], row.get("client") or {}, read.instance
    due_on = date.fromisoformat(bill["due_on"])
    bairro, client_type, branch = (read.names.shown(by, client.get(by) or "") for by in BY)
    return Line(
        of.name,
        of.title or of.name,
        row["code"],
        client.get("name") or row["code"],
        bill["id"],
        bill["contract"],
        due_on,
        (read.today - due_on).days,
        bill["open_cents"],
        bairro,
        client_type,
        branch,
        connection(of.erp.kind, row.get("contracts") or ()),
    )
