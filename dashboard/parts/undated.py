"""Open bills without a due date: what the pages say of them, and their file (pure)."""

from collections.abc import Sequence
from typing import Final

from dashboard.facts.asked import Filters
from dashboard.facts.undated import Line, WithoutDay
from dashboard.parts.chosen import link, query
from dashboard.parts.html import Html
from dashboard.parts.people import Mask, whole
from dashboard.parts.rows import Column, Rows
from dashboard.words.language import Language
from schemas.figures.undated import Undated

FILE: Final = "faturas-sem-vencimento"
PAGE: Final = "faturas"
SHOWN: Final = 12
"""Bills with a line of their own."""


def block(found: WithoutDay, filters: Filters, html: Html, mask: Mask = whole, *, several: bool = False) -> str:
    """The count, and those with most open on them; one sentence where every bill has its day."""
    lines = [(mask(one.name), one) for one in found.lines[:SHOWN]]
    values = {"total": found.total, "lines": lines, "several": several, "others": found.total.bills - len(lines)}
    return html("undated", {**values, "file": FILE, "query": query(Filters(filters.instance))})


def line(html: Html, total: Undated, filters: Filters) -> str:
    """What the first page says of them, with the way to the list; "" where every bill has its day."""
    return html("undated_line", {"total": total, "href": link(PAGE, Filters(filters.instance))}) if total.bills else ""


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
