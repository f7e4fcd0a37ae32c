"""The page "Overdue bills": how much, how late, where, and each of them."""

from datetime import timedelta

from panel.viewable import Viewable

from dashboard.facts import overdue as facts_of
from dashboard.facts.asked import Unread
from dashboard.facts.overdue import Overdue
from dashboard.facts.readings import readings
from dashboard.pages.page import Opened, Page, Seen
from dashboard.parts import shell
from dashboard.parts.aged import picked_day, picked_range
from dashboard.parts.block import block
from dashboard.parts.chosen import chosen
from dashboard.parts.kpi import strip
from dashboard.parts.later import Charts
from dashboard.parts.overdue_rows import PROVIDER, columns
from dashboard.parts.overdue_screen import PATH, kpis, painted
from dashboard.parts.plots import Plot
from dashboard.parts.styles import asset
from dashboard.parts.table import Table
from dashboard.parts.top import top, warnings
from dashboard.words.labels import N_
from schemas.figures.narrow import BY

HALF = {"flex": "1 1 420px", "min-width": "min(100%, 420px)", "min-height": "350px"}
"""As high as a chart, which comes a moment later: what is below does not jump."""
THIRD = {"flex": "1 1 340px", "min-width": "min(100%, 300px)", "height": "auto", "align-self": "stretch"}
AS_WIDE_AS_THERE_IS = {"contain": "inline-size"}
"""Of a table: by itself it would make the page as wide as its columns want to be, instead of scrolling."""
BLOCKS = ("top", "kpis", "days", "recovered", "rolls", "list", "undated", *BY)


class OverdueBills:
    """One tab's widgets."""

    def __init__(self, opened: Opened) -> None:
        self._html = opened.painter.html
        self._mask = opened.people.name
        self._say = opened.painter.say
        self._choose = opened.selection.choose
        self._facts: Overdue | None = None
        self._panes = {name: block() for name in BLOCKS}
        for pane in self._panes.values():
            pane.stylesheets = [*pane.stylesheets, asset("debt.css")]
        plots = {
            "aging_cents": Plot("aging_cents", self._html, on_pick=self._range),
            "aging_bills": Plot("aging_bills", self._html, on_pick=self._range),
            "day_cents": Plot("day_cents", self._html, on_pick=self._day),
            "day_bills": Plot("day_bills", self._html, on_pick=self._day),
            "recovered": Plot("recovered", self._html),
        }
        self._charts = Charts(plots)
        say = self._say
        self._table = Table(columns(say), say, name="bills", empty=say("No overdue bill answers to these filters."))
        panes = self._panes

        def card(*parts: Viewable, **styles: str) -> Viewable:
            return shell.stack(*parts, **{**shell.CARD, "padding": "16px 18px", "min-width": "0", **styles})

        self._numbers = shell.stack(
            shell.flow(*(card(plots[name].body, **HALF) for name in ("aging_cents", "aging_bills")), gap=shell.GAP),
            shell.flow(
                card(plots["day_cents"].body, **HALF), card(plots["day_bills"].body, panes["days"], **HALF), gap=shell.GAP
            ),
            shell.flow(*(card(panes[by], **THIRD) for by in BY), gap=shell.GAP),
            shell.flow(
                card(plots["recovered"].body, panes["recovered"], **HALF), card(panes["rolls"], **HALF), gap=shell.GAP
            ),
            card(panes["list"], self._table.body, **AS_WIDE_AS_THERE_IS),
            card(panes["undated"], **AS_WIDE_AS_THERE_IS),
            gap=shell.GAP,
        )
        self.body: Viewable = shell.stack(panes["top"], panes["kpis"], self._numbers, gap=shell.GAP)

    def show(self, seen: Seen) -> None:
        """The rows that the filters leave; skeletons until they are read."""
        html, say, filters = self._html, self._say, seen.filters
        facts = seen.numbers(Overdue)
        read = readings(seen.reading, filters.instance)
        above = top(html, say("Overdue bills"), say("What is open and past its due date, how late it is and where."))
        above += warnings(html, seen.reading, filters, seen.facts)
        blocks = {"top": above + chosen(html, PATH, filters, self._branch(facts, filters.branch))}
        self._facts = facts
        self._numbers.visible = not isinstance(seen.facts, Unread)
        if facts is None:
            kpi = "" if isinstance(seen.facts, Unread) else strip(html, kpis(None, filters, read, say))
            shell.assign(self._panes, {**dict.fromkeys(BLOCKS, ""), **blocks, "kpis": kpi})
            return
        found = painted(facts, filters, read, html, self._mask)
        shell.assign(self._panes, {**found.blocks, **blocks})
        self._charts.show(found.charts)
        self._table.hide(*([] if facts.several else [PROVIDER]))
        self._table.show(found.rows)

    @staticmethod
    def _branch(facts: Overdue | None, code: str) -> str:
        """What people call the chosen branch."""
        return next((part.name for part in (facts.parts["branch"] if facts else ()) if part.key == code), "")

    def _range(self, label: str, _series: str) -> None:
        self._choose(band=picked_range(label, self._say))

    def _day(self, label: str, _series: str) -> None:
        days = picked_day(label)
        if days is not None and self._facts:
            self._choose(due_on=self._facts.today - timedelta(days=days))

    def recolour(self, *, dark: bool) -> None:
        """Charts do not follow the theme by themselves."""
        self._charts.recolour(dark=dark)


PAGE = Page(N_("Overdue bills"), PATH, "f", "overdue", OverdueBills, facts_of.read)
