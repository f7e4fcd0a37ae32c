"""The first blocks of a page as plain HTML in the answer itself: read in a fifth of the time that the page takes to open.

They are what the page shows first, with the stamp of the same snapshot. Each lies in a closed shadow root: nobody can press
anything in it, no script finds it, nothing of it is there twice. They go when the page is complete; where it never is, they
go too (`templates/shell.html`), as nothing lets them age.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import panel as pn
from panel.layout.base import ListLike
from panel.viewable import Viewable

FIGURES: Final = re.compile(r"""\bdata-(?:figure|kpi)="?([^\s">]+)""")
"""Their HTML is short: an attribute of one word has no quotes."""


class Early(NamedTuple):
    """`text`: HTML, escaped already; "": room for what is no text. `sheets`: addresses of style sheets; `figures`: names."""

    text: str
    sheets: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()


def early(body: Viewable) -> tuple[Early, ...]:
    """The heading, notices and the strip of figures of a page; nothing where it has none, or none yet."""
    found: list[Early] = []
    for part in _leaves(body):
        if not isinstance(part, pn.pane.HTML):
            if found and found[-1].text:
                found.append(Early(""))
        elif part.object:
            found.append(text(part))
            if found[-1].figures:
                return tuple(found)
    return ()


def text(block: pn.pane.HTML) -> Early:
    """One block."""
    sheets = tuple(str(one) for one in block.stylesheets if ".css?" in str(one))
    return Early(block.object, sheets, tuple(FIGURES.findall(block.object)))


def _leaves(part: Viewable) -> Iterator[Viewable]:
    if part.visible and isinstance(part, ListLike):
        for one in part:
            yield from _leaves(one)
    elif part.visible:
        yield part
