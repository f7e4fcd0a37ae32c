"""The facts of the page "Calls" become its cards, its charts and its rows (pure; painted once for all who see them)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from babel.dates import get_day_names
from babel.numbers import format_decimal, format_percent

from dashboard.facts.asked import Filters
from dashboard.facts.board import common_zone
from dashboard.facts.calls import FIGURES, SHOWN, CallRow, Calls
from dashboard.facts.trend import Trend
from dashboard.parts.chosen import link
from dashboard.parts.kpi import Kpi, Line, State
from dashboard.parts.plotted import Chart, Series
from dashboard.parts.rows import Cell, Column, Kind, Rows
from dashboard.words.calling import AMD, OUTCOMES, UNDER_WAY, WOULD_HAVE_CALLED
from dashboard.words.labels import N_
from dashboard.words.language import Language
from dashboard.words.people import People
from schemas.attempts import Outcome
from schemas.calling.short_calls import ENOUGH, SLOWED_AT, WARNED_AT, Counted, Pressure, pressure
from schemas.figures.calls import SHORT_S
from schemas.figures.calls_through_the_day import HOURS, WEEKDAYS

PATH = "chamadas"
KEPT = 6
SECONDS = 7
"""Letters of the longest call."""
OF_A_DAY = ("calls", "short")
"""Cards that count the last day alone."""
CAUSES = 8
"""What AMD said, with a bar of its own."""


class Group(NamedTuple):
    """Outcomes that share a colour: a chart of eleven tells nothing. None is a call without one yet."""

    title: str
    colour: str
    outcomes: tuple[Outcome | None, ...]


GROUPS = (
    Group(N_("Person"), "#2f7ea8", ("human",)),
    Group(N_("Machine"), "#8d9aa7", ("machine", "machine_presumed")),
    Group(N_("Not sure, or hung up at once"), "#b08a3e", ("not_sure", "dropped")),
    Group(N_("No answer"), "#5a74c4", ("no_answer",)),
    Group(N_("Busy, or network busy"), "#a8627f", ("busy", "congestion")),
    Group(N_("Number does not exist"), "#6f8f3a", ("invalid_number",)),
    Group(N_("Failed, or not known"), "#4f5b68", ("failed", "lost")),
    Group(N_("Under way"), "#3c9a86", (None,)),
)
"""Neither orange nor red nor violet: these mean lateness and DC."""


@dataclass(frozen=True)
class Screen:
    """`charts`: by name. `dates`: the day that a column's label stands for."""

    kpis: tuple[Kpi, ...]
    charts: Mapping[str, Chart]
    dates: Mapping[str, date]
    rows: Rows
    told: str


def columns(say: Language, *, file: bool = False) -> tuple[Column, ...]:
    """Of the record of calls, on the page or in a `file`, where seconds are numbers: a table shows no number as a word."""
    seconds: Kind = "number" if file else "text"
    return (
        Column("at", say("When"), "moment", 128),
        Column("client", say("Client"), "text", 170),
        Column("number", say("Phone"), "text", 124),
        Column("outcome", say("How it ended"), "text", 140),
        Column("ring", say("Rang (s)"), seconds, 76),
        Column("talk", say("Talked (s)"), seconds, 80),
        Column("amd", say("Machine detection"), "text", 120),
        Column("cause", say("Cause"), "code", 64),
        Column("why", say("Evidence that decided"), "text"),
        Column("witnesses", say("Witnesses"), "text", 90),
    )


def rows(found: Iterable[CallRow], say: Language, people: People, *, several: bool, file: bool = False) -> Rows:
    """A row for each call; its key is the call's."""
    listed = tuple(found)
    return Rows(
        columns(say, file=file),
        tuple(_cells(one, say, people, several=several, file=file) for one in listed),
        tuple(one.key for one in listed),
        common_zone(one.zone for one in listed),
    )


def _cells(one: CallRow, say: Language, people: People, *, several: bool, file: bool) -> tuple[Cell, ...]:
    name = people.name(one.name)
    return (
        one.at,
        f"{name} · {one.title}" if several else name,
        people.phone(one.number),
        ended(one, say),
        one.ring_s if file else padded(one.ring_s, say),
        one.talk_s if file else padded(one.talk_s, say),
        one.amd,
        "" if one.cause is None else str(one.cause),
        one.why,
        ", ".join(name.upper() for name in one.witnesses),
    )


def padded(seconds: float | None, say: Language) -> str:
    """With blanks before it, so that texts are in the order of their numbers; "" where nobody tells."""
    if seconds is None:
        return ""
    return str(format_decimal(round(seconds, 1), format="0.0", locale=say.locale)).rjust(SECONDS)


def ended(one: CallRow, say: Language) -> str:
    """How a call ended; of a dry run that it would have been one."""
    if one.dry_run:
        return say(WOULD_HAVE_CALLED)
    return say(OUTCOMES[one.outcome]) if one.outcome else say(UNDER_WAY)


@lru_cache(maxsize=KEPT)
def painted(facts: Calls | None, filters: Filters, say: Language, people: People) -> Screen | None:
    """None while nothing is known; `skeletons` then stand for the cards."""
    if facts is None:
        return None
    days = _days(facts)
    charts = {
        "through_the_day": _through_the_day(facts, say),
        "by_day": _stacked(say("Calls by day"), {f"{day:%d/%m}": of for day, of in days.items()}, say),
        "amd": _amd(facts, say),
        "week": _week(facts, say),
    }
    told = say("Each call with what its witnesses said; the newest first. Choose one to see its evidence.")
    more = max(0, facts.total - SHOWN)
    if more:
        told = " ".join((told, say.many("%(n)s more row is in the file.", "%(n)s more rows are in the file.", more)))
    listed = rows(facts.rows, say, people, several=facts.several)
    return Screen(kpis(facts, filters, say), charts, {f"{day:%d/%m}": day for day in days}, listed, told)


def kpis(facts: Calls | None, filters: Filters, say: Language) -> tuple[Kpi, ...]:
    """The cards. `facts`: None while nothing is known."""
    state: State = "skeleton" if facts is None else "known"
    found = facts.answers if facts else None
    short, timed = facts.short if facts else (0, 0)
    found_pressure = pressure(Counted(timed, short))
    dates = (facts.since, facts.until) if facts else (None, None)
    period = say("%(since)s to %(until)s", since=_day(dates[0], say), until=_day(dates[1], say))
    on = say("of %(day)s", day=_day(dates[1], say))
    href = link(PATH, filters)
    one_day = link(PATH, replace(filters, since=dates[1], until=dates[1]))

    def card(name: str, label: str, value: str | None, note: str, definition: str) -> Kpi:
        to = one_day if name in OF_A_DAY else href
        return Kpi(label, value, None, _line(name, facts), to, definition, state, name=name, note=note)

    share = format_percent(short / timed, format="#,##0.#%", locale=say.locale) if timed else None
    return (
        card(
            "calls",
            say("Calls of the day"),
            say.number(facts.of_day.calls if facts else 0),
            on,
            say("Calls that were placed that day, dry runs aside, whether anybody answered or not."),
        ),
        card(
            "answered",
            say("Answered"),
            _share(found.answer_rate if found else None, say),
            period,
            say("Of the calls that ended: taken by a person, by a machine, or by nobody knows which."),
        ),
        card(
            "human",
            say("Answered by a person"),
            _share(found.human_rate if found else None, say),
            period,
            say("Of the calls that ended. What is only presumed never counts as a person."),
        ),
        card(
            "mean",
            say("Mean duration"),
            _seconds(found.human_mean_s if found else None, say),
            say("all answered: %(mean)s", mean=_seconds(found.mean_s if found else None, say) or "—"),
            say("Seconds from the answer to the end, of conversations with a person."),
        ),
        card(
            "short",
            say("Short calls"),
            share,
            f"{on} · {_pressed(found_pressure, say)}",
            say(
                "Of the day's calls of known length, the share of %(s)s s or less, answered or not. From %(warned)s%% on "
                "there is a warning, from %(slowed)s%% on half the pace, once %(enough)s calls are known.",
                s=SHORT_S,
                warned=round(WARNED_AT * 100),
                slowed=round(SLOWED_AT * 100),
                enough=ENOUGH,
            ),
        ),
        card(
            "dry",
            say("Would have called"),
            say.number(facts.dry_runs if facts else 0),
            period,
            say("Dry runs: everything was done but the ringing. They are in no other figure."),
        ),
    )


def _line(name: str, facts: Calls | None) -> Line:
    """How a card of one day went. Today is not over: it is not compared with the whole of yesterday."""
    found: Mapping[str, Trend] = facts.past if facts else {}
    n, short, timed = (found.get(figure, Trend()).values for figure in FIGURES)
    if name == "calls":
        return n
    return [a / b if a is not None and b else None for a, b in zip(short, timed, strict=True)] if name == "short" else None


def _pressed(found: Pressure, say: Language) -> str:
    if found == "slowed":
        return say("⚠ half the pace")
    return say("⚠ warning") if found == "warned" else say("within the limit")


def _day(day: date | None, say: Language) -> str:
    return say.day(day) if day else "—"


def _share(rate: float | None, say: Language) -> str | None:
    return None if rate is None else str(format_percent(rate, format="#,##0.#%", locale=say.locale))


def _seconds(mean: float | None, say: Language) -> str | None:
    return None if mean is None else f"{format_decimal(round(mean, 1), locale=say.locale)} s"


def _days(facts: Calls) -> dict[date, Mapping[Outcome | None, int]]:
    """Calls of each day by outcome, instances together."""
    found: dict[date, dict[Outcome | None, int]] = {}
    for one in facts.days:
        of = found.setdefault(one.day, {})
        for outcome, n in (*one.outcomes.items(), (None, one.open)):
            of[outcome] = of.get(outcome, 0) + n
    return dict(sorted(found.items()))


def _through_the_day(facts: Calls, say: Language) -> Chart:
    """Of the last day; from the first hour with a call to the last."""
    counted: dict[int, Mapping[Outcome | None, int]] = {one.hour: one.outcomes for one in facts.hours}
    span = HOURS[min(counted) : max(counted) + 1] if counted else ()
    title = say("Calls through the day, %(day)s", day=say.day(facts.until))
    return _stacked(title, {f"{hour:02}h": counted.get(hour, {}) for hour in span}, say)


def _stacked(title: str, counted: Mapping[str, Mapping[Outcome | None, int]], say: Language) -> Chart:
    series = tuple(
        Series(
            say(group.title),
            tuple(float(sum(of.get(outcome, 0) for outcome in group.outcomes)) for of in counted.values()),
            group.colour,
        )
        for group in GROUPS
    )
    return Chart("columns", title, "count", tuple(counted), series, say, say("Nobody was called."))


def _amd(facts: Calls, say: Language) -> Chart:
    first, rest = facts.amd[:CAUSES], facts.amd[CAUSES:]
    labels = [_amd_label(one.status, one.cause, say) for one in first]
    values = [float(one.calls) for one in first]
    if rest:
        labels.append(say("Others (%(n)s)", n=say.number(len(rest))))
        values.append(float(sum(one.calls for one in rest)))
    title, nothing = say("What machine detection said"), say("No call went through machine detection.")
    return Chart("bars", title, "count", tuple(labels), (Series(say("Calls"), tuple(values)),), say, nothing)


def _amd_label(status: str, cause: str, say: Language) -> str:
    """In our words, where we know AMD's; else its own."""
    return " · ".join(dict.fromkeys(say(AMD[word]) if word in AMD else word for word in (status, cause) if word))


def _week(facts: Calls, say: Language) -> Chart:
    """Conversations by weekday and hour."""
    counted = {(one.weekday, one.hour): one.human for one in facts.week}
    hours = sorted({hour for _, hour in counted})
    span = HOURS[hours[0] : hours[-1] + 1] if hours else ()
    names = get_day_names("wide", locale=say.locale)
    series = tuple(Series(names[day], tuple(float(counted.get((day, hour), 0)) for hour in span)) for day in WEEKDAYS)
    title, nothing = say("Conversations by weekday and hour"), say("Nobody has answered yet.")
    return Chart("heat", title, "count", tuple(f"{hour:02}h" for hour in span), series, say, nothing)
