"""The page "Blocked contracts": what contracts give now and gave before, who is blocked, and both inventories."""

from collections.abc import Mapping, Sequence

from panel.viewable import Viewable

from dashboard.facts import blocked as facts_of
from dashboard.facts.asked import Filters
from dashboard.facts.blocked import Contracts
from dashboard.pages.debt import AS_WIDE_AS_THERE_IS, HALF, THIRD, DebtPage, card
from dashboard.pages.page import Opened, Page
from dashboard.parts import shell
from dashboard.parts.bars import LONG_TERM, SHORT_TERM
from dashboard.parts.blocked_rows import columns
from dashboard.parts.blocked_screen import PATH, Term, kpis, painted
from dashboard.parts.kpi import Kpi
from dashboard.parts.overdue_rows import PROVIDER
from dashboard.parts.plots import Plot
from dashboard.parts.table import Table
from dashboard.words.labels import N_
from schemas.figures.narrow import BY

WIDE = {"flex": "3 1 460px", "min-width": "min(100%, 460px)", "min-height": "350px"}
ASIDE = {"flex": "1 1 260px", "min-width": "min(100%, 260px)", "height": "auto", "align-self": "stretch"}
TERMS: dict[Term, str] = {"long": LONG_TERM, "short": SHORT_TERM}


class BlockedContracts(DebtPage[Contracts]):
    """One tab's widgets."""

    kind = Contracts
    path = PATH
    title = N_("Blocked contracts")
    told = N_("What contracts give, since when, and how late they are.")

    def __init__(self, opened: Opened) -> None:
        super().__init__(opened, ("states", "late", *TERMS, *BY))

    def plots(self) -> dict[str, Plot]:
        """How access and speed went on, and how late contracts are."""
        found = {name: Plot(name, self._html) for name in ("access", "speed")}
        return {**found, "late": Plot("late", self._html, on_pick=self._day)}

    def tables(self) -> dict[str, Table]:
        """Both inventories."""
        say = self._say
        return {term: Table(columns(say), say, name=term, empty=say("No contract is so late.")) for term in TERMS}

    def place(self, plots: Mapping[str, Plot]) -> Sequence[Viewable]:
        """What they give, how late they are, where, which."""
        panes, charts = self._panes, {name: plot.body for name, plot in plots.items()}
        inventories = (
            card(panes[term], self._tables[term].body, **AS_WIDE_AS_THERE_IS, **{"border-left": f"4px solid {colour}"})
            for term, colour in TERMS.items()
        )
        return (
            shell.flow(card(charts["access"], **WIDE), card(panes["states"], **ASIDE), gap=shell.GAP),
            shell.flow(card(charts["speed"], **HALF), card(charts["late"], panes["late"], **HALF), gap=shell.GAP),
            shell.flow(*(card(panes[by], **THIRD) for by in BY), gap=shell.GAP),
            *inventories,
        )

    def kpis(self, filters: Filters, read: tuple[int, int]) -> Sequence[Kpi]:
        """The skeletons of the strip."""
        return kpis(None, filters, read, self._say)

    def fill(self, facts: Contracts, filters: Filters, read: tuple[int, int]) -> Mapping[str, str]:
        """Painted once for all who see the same."""
        found = painted(facts, filters, read, self._html, self._mask)
        self._charts.show(found.charts, filters)
        for term, rows in found.inventories.items():
            self._tables[term].hide(*([] if facts.several else [PROVIDER]))
            self._tables[term].show(rows, filters)
        return found.blocks


PAGE = Page(BlockedContracts.title, PATH, "b", "blocked", BlockedContracts, facts_of.read)
