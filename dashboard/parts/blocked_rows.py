"""The lists of the page "Blocked contracts", as rows for its tables and its files (pure)."""

from collections.abc import Mapping, Sequence

from dashboard.facts.blocked import Day, Entry, Named
from dashboard.parts.overdue_rows import NAMES, PROVIDER, internet
from dashboard.parts.people import Mask, whole
from dashboard.parts.rows import Cell, Column, Rows
from dashboard.words.labels import N_
from dashboard.words.language import Language
from schemas.debtor import Access, Speed
from schemas.figures.narrow import By

SPEEDS: Mapping[Speed, str] = {"normal": N_("Normal"), "reduced": N_("Reduced"), "unknown": N_("Not known")}
STATES: Mapping[Access, str] = {
    "active": N_("Active"),
    "notice": N_("Payment notice"),
    "throttled": N_("Throttled"),
    "blocked_auto": N_("Blocked automatically"),
    "blocked_manual": N_("Blocked by hand"),
    "blocked": N_("Blocked"),
    "disabled": N_("Disabled"),
    "awaiting_signature": N_("Awaiting signature"),
    "unknown": N_("Not known"),
}
BETWEEN = ", "


def columns(say: Language) -> tuple[Column, ...]:
    """Of a contract; that of the provider is hidden where there is one alone."""
    return (
        Column("client", say("Client"), "text", 190),
        Column(PROVIDER, say("Provider"), "text"),
        Column("bill", say("Bill"), "text"),
        Column("contract", say("Contract"), "code", 92),
        Column("amount", say("Amount"), "money", 120),
        Column("due_on", say("Due date"), "day", 112),
        Column("days", say("Days late"), "number", 76),
        Column("internet", say("Internet"), "text"),
        Column("speed", say("Speed"), "text", 100),
        Column("days_blocked", say("Days blocked"), "number", 92),
        Column("code", say("Code"), "code", 84),
    )


def rows(entries: Sequence[Entry], say: Language, mask: Mask = whole) -> Rows:
    """A row for each contract, in the order of `entries`."""
    cells = tuple(_cells(one, say, mask) for one in entries)
    return Rows(columns(say), cells, tuple(f"{one.instance}:{one.code}:{one.contract}" for one in entries))


def _cells(one: Entry, say: Language, mask: Mask) -> tuple[Cell, ...]:
    who = (mask(one.name), one.provider)
    owes = (BETWEEN.join(one.bills), one.contract, one.cents, one.due_on, one.days)
    return (*who, *owes, internet(one.connection, say), say(SPEEDS[one.connection.speed]), one.days_blocked, one.code)


def part_rows(by: By, parts: Sequence[Named], say: Language) -> Rows:
    """A row for each name of a breakdown."""
    told = (
        Column("name", say(NAMES[by]), "text"),
        Column("blocked", say("Blocked contracts"), "number"),
        Column("short", say("Short term"), "number"),
        Column("long", say("Long term"), "number"),
    )
    return Rows(told, tuple((one.name, one.short + one.long, one.short, one.long) for one in parts))


def day_rows(days: Sequence[Day], say: Language) -> Rows:
    """A row for each number of days late that there is."""
    told = (
        Column("days", say("Days late"), "number"),
        Column("blocked", say("Blocked"), "number"),
        Column("free", say("Active / not blocked"), "number"),
    )
    return Rows(told, tuple((one.days, one.blocked, one.free) for one in days))
