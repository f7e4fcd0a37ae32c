"""The facts of the page "Blocked contracts" become what it shows. Painted once for all sessions that see the same (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from dashboard.facts.asked import Filters
from dashboard.facts.blocked import MOST, Contracts, Entry, Named
from dashboard.facts.due import SHORT_DAYS
from dashboard.facts.trend import added
from dashboard.parts.blocked_charts import charts
from dashboard.parts.blocked_rows import SPEEDS, STATES, rows
from dashboard.parts.chosen import link, narrows, query
from dashboard.parts.html import Html
from dashboard.parts.kpi import Change, Kpi, Line, State, lately, strip
from dashboard.parts.overdue_rows import NAMES
from dashboard.parts.overdue_screen import LONG, SHORT, SHOWN
from dashboard.parts.people import Mask, whole
from dashboard.parts.plotted import Chart
from dashboard.parts.rows import Rows
from dashboard.words.labels import N_
from dashboard.words.language import Language
from schemas.calling.facts import HINDERED
from schemas.figures.access import ACCESS, TERMS
from schemas.figures.narrow import BY, By

PATH = "bloqueados"
KEPT = 6
FILES: dict[By, str] = {"bairro": f"{PATH}-bairro", "client_type": f"{PATH}-tipo", "branch": f"{PATH}-filial"}
IDLE = f"{PATH}-sem-atraso"
Term = Literal["short", "long"]
INVENTORIES: dict[Term, tuple[str, str]] = {
    "short": (N_("Short term: up to 7 days"), f"{PATH}-curto-prazo"),
    "long": (N_("Long term: more than 7 days"), f"{PATH}-longo-prazo"),
}
"""Title and file."""
CARDS = {
    "blocked": (
        N_("Blocked contracts"),
        N_("Contracts that are blocked, automatically or by hand, or throttled, whatever is overdue."),
    ),
    "short": (N_("Blocked, short term"), N_("Blocked contracts whose oldest overdue bill is up to 7 days late.")),
    "long": (N_("Blocked, long term"), N_("Blocked contracts whose oldest overdue bill is more than 7 days late.")),
    "idle": (
        N_("Blocked, nothing overdue"),
        N_("Blocked contracts without an overdue bill: see whether they should be active."),
    ),
    "trust": (N_("Trust unlock (DC)"), N_("Contracts that the ERP unlocked on trust, of those that it lists.")),
    "reduced": (N_("Reduced speed"), N_("Contracts whose speed is reduced, of those that the ERP lists.")),
}
"""Each card's label, and what it counts."""
PAST: dict[str, tuple[str, ...]] = {
    "blocked": tuple(f"access.blocked_{term}" for term in TERMS),
    "short": ("access.blocked_short",),
    "long": ("access.blocked_long",),
    "idle": ("access.blocked_none",),
    "trust": ("access.trust_unlock",),
    "reduced": ("access.speed_reduced",),
}
"""Cards, to the figures of the snapshots that add up to theirs."""


@dataclass(frozen=True, eq=False)
class Painted:
    """`blocks`: HTML by name. `charts`: by the plot's name. `inventories`: the rows of both."""

    blocks: Mapping[str, str]
    charts: Mapping[str, Chart]
    inventories: Mapping[Term, Rows]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of a breakdown. `href`: its rows, "" where no filter asks for them. `share_*`: percents."""

    name: str
    short: int
    long: int
    href: str
    share_short: float
    share_long: float


@lru_cache(maxsize=KEPT)
def painted(facts: Contracts, filters: Filters, readings: tuple[int, int], html: Html, mask: Mask = whole) -> Painted:
    """`readings`: how many kinds of rows were read at least once, of how many."""
    say = html.say
    nothing = empty(filters, readings, say)
    parted: dict[Term, list[Entry]] = {"short": [], "long": []}
    for one in facts.inventory:
        parted["short" if (one.days or 0) <= SHORT_DAYS else "long"].append(one)
    blocks = {"kpis": strip(html, kpis(facts, filters, readings, say)), "states": _states(facts, filters, html)}
    for by in BY:
        blocks[by] = _breakdown(by, facts.parts[by], filters, html)
    for term, entries in parted.items():
        blocks[term] = _head(term, facts.short if term == "short" else facts.long, len(entries), filters, html)
    blocks["late"] = html("only_exports", {"file": f"{PATH}-dias", "query": query(filters)})
    inventories = {term: rows(entries, say, mask) for term, entries in parted.items()}
    return Painted(blocks, charts(facts, say, nothing), inventories)


def kpis(facts: Contracts | None, filters: Filters, readings: tuple[int, int], say: Language) -> list[Kpi]:
    """The strip; skeletons without `facts`."""
    state: State = "skeleton" if facts is None else "partial" if readings[0] < readings[1] else "known"
    values = dict.fromkeys(CARDS, 0)
    if facts:
        blocked = facts.blocked
        values = {"blocked": blocked.n, "short": blocked.short, "long": blocked.long, "idle": blocked.idle}
        values |= {"trust": facts.trust_unlock, "reduced": facts.speeds.get("reduced", 0)}
    bands = {"short": SHORT, "long": LONG}
    accents: dict[str, Literal["short", "long"]] = {"short": "short", "long": "long"}
    hrefs = {name: link(PATH, filters, band=band) for name, band in bands.items()} | {"idle": f"{IDLE}.xlsx{query(filters)}"}
    past = facts.past if facts and not narrows(filters) else {}  # what is kept is of whole providers

    def gone(name: str) -> tuple[Change | None, Line]:
        return lately(added(past, PAST[name]), values[name], say, "count", "neither" if name == "trust" else "less")

    return [
        Kpi(
            say(label),
            say.number(values[name]),
            *gone(name),
            hrefs.get(name) or link(PATH, filters),
            say(definition),
            state,
            readings,
            name,
            "",
            accents.get(name, ""),
        )
        for name, (label, definition) in CARDS.items()
    ]


def empty(filters: Filters, readings: tuple[int, int], say: Language) -> str:
    """Why no contract is late: it is never the same sentence."""
    if readings[0] < readings[1]:
        return say("Not everything has been read once; nothing can be concluded yet.")
    return say("No contract answers to these filters.") if narrows(filters) else say("Nothing is overdue.")


def _states(facts: Contracts, filters: Filters, html: Html) -> str:
    states = [(STATES[word], facts.states.get(word, 0), word in HINDERED) for word in ACCESS]
    speeds = [(title, facts.speeds.get(word, 0)) for word, title in SPEEDS.items()]
    return html(
        "states", {"states": states, "speeds": speeds, "file": IDLE, "query": query(filters), "idle": facts.blocked.idle}
    )


def _breakdown(by: By, parts: Sequence[Named], filters: Filters, html: Html) -> str:
    longest = max((one.short + one.long for one in parts), default=0) or 1
    ranked = [
        Ranked(one.name, one.short, one.long, _href(by, one, filters), 100 * one.short / longest, 100 * one.long / longest)
        for one in parts[:SHOWN]
    ]
    rest = parts[SHOWN:]
    values: dict[str, object] = {"by": by, "title": NAMES[by], "ranked": ranked, "others": len(rest), "file": FILES[by]}
    values |= {"short": sum(one.short for one in rest), "long": sum(one.long for one in rest), "query": query(filters)}
    return html("blocked_by", values)


def _href(by: By, part: Named, filters: Filters) -> str:
    if not part.key:
        return ""
    return link(PATH, filters, **{by: part.key}, **({"instance": part.instance} if part.instance else {}))


def _head(term: Term, total: int, listed: int, filters: Filters, html: Html) -> str:
    say = html.say
    title, file = INVENTORIES[term]
    told = say.many("%(n)s contract, the most late first.", "%(n)s contracts, the most late first.", total)
    if total > listed:
        told += " " + say("The first %(n)s are listed; the files hold all.", n=say.number(listed))
    return html(
        "inventory", {"title": say(title), "term": term, "told": told, "file": file, "query": query(filters), "most": MOST}
    )
