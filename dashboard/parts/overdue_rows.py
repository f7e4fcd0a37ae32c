"""The lists of the page "Overdue bills", as rows for its table and its files (pure)."""

from collections.abc import Sequence

from dashboard.facts.coming_back import ComingBack
from dashboard.facts.connection import Connection
from dashboard.facts.overdue import Day, Line, Part
from dashboard.parts.chosen import ages
from dashboard.parts.people import Mask, whole
from dashboard.parts.rows import Cell, Column, Rows
from dashboard.words.labels import N_
from dashboard.words.language import Language
from schemas.figures.narrow import By

PROVIDER = "provider"
"""The column that says whose a row is."""
NAMES: dict[By, str] = {"bairro": N_("Bairro"), "client_type": N_("Client type"), "branch": N_("Branch")}


def internet(found: Connection, say: Language) -> str:
    """The ERP's own term for a connection that is not an ordinary one."""
    return say("Active / not blocked") if found.access == "active" else found.term or say("Not known")


def columns(say: Language) -> tuple[Column, ...]:
    """Of a bill; that of the provider is hidden where there is one alone."""
    return (
        Column("client", say("Client"), "text", 190),
        Column(PROVIDER, say("Provider"), "text"),
        Column("code", say("Code"), "code", 84),
        Column("bill", say("Bill"), "code", 92),
        Column("contract", say("Contract"), "code", 92),
        Column("due_on", say("Due date"), "day", 112),
        Column("days", say("Days late"), "number", 76),
        Column("amount", say("Amount"), "money", 112),
        Column("bairro", say("Bairro"), "text"),
        Column("client_type", say("Client type"), "text"),
        Column("branch", say("Branch"), "text"),
        Column("internet", say("Internet"), "text"),
    )


def rows(lines: Sequence[Line], say: Language, mask: Mask = whole) -> Rows:
    """A row for each bill, in the order of `lines`."""
    cells = tuple(_cells(line, say, mask) for line in lines)
    keys = tuple(f"{line.instance}:{line.code}:{line.bill}" for line in lines)
    return Rows(columns(say), cells, keys)


def _cells(line: Line, say: Language, mask: Mask) -> tuple[Cell, ...]:
    money = (line.due_on, line.days, line.cents)
    where = (line.bairro, line.client_type, line.branch)
    who = (mask(line.name), line.provider, line.code, line.bill, line.contract)
    return (*who, *money, *where, internet(line.connection, say))


def part_rows(by: By, parts: Sequence[Part], say: Language) -> Rows:
    """A row for each name of a breakdown; both terms apart."""
    told = (
        Column("name", say(NAMES[by]), "text"),
        Column("debtors", say("Debtors"), "number"),
        Column("bills", say("Overdue bills"), "number"),
        Column("amount", say("Overdue amount (R$)"), "money"),
        Column("short", say("Short term (R$)"), "money"),
        Column("long", say("Long term (R$)"), "money"),
    )
    cells = tuple(
        (one.name, one.share.debtors, one.share.bills, one.share.cents, one.short.cents, one.long.cents) for one in parts
    )
    return Rows(told, cells)


def day_rows(days: Sequence[Day], say: Language) -> Rows:
    """A row for each number of days late that there is."""
    told = (
        Column("days", say("Days late"), "number"),
        Column("bills", say("Overdue bills"), "number"),
        Column("amount", say("Overdue amount (R$)"), "money"),
    )
    return Rows(told, tuple((one.days, one.bills, one.cents) for one in days))


def recovered_rows(back: ComingBack, say: Language) -> Rows:
    """A row for each day, the newest first."""
    told = (
        Column("day", say("Day"), "day"),
        Column("bills_after", say("Bills after a call"), "number"),
        Column("cents_after", say("After a call (R$)"), "money"),
        Column("bills_without", say("Bills without a call"), "number"),
        Column("cents_without", say("Without a call (R$)"), "money"),
        Column("unknown", say("Bills of unknown amount"), "number"),
    )
    days = reversed(back.days)
    cells = ((day.day, day.bills_after, day.cents_after, day.bills_without, day.cents_without, day.unknown) for day in days)
    return Rows(told, tuple(cells))


def roll_rows(back: ComingBack, say: Language) -> Rows:
    """A row for each range of a month ago."""
    told = (
        Column("ages", say("A month ago"), "text"),
        Column("cents", say("Amount"), "money"),
        Column("rolled", say("Still unpaid"), "money"),
        Column("rate", say("Rate"), "share"),
    )
    return Rows(told, tuple((ages(say, one.since, one.until), one.cents, one.rolled, one.rate) for one in back.rolls))
