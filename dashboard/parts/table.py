"""A table of one session: filtered, sorted and paged on the server, 25 rows at a time. It never asks the database.

A refresh keeps page, order, filters and scroll. While a row is selected, or somebody holds the table, newer rows wait and
the table says so: new rows would drop the selection (`dashboard/PANEL.md`, "Tables"). Only rows of the same choice wait:
those of another filter or provider come at once, and the selection ends.
"""

# mypy: disable-error-code="no-untyped-call,no-any-unimported"
# Panel's constructors declare no types.

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import panel as pn
from panel.viewable import Viewable
from panel_material_ui.widgets.button import Button
from panel_material_ui.widgets.icon import IconButton

from dashboard.parts.block import TALL, WIDE, block, change
from dashboard.parts.grid import Grid
from dashboard.parts.rows import DATES, WORDS, Column, Rows
from dashboard.parts.styles import TABLES
from dashboard.words.language import Language

PAGE_SIZE = 25
UNREAD = ["unread"]
"""Not one of `theme_classes`: a table that is not built yet cannot be told of them (`dashboard/PANEL.md`)."""
FORMATS = {
    "text": {"type": "plaintext"},
    "code": {"type": "plaintext"},
    "money": {"type": "money", "decimal": ",", "thousand": ".", "symbol": "R$ ", "precision": 2},
    "number": {"type": "money", "decimal": ",", "thousand": ".", "precision": False},
    "share": {"type": "money", "decimal": ",", "thousand": ".", "symbol": " %", "symbolAfter": "p", "precision": 1},
}
"""Days and moments are formatted by the grid."""


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done with the rows that are selected."""

    name: str
    title: str


class Table:
    """`body` is what the page holds, under `name`. `on_select` is given the keys of the selected rows, none when it ends.

    `actions` appear beside the table while rows are selected; `on_action` is given the action's name and the rows' keys.
    `empty` is said where there are no rows at all. `many` lets several rows be selected.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        say: Language,
        *,
        name: str,
        on_select: Callable[[tuple[str, ...]], None] | None = None,
        actions: Sequence[Action] = (),
        on_action: Callable[[str, tuple[str, ...]], None] | None = None,
        empty: str = "",
        many: bool = False,
    ) -> None:
        self._say = say
        self._on_select = on_select
        self._on_action = on_action
        self._rows = Rows(tuple(columns))
        self._none = self._rows
        self._newer: Rows | None = None
        self._of: object = None
        self._is_read = self._held = self._gone = False
        self._empty = empty or say("Nothing to show.")
        selectable = on_select is not None or bool(actions)
        self._grid = Grid(
            columns,
            say("Select"),
            self.gone,
            value=self._rows.frame,
            label=name,
            show_index=False,
            disabled=True,
            pagination="remote",
            page_size=PAGE_SIZE,
            layout="fit_columns",
            theme="simple",
            css_classes=UNREAD,
            titles={column.name: column.title for column in columns},
            widths={column.name: column.width for column in columns if column.width},
            formatters={column.name: FORMATS[column.kind] for column in columns if column.kind in FORMATS},
            text_align={column.name: "left" if column.kind in WORDS else "right" for column in columns},
            header_align={column.name: "left" if column.kind in WORDS else "right" for column in columns},
            header_filters={column.name: _filter(column, say) for column in columns},
            frozen_columns=[column.name for column in columns if column.frozen],
            selectable=("checkbox" if many else "checkbox-single") if selectable else False,
            configuration=_words(say, self._empty),
            stylesheets=[TABLES, _labels(columns)],
            styles=TALL,
            container_popup=False,
            **WIDE,
        )
        self._status = block(flex="1 1 200px", width="auto")
        self._buttons = [self._button(action) for action in actions]
        self._bar = pn.Row(*self._buttons, visible=False, styles={"gap": "8px", "flex-wrap": "wrap"}, margin=0)
        density = IconButton(icon="density_small", description=say("Narrow or wide rows"), size="small", margin=0)
        density.on_click(lambda _event: self._narrow())
        top = pn.Row(self._status, self._bar, density, styles=TALL | {"align-items": "center", "gap": "8px"}, **WIDE)
        self.body: Viewable = pn.Column(top, self._grid, styles=TALL, css_classes=["table"], **WIDE)
        self._grid.param.watch(lambda _event: self._selected(), "selection")
        self._grid.param.watch(lambda _event: self._tell(), "filters")
        self._tell()

    @property
    def selected(self) -> tuple[str, ...]:
        """The keys of the selected rows."""
        return tuple(self._rows.key(row) for row in self._grid.selection)

    @property
    def rows(self) -> Rows:
        """The newest rows that it was given, shown or waiting."""
        return self._newer or self._rows

    def show(self, rows: Rows, of: object = None) -> None:
        """Show newer rows, at once or when the selection ends. Call it in one `hold`, with the document's lock.

        `of`: what they were chosen by; those of another choice do not wait.
        """
        if not self._is_read or of != self._of:
            self._turned(of, is_read=True)
        if rows is self._rows or rows.version == self._rows.version:
            self._newer = None
        elif self._held or self._grid.selection:
            self._newer = rows
        else:
            self._rows, self._newer = rows, None
            self._grid.value = rows.frame
        self._tell()

    def unread(self) -> None:
        """Show no rows, and that they are not read: not until the next `show`."""
        if self._is_read:
            self._turned(None, is_read=False)
            self._rows = self._none
            self._grid.value = self._none.frame
        self._tell()

    def _turned(self, of: object, *, is_read: bool) -> None:
        """Other rows than before: nobody has selected or held any of them."""
        self._of, self._is_read, self._held, self._gone, self._newer = of, is_read, False, False, None
        self.clear()
        self._grid.page = 1
        self._grid.css_classes = [] if is_read else UNREAD

    def hide(self, *columns: str) -> None:
        """Hide these columns, and no others."""
        if self._grid.hidden_columns != list(columns):
            self._grid.hidden_columns = list(columns)

    def hold(self, *, held: bool) -> None:
        """Keep the rows as they are while an editor or a dialog about one of them is open."""
        self._held = held
        self._release()

    def gone(self) -> None:
        """Say that the row which was chosen is not there any more, until another is."""
        self._gone = True
        self._tell()

    def clear(self) -> None:
        """End the selection."""
        if self._grid.selection:
            self._grid.selection = []

    def _button(self, action: Action) -> Button:
        button = Button(label=action.title, size="small", variant="outlined", margin=0)
        button.on_click(lambda _event: self._on_action(action.name, self.selected) if self._on_action else None)
        return button

    def _selected(self) -> None:
        self._bar.visible = bool(self._buttons and self._grid.selection)
        self._gone = self._gone and not self._grid.selection
        if self._on_select:
            self._on_select(self.selected)
        self._release()

    def _release(self) -> None:
        if self._newer and not self._held and not self._grid.selection:
            self.show(self._newer, self._of)
        else:
            self._tell()

    def _narrow(self) -> None:
        self._grid.theme_classes = [] if self._grid.theme_classes else ["narrow"]

    def _tell(self) -> None:
        say, all_rows = self._say, len(self._rows.cells)
        if not self._is_read:
            change(self._status, f'<p class="rows" role="status">{escape(say("not read yet"))}</p>')
            return
        shown = len(self._grid.current_view) if self._grid.filters else all_rows
        count = say.many("%(n)s row", "%(n)s rows", all_rows)
        if shown != all_rows:
            count = say("%(n)s of %(rows)s", n=say.number(shown), rows=count)
        held = escape(say("Held while a row is selected; newer rows are waiting.")) if self._newer else ""
        gone = escape(say("The row that you chose is not in the list any more.")) if self._gone else ""
        change(
            self._status,
            f'<p class="rows" role="status"><span>{escape(count)}</span>'
            + "".join(f' <strong class="held">{text}</strong>' for text in (gone, held) if text)
            + "</p>",
        )


def _filter(column: Column, say: Language) -> dict[str, str]:
    """What is typed over a column. The server filters; `func` is for the browser, which filters its 25 rows once more.

    So it must let through whatever the server sends: of text whatever shares a letter, of days all.
    """
    if column.kind in DATES:
        return {"type": "date", "func": "!=", "placeholder": say("from")}
    if column.kind in WORDS:
        return {"type": "input", "func": "keywords", "placeholder": say("filter")}
    return {"type": "number", "func": ">=", "placeholder": say("at least")}


def _words(say: Language, empty: str) -> dict[str, object]:
    """Tabulator's own words, which it knows in English only."""
    tag = say.tag.lower()
    pages = {
        "page_size": say("Rows"),
        "page_title": say("Page"),
        "first": "<<",
        "first_title": say("First page"),
        "last": ">>",
        "last_title": say("Last page"),
        "prev": "<",
        "prev_title": say("Page before"),
        "next": ">",
        "next_title": say("Next page"),
        "all": say("All"),
        "counter": {"showing": "", "of": say("of"), "rows": say("rows"), "pages": say("pages")},
    }
    told = {"pagination": pages, "data": {"loading": say("Reading…"), "error": say("Not read")}}
    return {"locale": tag, "langs": {tag: told}, "placeholder": escape(empty), "headerSortTristate": True}


def _labels(columns: Sequence[Column]) -> str:
    """On a phone a row is a card, and each of its cells carries its column's title."""
    rules = (
        f'.tabulator-cell[tabulator-field="{_css(column.name)}"]::before{{content:"{_css(column.title)}"}}'
        for column in columns
    )
    return "@media screen and (max-width: 640px){" + "".join(rules) + "}"


def _css(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in " -_" else f"\\{ord(letter):x} " for letter in text)
