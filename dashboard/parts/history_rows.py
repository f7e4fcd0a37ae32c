"""The table and the file of a figure's history: a row for each group of days and provider, the newest first (pure)."""

from collections.abc import Iterator

from dashboard.facts.history import History, Line, change_of
from dashboard.parts.plotted import Unit
from dashboard.parts.rows import Cell, Column, Kind, Rows
from dashboard.words.labels import N_
from dashboard.words.language import Language
from schemas.figures.names import Unit as Counted

UNITS: dict[Counted, Unit] = {"cents": "money", "count": "count", "share": "share"}
KINDS: dict[Unit, Kind] = {"money": "money", "count": "number", "share": "share", "seconds": "number"}
PROVIDER = "provider"
SHOWN = 5_000
"""Rows of the table; the file has all."""
BEGINS = {"day": N_("Day"), "week": N_("Week from"), "month": N_("Month from")}


def columns(facts: History, say: Language) -> tuple[Column, ...]:
    """Of the chosen figure, whose unit they have."""
    kind = KINDS[UNITS[facts.figure.unit]]
    return (
        Column("day", say(BEGINS[facts.group]), "day", 130),
        *((Column(PROVIDER, say("Provider"), "text"),) if facts.several else ()),
        Column("value", say("The figure's value"), kind, 150),
        Column("before", say("Period before"), kind, 150),
        Column("change", say("Change (%)"), "share", 120),
        Column("days", say("Days known"), "number", 120),
        Column("note", say("To be known"), "text"),
    )


def rows(facts: History, say: Language, most: int | None = None) -> Rows:
    """All of them, or the newest `most`."""
    found = list(_rows(facts, say))[:most]
    return Rows(columns(facts, say), tuple(cells for _, cells in found), tuple(key for key, _ in found))


def _rows(facts: History, say: Language) -> Iterator[tuple[str, tuple[Cell, ...]]]:
    for index in reversed(range(len(facts.lines[0].points) if facts.lines else 0)):
        for line in facts.lines:
            now, then = line.points[index], line.before[index]
            who = (line.title,) if facts.several else ()
            note = " · ".join(notes(facts, line, index, say))
            change = change_of(facts.figure, now, then)
            cells = (now.day, *who, now.value, then.value, change, now.days, note)
            yield f"{now.day}@{line.instance}", cells


def notes(facts: History, line: Line, index: int, say: Language) -> Iterator[str]:
    """What must be known about one group of days."""
    point, days = line.points[index], facts.days_of(index)
    if not point.days:
        yield say("not known")
    elif point.days < days:
        yield say.many("%(n)s day is not known", "%(n)s days are not known", days - point.days)
    if point.rebuilt:
        yield (
            say.many("%(n)s day rebuilt later", "%(n)s days rebuilt later", point.rebuilt)
            if days > 1
            else say("rebuilt later")
        )
    for turn in line.turns:
        if 0 <= (turn.day - point.day).days < days:
            yield say("counted in another way from %(day)s on", day=say.day(turn.day))
    if 0 <= (facts.today - point.day).days < days:
        yield say("not over yet")
