"""The facts of the page "Collection" become its cards, its chart and its rows (pure; painted once for all who see them)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from dashboard.facts.asked import Filters
from dashboard.facts.collection import SHOWN, Collection, Contract, LastCall, Sum
from dashboard.parts.kpi import Kpi, State
from dashboard.parts.plotted import COMMON, TRUST, Chart, Series
from dashboard.parts.rows import Cell, Column, Rows
from dashboard.words.address import write
from dashboard.words.calling import OUTCOMES, UNDER_WAY, WOULD_HAVE_CALLED
from dashboard.words.language import Language
from dashboard.words.people import People
from schemas.figures.collection import READY, Part

PATH = "cobranca"
KEPT = 32
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
DATES = 40
"""Due dates with a column of their own; what is older is one more."""


@dataclass(frozen=True)
class Screen:
    """`dates`: the due date that a column's label stands for. `choices`: those of the list, by their text. `cut`: of each
    list, how many rows are not shown.
    """

    kpis: tuple[Kpi, ...]
    chart: Chart
    dates: Mapping[str, date]
    choices: Mapping[str, str]
    rows: Mapping[Part, Rows]
    cut: Mapping[Part, int]


def columns(say: Language) -> tuple[Column, ...]:
    """Of both lists, on the page and in their files."""
    return (
        Column("client", say("Client"), "text", 210),
        Column("contract", say("Contract"), "code", 90),
        Column("days", say("Days late"), "number", 80),
        Column("due_on", say("Overdue since"), "day", 105),
        Column("cents", say("Amount"), "money", 115),
        Column("why", say("Why here"), "text", 140),
        Column("situation", say("Status in the ERP"), "text", 140),
        Column("phone", say("Phone"), "text", 135),
        Column("called", say("Last attempt"), "moment", 130),
        Column("outcome", say("How it ended"), "text"),
        Column("decided", say("Decided"), "text", 130),
    )


def rows(found: tuple[Contract, ...], say: Language, people: People, *, several: bool) -> Rows:
    """A row for each contract; its key is the contract's."""
    zones = {one.zone for one in found}
    return Rows(
        columns(say),
        tuple(_cells(one, say, people, several=several) for one in found),
        tuple(one.key for one in found),
        zones.pop() if len(zones) == 1 else "America/Sao_Paulo",
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
        one.situation,
        ", ".join(people.phone(phone) for phone in one.phones[:2]),
        one.call.at if one.call else None,
        ended(one.call, say),
        decided(one, say),
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
    listed: Mapping[Part, Sum] = {"action": found.sum(action=True, on=on), "other": found.sum(action=False, on=on)}
    return Screen(
        _kpis(found, filters, state, read, say),
        chart,
        dates,
        _choices(found, say),
        {part: rows(some, say, people, several=found.several) for part, some in found.lists.items()},
        {part: max(0, whole.contracts - SHOWN) for part, whole in listed.items()},
    )


def _kpis(found: Collection, filters: Filters, state: State, read: tuple[int, int], say: Language) -> tuple[Kpi, ...]:
    on = filters.due_on
    everything, trust = found.sum(on=on), found.sum(trust=True, on=on)
    ready, action, active = (
        found.sum(ready=True, on=on),
        found.sum(action=True, on=on),
        found.sum(ready=True, action=False, on=on),
    )
    href = write(PATH, filters)

    def card(name: str, label: str, of: Sum, definition: str, accent: str = "") -> Kpi:
        return Kpi(
            label,
            say.number(of.contracts),
            None,
            None,
            href,
            definition,
            state,
            read,
            name,
            say.money(of.cents),
            "long" if accent else "",
        )

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
        ),
        card(
            "active",
            say("Late but active"),
            active,
            say("%(n)s or more days late, neither blocked nor under a trust unlock.", n=READY),
        ),
    )


def _choices(found: Collection, say: Language) -> dict[str, str]:
    counts = Counter[date]()
    for due in found.dues:
        counts[due.due_on] += due.contracts
    every = {say("All due dates"): ""}
    return every | {f"{say.day(day)} · {say.number(counts[day])}": day.isoformat() for day in sorted(counts, reverse=True)}


def _chart(found: Collection, say: Language) -> tuple[Chart, dict[str, date]]:
    """Comum and DC of each due date, oldest first; labels without a year, as nobody looks back as far as one."""
    counts: dict[date, list[int]] = {}
    for due in found.dues:
        counts.setdefault(due.due_on, [0, 0])[due.trust] += due.contracts
    days = sorted(counts)
    older, own = days[:-DATES], days[-DATES:]
    labels = [*([say("before %(day)s", day=f"{own[0]:%d/%m}")] if older else []), *(f"{day:%d/%m}" for day in own)]
    values = [
        *([[sum(counts[day][kind] for day in older) for kind in (0, 1)]] if older else []),
        *(counts[day] for day in own),
    ]
    series = (
        Series(say("Common"), tuple(float(pair[0]) for pair in values), COMMON),
        Series(say("DC"), tuple(float(pair[1]) for pair in values), TRUST),
    )
    title, nothing = say("Overdue contracts by due date"), say("No contract is overdue.")
    return Chart("columns", title, "count", tuple(labels), series, say, nothing), dict(
        zip(labels[bool(older) :], own, strict=True)
    )
