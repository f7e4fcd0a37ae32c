"""A block of HTML under the style sheets of the kit; every part of a page that is only read is one."""

# mypy: disable-error-code="no-untyped-call"
# Panel's constructors declare no types.

import panel as pn

from dashboard.parts.styles import BLOCKS, KIT

WIDE = {"sizing_mode": "stretch_width", "margin": 0}
TALL = {"max-height": "none"}
"""Bokeh caps every part at the height of its parent, and what is longer is drawn over what follows."""


def block(text: str = "", **styles: str) -> pn.pane.HTML:
    """Holds `text`, which is escaped already."""
    return pn.pane.HTML(text, stylesheets=[BLOCKS, KIT], styles=TALL | styles, **WIDE)


def change(pane: pn.pane.HTML, text: str) -> None:
    """Assign what differs: an equal text would be sent all the same."""
    if pane.object != text:
        pane.object = text
