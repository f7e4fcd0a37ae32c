"""The charts of the page "Blocked contracts": how access and speed went on, and how late contracts are (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from dashboard.facts.blocked import PAST_DAYS, SHOWN_PAST, Contracts
from dashboard.facts.trend import Trend
from dashboard.parts.aged import EXACT
from dashboard.parts.blocked_rows import SPEEDS, STATES
from dashboard.parts.plotted import COMMON, Chart, Series, has_lone
from dashboard.words.language import Language
from schemas.debtor import Access, Speed

COLOURS: Mapping[Access, str] = {
    "notice": "#b08a3e",
    "throttled": "#5a74c4",
    "blocked_auto": COMMON,
    "blocked_manual": "#1f5873",
    "blocked": "#3c9a86",
    "disabled": "#6b7580",
    "awaiting_signature": "#a8627f",
    "unknown": "#b4bcc4",
}
PACES: Mapping[Speed, str] = {"normal": COMMON, "reduced": "#b08a3e", "unknown": "#b4bcc4"}
FREE = "#8d9aa7"
DAY_AND_MONTH = 5
"""Letters of a date."""


def charts(facts: Contracts, say: Language, nothing: str) -> dict[str, Chart]:
    """By the plots' names. `nothing`: said where no contract is late."""
    unkept = say("No figures of these days are kept yet.")
    access = [(say(STATES[word]), facts.past.get(f"access.{word}"), COLOURS[word]) for word in SHOWN_PAST]
    speed = [(say(title), facts.past.get(f"access.speed_{word}"), PACES[word]) for word, title in SPEEDS.items()]
    days = [facts.today - timedelta(days=ago) for ago in range(PAST_DAYS - 1, -1, -1)]
    titles = say("Contracts that are not active, by state"), say("Contracts by speed")
    return {
        "access": _evolution(Chart("columns", titles[0], "count", (), (), say, unkept), access, days),
        "speed": _evolution(Chart("areas", titles[1], "count", (), (), say, unkept), speed, days),
        "late": _late(facts, say, nothing),
    }


def _evolution(frame: Chart, parts: Sequence[tuple[str, Trend | None, str]], days: Sequence[date]) -> Chart:
    """`frame` filled: from the first of the `days` that is known; of several providers, where all are."""
    values = [
        (name, trend.values if trend and trend.values else (None,) * len(days), colour) for name, trend, colour in parts
    ]
    known = [any(of[at] is not None for _, of, _ in values) for at in range(len(days))]
    first = known.index(True) if True in known else len(days)
    labels = tuple(frame.say.day(day)[:DAY_AND_MONTH] for day in days[first:])
    filled = replace(
        frame, labels=labels, series=tuple(Series(name, of[first:], colour) for name, of, colour in values if any(of))
    )
    lone = filled.kind == "areas" and any(has_lone(one.numbers) for one in filled.series)
    return replace(filled, kind="columns") if lone else filled


def _late(facts: Contracts, say: Language, nothing: str) -> Chart:
    by_day = {one.days: one for one in facts.days}
    title = say("Contracts by exact day late")
    first, last = min(by_day, default=1), max(by_day, default=0)
    until = min(last, first + EXACT - 1)
    if last > until:
        title = say("%(title)s, the first %(days)s days", title=title, days=EXACT)
    days = range(first, until + 1)
    series = (
        Series(say("Blocked"), tuple(by_day[day].blocked if day in by_day else 0 for day in days), COMMON),
        Series(say("Active / not blocked"), tuple(by_day[day].free if day in by_day else 0 for day in days), FREE),
    )
    return Chart("columns", title, "count", tuple(str(day) for day in days), series, say, nothing)
