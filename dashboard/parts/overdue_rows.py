"""The lists of the page "Overdue bills", as rows for its table and its files (pure)."""

from collections.abc import Sequence

from dashboard.facts.connection import Connection
from dashboard.facts.overdue import Day, Line, Part
from dashboard.parts.people import Mask, whole
from dashboard.parts.rows import Cell, Column, Rows
from dashboard.words.labels import N_
from dashboard.words.language import Language
from schemas.debtor import Speed
from schemas.figures.narrow import By

NAMES: dict[By, str] = {"bairro": N_("Bairro"), "client_type": N_("Client type"), "branch": N_("Branch")}
SPEEDS: dict[Speed, str] = {"normal": N_("Normal"), "reduced": N_("Reduced"), "unknown": N_("Unknown")}


def internet(found: Connection, say: Language) -> str:
    """The ERP's own term for a connection that is not an ordinary one."""
    return say("Active / not blocked") if found.access == "active" else found.term


def columns(say: Language, *, several: bool) -> tuple[Column, ...]:
    """Of a bill. `several`: of more than one provider."""
    provider = (Column("provider", say("Provider"), "text"),) if several else ()
    return (
        Column("client", say("Client"), "text"),
        *provider,
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
        Column("speed", say("Speed"), "text"),
    )


def rows(lines: Sequence[Line], say: Language, *, several: bool, mask: Mask = whole) -> Rows:
    """A row for each bill, in the order of `lines`."""
    cells = tuple(_cells(line, say, several=several, mask=mask) for line in lines)
    keys = tuple(f"{line.instance}:{line.code}:{line.bill}" for line in lines)
    return Rows(columns(say, several=several), cells, keys)


def _cells(line: Line, say: Language, *, several: bool, mask: Mask) -> tuple[Cell, ...]:
    provider = (line.provider,) if several else ()
    money = (line.due_on, line.days, line.cents)
    where = (line.bairro, line.client_type, line.branch)
    gives = (internet(line.connection, say), say(SPEEDS[line.connection.speed]))
    return (mask(line.name), *provider, line.code, line.bill, line.contract, *money, *where, *gives)


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
