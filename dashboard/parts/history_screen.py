"""The page of a figure's history: how it is drawn, what is said above and beneath (pure). Painted once for all sessions."""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from babel.dates import format_skeleton

from dashboard.facts.asked import DRAWINGS, GROUPS, PERIODS, Drawing, Filters
from dashboard.facts.history import DAYS, FIGURE, History, Incomparable
from dashboard.parts import kpi
from dashboard.parts.history_rows import SHOWN, UNITS, rows
from dashboard.parts.html import Html
from dashboard.parts.plotted import Chart, Series, has_lone, told
from dashboard.parts.rows import Rows
from dashboard.words import address
from dashboard.words.labels import N_
from dashboard.words.language import Language
from schemas.figures.history import Group
from schemas.figures.names import FAMILIES, LISTED, Family

PATH = "historico"
KEPT = 6
GREY = "#8d9aa7"
"""Of the period before."""
REBUILT = "*"
FAMILY: dict[Family, str] = {
    "standing": N_("Debt"),
    "debts": N_("Where the debt is"),
    "access": N_("Contracts"),
    "waiting": N_("Queue"),
    "calls": N_("Calls"),
}
KIND: dict[Drawing, str] = {"lines": N_("Lines"), "columns": N_("Columns"), "areas": N_("Areas")}
GROUP: dict[Group, str] = {"day": N_("By day"), "week": N_("By week"), "month": N_("By month")}
WHY: dict[Incomparable, str] = {
    "unknown": N_("One of the two periods is not known."),
    "zero": N_("The period before was zero."),
    "providers": N_("Not the same providers are known in both periods."),
    "definition": N_("The figure was counted in another way meanwhile."),
    "share": N_("Shares of several providers cannot be added: choose one."),
}


@dataclass(frozen=True, eq=False)
class Painted:
    """Blocks by name, the chart, and the table's rows."""

    blocks: dict[str, str]
    chart: Chart
    rows: Rows


def figures(say: Language) -> dict[str, dict[str, str]]:
    """What can be chosen: the title of each family, to its figures' names by title."""
    return {say(FAMILY[family]): {say(one.title): one.name for one in LISTED if one.family == family} for family in FAMILIES}


def controls(html: Html, facts: History | None, filters: Filters) -> str:
    """How it is grouped, drawn, and since when: links, and a form for own days."""

    def link(**changes: object) -> str:
        return address.write(PATH, replace(filters, **changes))  # type: ignore[arg-type]  # the fields of Filters

    say = html.say
    group = facts.group if facts else filters.group
    own = bool(filters.since or filters.until)
    days = "" if own else filters.period or str(DAYS)
    sets = [
        (say("Period"), [(say("%(n)s days", n=n), link(period=n, since=None, until=None), n == days) for n in PERIODS]),
        (say("Grouped"), [(say(GROUP[one]), link(group=one), one == group) for one in GROUPS]),
        (say("Chart"), [(say(KIND[one]), link(kind=one), one == (filters.kind or DRAWINGS[0])) for one in DRAWINGS]),
    ]
    kept = [
        (name, value)
        for field, name in address.NAMES.items()
        if field not in {"since", "until", "period"} and (value := getattr(filters, field))
    ]
    first, last = (facts.first, facts.last) if facts else (filters.since, filters.until)
    values = {"sets": sets, "page": (address.PAGE, PATH), "kept": kept, "first": first, "last": last}
    return html("history_controls", {**values, "names": address.NAMES})


@lru_cache(maxsize=KEPT)
def painted(facts: History, kind: Drawing, query: str, html: Html) -> Painted:
    """`query`: of the address, for the files."""
    found, why = drawing(facts, kind, html.say)
    chart = charted(facts, found, html.say)
    table = rows(facts, html.say, SHOWN)
    every = sum(len(line.points) for line in facts.lines)
    values = {"sentences": [*([why] if why else []), *_sentences(facts, html.say)]}
    listed = {"path": PATH, "query": query, "cut": (len(table.cells), every) if every > len(table.cells) else None}
    return Painted(
        {
            "kpis": kpi.strip(html, kpis(facts, html.say)),
            "told": html("history_told", values),
            "list": html("history_list", listed),
        },
        chart,
        table,
    )


def drawing(facts: History, kind: Drawing, say: Language) -> tuple[Drawing, str]:
    """How the chart is drawn, and why not as it was asked for."""
    if kind != "lines" and facts.several and facts.figure.unit == "share":
        return "lines", say("Drawn as lines: shares of several providers cannot be stacked.")
    if kind == "areas" and any(has_lone([point.value for point in line.points]) for line in facts.lines):
        return "columns", say("Drawn as columns: an area needs two known values side by side.")
    return kind, ""


def charted(facts: History, kind: Drawing, say: Language) -> Chart:
    """A series for each provider; of one alone, as lines, the period before too."""
    found = [Series(line.title, tuple(point.value for point in line.points)) for line in facts.lines]
    if len(facts.lines) == 1:
        found = [replace(found[0], name=say("This period"))]
        if kind == "lines":
            found.append(Series(say("Period before"), tuple(point.value for point in facts.lines[0].before), GREY))
    labels = tuple(_label(facts, index, say) for index in range(len(facts.lines[0].points))) if facts.lines else ()
    known = any(line.value is not None for line in facts.lines)
    nothing = say("Every known number of this period is zero.") if known else say("Nothing was kept of this period yet.")
    return Chart(kind, say(facts.figure.title), UNITS[facts.figure.unit], labels, tuple(found), say, nothing)


def _label(facts: History, index: int, say: Language) -> str:
    points = [line.points[index] for line in facts.lines]
    text = _short(points[0].day, facts.group, facts.first.year != facts.last.year, say)
    return f"{text}{REBUILT}" if any(point.rebuilt for point in points) else text


def _short(day: date, group: Group, years: bool, say: Language) -> str:
    skeleton = "yMMM" if group == "month" else "yMd" if years else "Md"
    return str(format_skeleton(skeleton, day, locale=say.locale))


def kpis(facts: History | None, say: Language) -> list[kpi.Kpi]:
    """The period, the one before, how they differ, and how much of it is known; skeletons until it is read."""
    if facts is None:
        names = (say("This period"), say("Period before"), say("Change"), say("Days known"))
        return [kpi.Kpi(name, None, None, None, "", "", "skeleton") for name in names]
    unit = UNITS[facts.figure.unit]
    last = facts.figure.over == "last"
    known = max((line.known_until for line in facts.lines if line.known_until), default=None)
    days = max((sum(point.days for point in line.points) for line in facts.lines), default=0)
    every = (facts.last - facts.first).days + 1
    change = facts.change
    now = None if facts.value is None else told(facts.value, unit, say)
    then = None if facts.value_before is None else told(facts.value_before, unit, say)
    when = (say("on %(day)s", day=say.day(known)) if last else say("all days together")) if known and now else ""
    why = (
        say(WHY[facts.incomparable]) if facts.incomparable else "" if last else say("by the mean of the days that are known")
    )
    sign = "" if change is None or change <= 0 else "+"
    return [
        kpi.Kpi(say("This period"), now, None, None, "", "", name="now", note=when),
        kpi.Kpi(say("Period before"), then, None, None, "", "", name="before", note=_same_days(facts, say)),
        kpi.Kpi(
            say("Change"),
            None if change is None else sign + told(change, "share", say),
            None,
            None,
            "",
            "",
            name="change",
            note=why,
        ),
        kpi.Kpi(
            say("Days known"),
            say("%(n)s of %(rows)s", n=say.number(days), rows=say.number(every)),
            None,
            None,
            "",
            "",
            name="days",
            note=say("%(first)s to %(last)s", first=say.day(facts.first), last=say.day(facts.last)),
        ),
    ]


def _same_days(facts: History, say: Language) -> str:
    days = (facts.last - facts.first).days + 1
    return say.many("the %(n)s day before", "the %(n)s days before", days)


def _sentences(facts: History, say: Language) -> list[str]:
    """What a picture cannot say."""
    found = []
    for line in facts.lines:
        who = f"{line.title}: " if facts.several else ""
        unknown = (facts.last - facts.first).days + 1 - sum(point.days for point in line.points)
        rebuilt = sum(point.rebuilt for point in line.points)
        if unknown:
            text = say.many(
                "%(n)s day is not known and is a gap, not a zero.",
                "%(n)s days are not known and are gaps, not zeros.",
                unknown,
            )
            found.append(who + text)
        if rebuilt:
            text = say.many(
                "%(n)s day, marked *, was rebuilt later from what was recorded.",
                "%(n)s days, marked *, were rebuilt later from what was recorded.",
                rebuilt,
            )
            found.append(who + text)
        found += [
            who
            + say(
                "From %(day)s on this figure is counted in another way; before and after cannot be compared.",
                day=say.day(turn.day),
            )
            for turn in line.turns
        ]
    return found


def chosen_figure(filters: Filters) -> str:
    """Its name."""
    return filters.figure or FIGURE
