"""The facts of the page "Overdue bills" become what it shows. Painted once for all sessions that see the same (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal

from dashboard.facts.asked import BEYOND_SHORT, Filters, band
from dashboard.facts.coming_back import ComingBack
from dashboard.facts.overdue import AMOUNTS, MOST, Overdue, Part
from dashboard.facts.trend import added
from dashboard.parts import undated
from dashboard.parts.aged import by_day, by_range
from dashboard.parts.chosen import ages, link, narrows, query
from dashboard.parts.html import Html
from dashboard.parts.kpi import Change, Kpi, Line, State, lately, strip
from dashboard.parts.overdue_rows import NAMES, rows
from dashboard.parts.people import Mask, whole
from dashboard.parts.plotted import Chart, Series
from dashboard.parts.rows import Rows
from dashboard.words.labels import N_, NN_
from dashboard.words.language import Language
from schemas.figures.narrow import BY, By
from schemas.figures.scope import AGES
from schemas.figures.standing import Share

PATH = "faturas"
AFTER, WITHOUT = "#3c9a86", "#8d9aa7"
DAY_AND_MONTH = 5
"""Letters of a date."""
SHORT, LONG = band(*AGES[0]), band(*BEYOND_SHORT)
KEPT = 6
SHOWN = 12
"""Names with a line of their own."""
COUNTED: dict[By, tuple[str, str]] = {
    "bairro": NN_("%(n)s bairro with debt", "%(n)s bairros with debt"),
    "client_type": NN_("%(n)s client type with debt", "%(n)s client types with debt"),
    "branch": NN_("%(n)s branch with debt", "%(n)s branches with debt"),
}
CARDS = {
    "bills": (
        N_("Overdue bills"),
        N_("Open bills whose due date has passed; one due today is not overdue."),
    ),
    "cents": (N_("Overdue amount"), N_("What is still open of the overdue bills, without interest and fines.")),
    "debtors": (N_("Debtors"), N_("Clients with at least one of these bills, each counted once.")),
    "short": (N_("Short term"), N_("Overdue bills up to 7 days late.")),
    "long": (N_("Long term"), N_("Overdue bills more than 7 days late.")),
    "recovered": (
        N_("Recovered in 30 days"),
        N_(
            "Bills that were paid in the last 30 days, as they were open; of the whole provider, whatever else is chosen. "
            "After a call: a person answered at most 7 days before."
        ),
    ),
}
"""Each card's label, and what it counts."""
CHARTS = {
    "aging_cents": N_("Overdue amount by days late"),
    "aging_bills": N_("Overdue bills by days late"),
    "day_cents": N_("Overdue amount by exact day late"),
    "day_bills": N_("Overdue bills by exact day late"),
    "recovered": N_("Recovered per day"),
}
PAST: dict[str, tuple[str, ...]] = {
    "bills": ("standing.bills",),
    "cents": ("standing.overdue_cents",),
    "debtors": ("standing.debtors",),
    "short": AMOUNTS[:1],
    "long": AMOUNTS[1:],
}
"""Cards, to the figures of the snapshots that add up to theirs."""
MONEY = frozenset({"cents", "short", "long"})
FILES: dict[By, str] = {"bairro": "faturas-bairro", "client_type": "faturas-tipo", "branch": "faturas-filial"}


@dataclass(frozen=True, eq=False)
class Painted:
    """`blocks`: HTML by name. `charts`: by the plot's name."""

    blocks: Mapping[str, str]
    charts: Mapping[str, Chart]
    rows: Rows


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of a breakdown. `href`: its rows, "" where a filter cannot ask for them. `short`, `long`: percents."""

    name: str
    share: Share
    href: str
    short: float
    long: float


@lru_cache(maxsize=KEPT)
def painted(facts: Overdue, filters: Filters, readings: tuple[int, int], html: Html, mask: Mask = whole) -> Painted:
    """`readings`: how many kinds of rows were read at least once, of how many."""
    say = html.say
    incomplete = readings[0] < readings[1]
    blocks = {"kpis": strip(html, kpis(facts, filters, readings, say)), "list": _list(facts, filters, html)}
    blocks["rolls"] = html(
        "rolls",
        {
            "rolls": facts.back.rolls,
            "file": f"{PATH}-rolagem",
            "query": query(Filters(filters.instance)),
            "ages": partial(ages, say),
        },
    )
    blocks["recovered"] = html("only_exports", {"file": f"{PATH}-recuperado", "query": query(Filters(filters.instance))})
    blocks["undated"] = undated.block(facts.undated, filters, html, mask, several=facts.several)
    blocks["days"] = html("only_exports", {"file": f"{PATH}-dias", "query": query(filters)})
    for by in BY:
        blocks[by] = _breakdown(by, facts.parts[by], filters, html)
    return Painted(blocks, charts(facts, filters, say, incomplete=incomplete), rows(facts.lines, say, mask))


def kpis(facts: Overdue | None, filters: Filters, readings: tuple[int, int], say: Language) -> list[Kpi]:
    """The strip; skeletons without `facts`."""
    state: State = "skeleton" if facts is None else "partial" if readings[0] < readings[1] else "known"
    share, short, long = (facts.share, facts.short, facts.long) if facts else (Share(), Share(), Share())
    back = facts.back if facts else ComingBack()
    past = facts.trends if facts else {}
    values: dict[str, tuple[str | None, str]] = {
        "bills": (say.number(share.bills), ""),
        "cents": (say.money(share.cents), ""),
        "debtors": (say.number(share.debtors), ""),
        "short": (say.money(short.cents), say.many("%(n)s bill", "%(n)s bills", short.bills)),
        "long": (say.money(long.cents), say.many("%(n)s bill", "%(n)s bills", long.bills)),
        "recovered": (say.money(back.after + back.without), say("%(amount)s after a call", amount=say.money(back.after))),
    }
    bands = {"short": SHORT, "long": LONG}
    accents: dict[str, Literal["short", "long"]] = {"short": "short", "long": "long"}
    now = {"bills": share.bills, "cents": share.cents, "debtors": share.debtors, "short": short.cents, "long": long.cents}

    def card(name: str, value: str | None, note: str) -> Kpi:
        change: Change | None = None
        line: Line = tuple(day.cents_after + day.cents_without for day in back.days)
        if name in PAST:
            change, line = lately(added(past, PAST[name]), now[name], say, "money" if name in MONEY else "count", "less")
        return Kpi(
            say(CARDS[name][0]),
            value,
            change,
            line,
            link(PATH, filters, **({"band": bands[name]} if name in bands else {})),
            say(CARDS[name][1]),
            state,
            readings,
            name,
            note,
            accents.get(name, ""),
        )

    return [card(name, value, note) for name, (value, note) in values.items()]


def charts(facts: Overdue | None, filters: Filters, say: Language, *, incomplete: bool = False) -> dict[str, Chart]:
    """Both charts by ranges and both by exact days."""
    nothing = empty(facts, filters, say, incomplete=incomplete)
    aging = facts.aging if facts else ()
    days = facts.days if facts else ()
    titles = {name: say(title) for name, title in CHARTS.items()}
    return {
        "aging_cents": by_range({one.since: one.cents for one in aging}, titles["aging_cents"], "money", say, nothing),
        "aging_bills": by_range({one.since: one.bills for one in aging}, titles["aging_bills"], "count", say, nothing),
        "day_cents": by_day({one.days: one.cents for one in days}, titles["day_cents"], "money", say, nothing),
        "day_bills": by_day({one.days: one.bills for one in days}, titles["day_bills"], "count", say, nothing),
        "recovered": _recovered(facts.back if facts else ComingBack(), titles["recovered"], say),
    }


def _recovered(back: ComingBack, title: str, say: Language) -> Chart:
    series = (
        Series(say("After a call"), tuple(day.cents_after for day in back.days), AFTER),
        Series(say("Without a call"), tuple(day.cents_without for day in back.days), WITHOUT),
    )
    labels = tuple(say.day(day.day)[:DAY_AND_MONTH] for day in back.days)
    return Chart("columns", title, "money", labels, series, say, say("Nothing came back in the last 30 days."))


def empty(facts: Overdue | None, filters: Filters, say: Language, *, incomplete: bool) -> str:
    """Why there is nothing: it is never the same sentence."""
    if facts is None:
        return say("Not read yet.")
    if incomplete:
        return say("Not everything has been read once; nothing can be concluded yet.")
    return say("No overdue bill answers to these filters.") if narrows(filters) else say("Nothing is overdue.")


def _list(facts: Overdue, filters: Filters, html: Html) -> str:
    total = facts.share.bills
    say = html.say
    told = (
        say(
            "The %(shown)s most late of %(all)s bills; the files hold them all.",
            shown=say.number(MOST),
            all=say.number(total),
        )
        if total > MOST
        else say("The most late first.")
    )
    return html("listed", {"title": say("Overdue bills, one by one"), "told": told, "file": PATH, "query": query(filters)})


def _breakdown(by: By, parts: Sequence[Part], filters: Filters, html: Html) -> str:
    longest = max((one.share.cents for one in parts), default=0) or 1
    ranked = [
        Ranked(one.name, one.share, _href(by, one, filters), 100 * one.short.cents / longest, 100 * one.long.cents / longest)
        for one in parts[:SHOWN]
    ]
    rest = sum((one.share for one in parts[SHOWN:]), Share())
    values: dict[str, object] = {"by": by, "title": NAMES[by], "counted": COUNTED[by], "names": len(parts), "ranked": ranked}
    values |= {"others": len(parts[SHOWN:]), "rest": rest, "file": FILES[by], "query": query(filters)}
    return html("breakdown", values)


def _href(by: By, part: Part, filters: Filters) -> str:
    if not part.key:
        return ""
    return link(PATH, filters, **{by: part.key}, **({"instance": part.instance} if part.instance else {}))
