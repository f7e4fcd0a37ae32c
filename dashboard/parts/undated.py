"""Open bills without a due date: what the page "Overdue bills" says of them, and their file (pure)."""

from collections.abc import Sequence
from typing import Final

from dashboard.facts.asked import Filters
from dashboard.facts.undated import Line, WithoutDay
from dashboard.parts.chosen import query
from dashboard.parts.html import Html
from dashboard.parts.people import Mask, whole
from dashboard.parts.rows import Column, Rows
from dashboard.words.language import Language

FILE: Final = "faturas-sem-vencimento"
SHOWN: Final = 12
"""Bills with a line of their own."""


def block(found: WithoutDay, filters: Filters, html: Html, mask: Mask = whole, *, several: bool = False) -> str:
    """The count, and those with most open on them; one sentence where every bill has its day."""
    lines = [(mask(one.name), one) for one in found.lines[:SHOWN]]
    values = {"total": found.total, "lines": lines, "several": several, "others": found.total.bills - len(lines)}
    return html("undated", {**values, "file": FILE, "query": query(Filters(filters.instance))})


def rows(lines: Sequence[Line], say: Language, mask: Mask = whole) -> Rows:
    """A row for each bill, in the order of `lines`."""
    columns = (
        Column("client", say("Client"), "text"),
        Column("provider", say("Provider"), "text"),
        Column("code", say("Code"), "code"),
        Column("bill", say("Bill"), "code"),
        Column("contract", say("Contract"), "code"),
        Column("amount", say("Amount"), "money"),
    )
    cells = tuple((mask(one.name), one.provider, one.code, one.bill, one.contract, one.cents) for one in lines)
    return Rows(columns, cells, tuple(f"{one.instance}:{one.code}:{one.bill}" for one in lines))
