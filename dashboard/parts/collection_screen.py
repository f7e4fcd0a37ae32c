"""The facts of the page "Collection" become its cards, its chart and its rows (pure; painted once for all who see them)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from html import escape
from typing import Literal

from dashboard.facts.asked import Filters
from dashboard.facts.board import common_zone
from dashboard.facts.collection import SHOWN, Collection, Contract, LastCall, Sum
from dashboard.parts.chosen import link
from dashboard.parts.kpi import Kpi, State
from dashboard.parts.plotted import COMMON, TRUST, Chart, Series
from dashboard.parts.rows import Cell, Column, Rows
from dashboard.words.calling import OUTCOMES, UNDER_WAY, WOULD_HAVE_CALLED
from dashboard.words.language import Language
from dashboard.words.people import People
from schemas.figures.collection import READY, Part

PATH = "cobranca"
FILES: Mapping[Part, str] = {"action": "cobranca", "other": "cobranca-demais"}
"""Names of the files of each list."""
KEPT = 6
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
DATES = 40
YEAR = 300
"""Due dates with a column of their own, within so many days: a label has no year."""


@dataclass(frozen=True)
class Screen:
    """`dates`: the due date that a column's label stands for. `older`: HTML that tells of those without a column. `choices`:
    due dates by their text. `titles`, `told`: of each list.
    """

    kpis: tuple[Kpi, ...]
    chart: Chart
    dates: Mapping[str, date]
    older: str
    choices: Mapping[str, str]
    rows: Mapping[Part, Rows]
    titles: Mapping[Part, str]
    told: Mapping[Part, str]


def columns(say: Language) -> tuple[Column, ...]:
    """Of both lists, on the page and in their files."""
    return (
        Column("client", say("Client"), "text", 150, frozen=True),
        Column("contract", say("Contract"), "code", 90),
        Column("days", say("Days late"), "number", 80),
        Column("due_on", say("Overdue since"), "day", 92),
        Column("cents", say("Amount"), "money", 112),
        Column("why", say("Why here"), "text", 100),
        Column("decided", say("Decided"), "text", 100),
        Column("phone", say("Phone"), "text", 114),
        Column("called", say("Last attempt"), "moment", 126),
        Column("outcome", say("How it ended"), "text", 100),
        Column("situation", say("Status in the ERP"), "text"),
    )


def rows(found: tuple[Contract, ...], say: Language, people: People, *, several: bool) -> Rows:
    """A row for each contract; its key is the contract's."""
    return Rows(
        columns(say),
        tuple(_cells(one, say, people, several=several) for one in found),
        tuple(one.key for one in found),
        common_zone(one.zone for one in found),
    )


def _cells(one: Contract, say: Language, people: People, *, several: bool) -> tuple[Cell, ...]:
    name = people.name(one.name)
    return (
        f"{name} · {one.title}" if several else name,
        one.contract or "—",
        one.days_late,
        one.due_on,
        one.cents,
        why(one, say),
        decided(one, say),
        ", ".join(people.phone(phone) for phone in one.phones[:2]),
        one.call.at if one.call else None,
        ended(one.call, say),
        one.situation,
    )


def why(one: Contract, say: Language) -> str:
    """What puts a contract into its list."""
    kinds = [*([say("Blocked")] if one.blocked else []), *([say("DC")] if one.trust else [])]
    if one.ready:
        return " · ".join(kinds) or say("%(n)s+ days, but active", n=READY)
    return " · ".join([say("up to %(n)s days", n=READY - 1), *kinds])


def ended(call: LastCall | None, say: Language) -> str:
    """How the last call ended."""
    if call is None:
        return say("Never called")
    if call.dry_run:
        return say(WOULD_HAVE_CALLED)
    return say(OUTCOMES[call.outcome]) if call.outcome else say(UNDER_WAY)


def decided(one: Contract, say: Language) -> str:
    """What people decided about this debtor."""
    if one.silenced:
        return say("Do not call")
    return say("Promise until %(day)s", day=say.day(one.promised)) if one.promised else ""


@lru_cache(maxsize=KEPT)
def painted(facts: Collection | None, filters: Filters, read: tuple[int, int], say: Language, people: People) -> Screen:
    """`facts`: None while nothing is known. `read`: how many of how many first readings of the ERP there were."""
    state: State = "skeleton" if facts is None else "known" if read[0] >= read[1] else "partial"
    found = facts or Collection(NEVER, (), {"action": (), "other": ()})
    chart, dates = _chart(found, say)
    on = filters.due_on
    cut = {part: max(0, found.sum(action=part == "action", on=on).contracts - SHOWN) for part in found.lists}
    return Screen(
        _kpis(found, filters, state, read, say),
        chart,
        dates,
        _older(found, dates, say),
        _choices(found, say),
        {part: rows(some, say, people, several=found.several) for part, some in found.lists.items()},
        {"action": say("To act on now"), "other": say("All other overdue contracts")},
        {part: _told(part, more, say) for part, more in cut.items()},
    )


def _told(part: Part, more: int, say: Language) -> str:
    """What a list holds, and how many rows of it are only in the file."""
    if part == "action":
        told = say("%(n)s or more days late, and blocked or under a trust unlock; most late first.", n=READY)
    else:
        told = say("Up to %(n)s days late, or later but active; most late first.", n=READY - 1)
    if not more:
        return told
    return " ".join((told, say.many("%(n)s more row is in the file.", "%(n)s more rows are in the file.", more)))


def _kpis(found: Collection, filters: Filters, state: State, read: tuple[int, int], say: Language) -> tuple[Kpi, ...]:
    on = filters.due_on
    everything, trust = found.sum(on=on), found.sum(trust=True, on=on)
    ready, action, active = (
        found.sum(ready=True, on=on),
        found.sum(action=True, on=on),
        found.sum(ready=True, action=False, on=on),
    )
    href = link(PATH, filters)

    def card(name: str, label: str, of: Sum, definition: str, accent: Literal["", "long"] = "") -> Kpi:
        number, note = say.number(of.contracts), say.money(of.cents)
        return Kpi(label, number, None, None, href, definition, state, read, name, note, accent)

    return (
        card("overdue", say("Overdue contracts"), everything, say("Each contract once, by its oldest overdue bill.")),
        card("common", say("Common"), found.sum(trust=False, on=on), say("Overdue, without a trust unlock in force.")),
        card("trust", say("Trust unlock (DC)"), trust, say("Overdue, with a trust unlock in force.")),
        card(
            "ready",
            say("Ready for contact"),
            ready,
            say("%(n)s or more days late, whatever the contract's access is.", n=READY),
            "long",
        ),
        card(
            "action",
            say("To act on now"),
            action,
            say("%(n)s or more days late, and blocked or under a trust unlock.", n=READY),
            "long",
        ),
        card(
            "active",
            say("Late but active"),
            active,
            say("%(n)s or more days late, neither blocked nor under a trust unlock.", n=READY),
            "long",
        ),
    )


def _choices(found: Collection, say: Language) -> dict[str, str]:
    counts = Counter[date]()
    for due in found.dues:
        counts[due.due_on] += due.contracts
    every = {say("All due dates"): ""}
    return every | {f"{say.day(day)} · {say.number(counts[day])}": day.isoformat() for day in sorted(counts, reverse=True)}


def _chart(found: Collection, say: Language) -> tuple[Chart, dict[str, date]]:
    """Comum and DC of each of the newest due dates, oldest first; labels without a year, as none reaches back so far."""
    counts: dict[date, list[int]] = {}
    for due in found.dues:
        counts.setdefault(due.due_on, [0, 0])[due.trust] += due.contracts
    days = sorted(counts)[-DATES:]
    dates = {f"{day:%d/%m}": day for day in days if (days[-1] - day).days < YEAR}
    series = (
        Series(say("Common"), tuple(float(counts[day][0]) for day in dates.values()), COMMON),
        Series(say("DC"), tuple(float(counts[day][1]) for day in dates.values()), TRUST),
    )
    title, nothing = say("Overdue contracts by due date"), say("No contract is overdue.")
    return Chart("columns", title, "count", tuple(dates), series, say, nothing), dates


def _older(found: Collection, dates: Mapping[str, date], say: Language) -> str:
    """Those that no column counts: the sum of months would dwarf every day."""
    first = min(dates.values(), default=date.max)
    older = sum(due.contracts for due in found.dues if due.due_on < first)
    if not older:
        return ""
    told = say.many(
        "And %(n)s contract due before %(day)s.", "And %(n)s contracts due before %(day)s.", older, day=say.day(first)
    )
    return f'<p class="sub">{escape(told)}</p>'
