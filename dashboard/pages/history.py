"""The page "History": any figure that is kept, over any period, drawn as its reader wants it."""

from dataclasses import replace

from panel.viewable import Viewable

from dashboard.facts.asked import DRAWINGS, Filters, Unread
from dashboard.facts.history import History, read
from dashboard.pages.page import Opened, Page, Seen
from dashboard.parts import shell
from dashboard.parts.block import block
from dashboard.parts.history_rows import columns
from dashboard.parts.history_screen import PATH, chosen_figure, controls, figures, kpis, painted
from dashboard.parts.kpi import strip
from dashboard.parts.later import Charts
from dashboard.parts.picking import Grouped
from dashboard.parts.plots import Plot
from dashboard.parts.rows import Column
from dashboard.parts.styles import asset
from dashboard.parts.table import Table
from dashboard.parts.top import top, warnings
from dashboard.words import address
from dashboard.words.labels import N_

BLOCKS = ("top", "controls", "kpis", "told", "list")
AS_WIDE_AS_THERE_IS = {"contain": "inline-size"}
"""Of a table: by itself it would make the page as wide as its columns want to be, instead of scrolling."""


class FigureHistory:
    """One tab's widgets."""

    def __init__(self, opened: Opened) -> None:
        self._html = opened.painter.html
        say = self._say = opened.painter.say
        self._facts: tuple[Filters, History] | None = None
        self._panes = {name: block() for name in BLOCKS}
        for pane in self._panes.values():
            pane.stylesheets = [*pane.stylesheets, asset("history.css")]
        self._figure = Grouped(say("Figure"), figures(say), lambda name: opened.selection.choose(figure=name))
        plot = Plot("history", self._html)
        self._charts = Charts({"history": plot})
        self._columns: tuple[Column, ...] = ()
        self._table: Table | None = None
        panes = self._panes
        card = {**shell.CARD, "padding": "16px 18px", "min-width": "0"}
        self._list = shell.stack(panes["list"], **card, **AS_WIDE_AS_THERE_IS)
        self._numbers = shell.stack(
            shell.stack(plot.body, panes["told"], **card, **{"min-height": "340px"}), self._list, gap=shell.GAP
        )
        asked = shell.stack(self._figure.body, panes["controls"], gap="12px", **card)
        self.body: Viewable = shell.stack(panes["top"], asked, panes["kpis"], self._numbers, gap=shell.GAP)

    def show(self, seen: Seen) -> None:
        """The figure that is chosen; skeletons until it is read. Another kind of chart needs no reading."""
        html, say, filters = self._html, self._say, seen.filters
        facts = self._known(seen)
        self._figure.show(chosen_figure(filters))
        text = say("How any figure went, and how it compares with the days before. Days that nobody recorded stay empty.")
        above = top(html, say("History"), text) + warnings(html, seen.reading, filters, seen.facts)
        blocks = {"top": above, "controls": controls(html, facts, filters)}
        self._numbers.visible = facts is not None and bool(facts.lines)
        if facts is None:
            kpi = "" if isinstance(seen.facts, Unread) else strip(html, kpis(None, say))
            shell.assign(self._panes, {**dict.fromkeys(BLOCKS, ""), **blocks, "kpis": kpi})
            return
        found = painted(facts, filters.kind or DRAWINGS[0], address.write("", filters), html)
        shell.assign(self._panes, {**found.blocks, **blocks})
        self._charts.show({"history": found.chart})
        self._tabled(facts).show(found.rows)

    def _known(self, seen: Seen) -> History | None:
        chosen = replace(seen.filters, kind="")
        if isinstance(seen.facts, History):
            self._facts = chosen, seen.facts
        if isinstance(seen.facts, Unread) or self._facts is None or self._facts[0] != chosen:
            return None
        return self._facts[1]

    def _tabled(self, facts: History) -> Table:
        """A table has the columns that it was made with: another unit is another table."""
        wanted = columns(facts, self._say)
        if self._table is None or wanted != self._columns:
            self._columns = wanted
            self._table = Table(wanted, self._say, name="history-rows")
            self._list[:] = [self._panes["list"], self._table.body]
        return self._table

    def recolour(self, *, dark: bool) -> None:
        """Charts do not follow the theme by themselves."""
        self._charts.recolour(dark=dark)


PAGE = Page(N_("History"), PATH, "h", "history", FigureHistory, read)
