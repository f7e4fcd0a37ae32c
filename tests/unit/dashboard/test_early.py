"""Which blocks of a page are in the server's own answer."""

# mypy: disable-error-code="no-untyped-call"
# Panel's constructors declare no types.

import panel as pn

from dashboard.parts.block import block
from dashboard.parts.early import Early, early, text
from dashboard.parts.styles import BLOCKS, KIT, asset

SHEETS = (BLOCKS, KIT)
HEAD, FIGURES = "<h1>Cobrança</h1>", "<ul><li data-kpi=overdue data-age=3>9 &lt; 10</li></ul>"


def test_the_heading_and_the_figures_and_room_for_what_is_no_text() -> None:
    """Up to the strip of figures; empty and hidden blocks are none."""
    filters = pn.Row(pn.widgets.TextInput(), pn.widgets.TextInput())
    page = pn.Column(block(HEAD), block(""), filters, pn.Column(block(FIGURES)), block("<p>after</p>"))

    assert early(page) == (
        Early(HEAD, SHEETS),
        Early(""),
        Early(FIGURES, SHEETS, ("overdue",)),
    )


def test_without_figures_there_is_nothing() -> None:
    assert early(pn.Column(block(HEAD), block("<p>Nothing was read yet</p>"))) == ()
    assert early(pn.Column(block(HEAD), pn.Column(block(FIGURES), visible=False))) == ()


def test_a_block_keeps_its_own_style_sheets_in_their_order() -> None:
    """Rules that are written out are for widgets alone."""
    found = block(HEAD)
    found.stylesheets = [*found.stylesheets, asset("debt.css"), ":host { color: red; }"]

    assert text(found).sheets == (*SHEETS, asset("debt.css"))
