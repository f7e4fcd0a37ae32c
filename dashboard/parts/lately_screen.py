"""How figures went, today's calls and what happened last, as the page "Monitoring" shows it (pure)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from dashboard.facts.asked import Filters
from dashboard.facts.board import Board
from dashboard.facts.lately import Happened, Lately
from dashboard.parts import sparkline
from dashboard.parts.chosen import link
from dashboard.parts.html import Html
from dashboard.parts.kpi import Better, Change, Kpi, Unit, changed, strip
from dashboard.parts.plotted import Chart, Series
from dashboard.words.calling import OUTCOMES
from dashboard.words.labels import KINDS, N_
from dashboard.words.language import Language
from schemas.figures.definitions import DEFINITIONS, Figure

SPARK_DAYS: Final = 30
SPANS: Final = (7, 30, 90)
SPAN: Final = 30
CALLS_PAGE: Final = "chamadas"
UNITS: Final[Mapping[str, tuple[Unit, Better]]] = {
    "active_clients": ("count", "more"),
    "debtors": ("count", "less"),
    "overdue": ("money", "less"),
    "pre_collection": ("money", "less"),
    "collection": ("money", "less"),
}


class Going(NamedTuple):
    """How one card's figure went: against yesterday in words, and the path of its last days."""

    change: Change | None
    path: str


def goings(board: Board, lately: Lately | None, say: Language) -> dict[str, Going]:
    """By the card's name; nothing where nothing was kept."""
    if lately is None or not board.numbers:
        return {}
    standing = board.standing
    now = {
        "active_clients": standing.active_clients,
        "debtors": standing.overdue.debtors,
        "overdue": standing.overdue.cents,
        "pre_collection": standing.pre_collection.cents,
        "collection": standing.collection.cents,
    }
    found = {}
    for card, (unit, better) in UNITS.items():
        trend = lately.trends[card]
        before = None if trend.yesterday is None else round(trend.yesterday)
        found[card] = Going(changed(now[card], before, say, unit, better), sparkline.path(trend.values[-SPARK_DAYS:]))
    return found


def calls(html: Html, lately: Lately | None, filters: Filters) -> str:
    """The strip of today's calls; "" where no provider calls."""
    say, today = html.say, lately.calls if lately else None
    if today is None:
        return ""
    there = link(CALLS_PAGE, filters)
    human = today.outcomes.get("human", 0)
    ended = today.n - today.open
    told = sorted(today.outcomes.items(), key=lambda one: (-one[1], one[0]))
    note = " · ".join(f"{say(OUTCOMES[outcome])} {say.number(n)}" for outcome, n in told[:3])
    cards = [
        Kpi(say("Calls today"), say.number(today.n), None, None, there, _what("calls_today", say), note=note),
        Kpi(
            say("Answered by a person"),
            say.number(human),
            None,
            None,
            there,
            say("Today's calls that a person answered."),
            note=say("%(share)s of those that ended", share=say.share(human / ended)) if ended else "",
        ),
        Kpi(
            say("Short calls"),
            say.share(today.share) if today.timed else None,
            None,
            None,
            there,
            _what("short_calls", say),
            note=say.many("of %(n)s call of known length", "of %(n)s calls of known length", today.timed),
        ),
        Kpi(
            say("Under way now"),
            say.number(today.open),
            None,
            None,
            there,
            say("Placed, and without a result yet."),
        ),
    ]
    return strip(html, cards)


def _what(figure: Figure, say: Language) -> str:
    meaning = DEFINITIONS[figure]
    return say(meaning)


def latest(html: Html, lately: Lately | None, now: datetime) -> str:
    """What happened last, a line each."""
    if lately is None:
        return ""
    lines = [(one, told(one, html.say), html.say.moment(one.at, now, one.zone)) for one in lately.latest]
    return html("latest", {"lines": lines})


def told(one: Happened, say: Language) -> str:
    """What happened, in words."""
    match one.what:
        case "call":
            word = OUTCOMES.get(one.told)  # type: ignore[call-overload]  # of a later version it may be another
            return say("Call to client %(code)s: %(outcome)s", code=one.code, outcome=say(word) if word else one.told)
        case "paid":
            return say("Client %(code)s paid a bill of %(amount)s", code=one.code, amount=say.money(int(one.told or 0)))
        case "read":
            kind = KINDS.get(one.told)  # type: ignore[call-overload]  # as above
            return say("The ERP was read: %(kind)s", kind=say(kind).lower() if kind else one.told)


def span(filters: Filters) -> int:
    """Days that the trend is drawn over; a longer period than is kept is the longest."""
    return min(int(filters.period), SPANS[-1]) if filters.period else SPAN


def spans(html: Html, filters: Filters) -> str:
    """The links between the spans, which keep everything else that is chosen."""
    say, chosen = html.say, span(filters)
    links = [
        (say("%(n)s days", n=days), link("", filters, period="" if days == SPAN else str(days)), days == chosen)
        for days in SPANS
    ]
    return html("spans", {"links": links})


def trend(lately: Lately | None, today: date, say: Language, days: int = SPAN) -> Chart:
    """What was overdue on each of the last days."""
    values = lately.trends["pre_collection"].values[-days:] if lately else ()
    beyond = lately.trends["collection"].values[-days:] if lately else ()
    labels = tuple(f"{today - timedelta(days=len(values) - 1 - n):%d/%m}" for n in range(len(values)))
    return Chart(
        "lines",
        say("Overdue amount on each of the last days"),
        "money",
        labels,
        (
            Series(say(N_("Pre-collection")), tuple(values), "#e8891c"),
            Series(say(N_("Collection")), tuple(beyond), "#c8473a"),
        ),
        say,
        say("No figures were kept yet: the first appear within an hour."),
        plain=True,
    )
