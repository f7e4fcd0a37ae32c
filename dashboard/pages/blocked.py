"""The page "Blocked contracts": what contracts give now and gave before, who is blocked, and both inventories."""

from datetime import timedelta

from panel.viewable import Viewable

from dashboard.facts import blocked as facts_of
from dashboard.facts.asked import Unread
from dashboard.facts.blocked import Contracts
from dashboard.facts.readings import readings
from dashboard.pages.page import Opened, Page, Seen
from dashboard.parts import shell
from dashboard.parts.aged import picked_day
from dashboard.parts.bars import LONG_TERM, SHORT_TERM
from dashboard.parts.block import block
from dashboard.parts.blocked_rows import columns
from dashboard.parts.blocked_screen import PATH, Term, kpis, painted
from dashboard.parts.chosen import chosen
from dashboard.parts.kpi import strip
from dashboard.parts.later import Charts
from dashboard.parts.overdue_rows import PROVIDER
from dashboard.parts.plots import Plot
from dashboard.parts.styles import asset
from dashboard.parts.table import Table
from dashboard.parts.top import top, warnings
from dashboard.words.labels import N_
from schemas.figures.narrow import BY

WIDE = {"flex": "3 1 460px", "min-width": "min(100%, 460px)", "min-height": "350px"}
ASIDE = {"flex": "1 1 260px", "min-width": "min(100%, 260px)", "height": "auto", "align-self": "stretch"}
HALF = {"flex": "1 1 420px", "min-width": "min(100%, 420px)", "min-height": "350px"}
THIRD = {"flex": "1 1 340px", "min-width": "min(100%, 300px)", "height": "auto", "align-self": "stretch"}
TERMS: dict[Term, str] = {"long": LONG_TERM, "short": SHORT_TERM}
AS_WIDE_AS_THERE_IS = {"contain": "inline-size"}
"""Of a table: by itself it would make the page as wide as its columns want to be, instead of scrolling."""
BLOCKS = ("top", "kpis", "states", "late", *TERMS, *BY)


class BlockedContracts:
    """One tab's widgets."""

    def __init__(self, opened: Opened) -> None:
        self._html = opened.painter.html
        self._mask = opened.people.name
        self._say = opened.painter.say
        self._choose = opened.selection.choose
        self._facts: Contracts | None = None
        self._panes = {name: block() for name in BLOCKS}
        for pane in self._panes.values():
            pane.stylesheets = [*pane.stylesheets, asset("debt.css")]
        plots = {name: Plot(name, self._html) for name in ("access", "speed")}
        plots["late"] = Plot("late", self._html, on_pick=self._day)
        self._charts = Charts(plots)
        say = self._say
        self._tables = {term: Table(columns(say), say, name=term, empty=say("No contract is so late.")) for term in TERMS}
        panes = self._panes

        def card(*parts: Viewable, **styles: str) -> Viewable:
            return shell.stack(*parts, **{**shell.CARD, "padding": "16px 18px", "min-width": "0", **styles})

        inventories = [
            card(panes[term], self._tables[term].body, **AS_WIDE_AS_THERE_IS, **{"border-left": f"4px solid {colour}"})
            for term, colour in TERMS.items()
        ]
        self._numbers = shell.stack(
            shell.flow(card(plots["access"].body, **WIDE), card(panes["states"], **ASIDE), gap=shell.GAP),
            shell.flow(card(plots["speed"].body, **HALF), card(plots["late"].body, panes["late"], **HALF), gap=shell.GAP),
            shell.flow(*(card(panes[by], **THIRD) for by in BY), gap=shell.GAP),
            *inventories,
            gap=shell.GAP,
        )
        self.body: Viewable = shell.stack(panes["top"], panes["kpis"], self._numbers, gap=shell.GAP)

    def show(self, seen: Seen) -> None:
        """The contracts that the filters leave; skeletons until they are read."""
        html, say, filters = self._html, self._say, seen.filters
        facts = seen.numbers(Contracts)
        read = readings(seen.reading, filters.instance)
        above = top(html, say("Blocked contracts"), say("What contracts give, since when, and how late they are."))
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
        for term, rows in found.inventories.items():
            self._tables[term].hide(*([] if facts.several else [PROVIDER]))
            self._tables[term].show(rows)

    @staticmethod
    def _branch(facts: Contracts | None, code: str) -> str:
        """What people call the chosen branch."""
        return next((part.name for part in (facts.parts["branch"] if facts else ()) if part.key == code), "")

    def _day(self, label: str, _series: str) -> None:
        days = picked_day(label)
        if days is not None and self._facts:
            self._choose(due_on=self._facts.today - timedelta(days=days))

    def recolour(self, *, dark: bool) -> None:
        """Charts do not follow the theme by themselves."""
        self._charts.recolour(dark=dark)


PAGE = Page(N_("Blocked contracts"), PATH, "b", "blocked", BlockedContracts, facts_of.read)
