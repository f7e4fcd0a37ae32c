"""The page "Overdue bills": how much, how late, where, and each of them."""

from collections.abc import Mapping, Sequence

from panel.viewable import Viewable

from dashboard.facts import overdue as facts_of
from dashboard.facts.asked import Filters
from dashboard.facts.overdue import Overdue
from dashboard.pages.debt import AS_WIDE_AS_THERE_IS, HALF, THIRD, DebtPage, card
from dashboard.pages.page import Opened, Page
from dashboard.parts import shell
from dashboard.parts.aged import picked_range
from dashboard.parts.kpi import Kpi
from dashboard.parts.overdue_rows import PROVIDER, columns
from dashboard.parts.overdue_screen import PATH, kpis, painted
from dashboard.parts.plots import Plot
from dashboard.parts.table import Table
from dashboard.words.labels import N_
from schemas.figures.narrow import BY


class OverdueBills(DebtPage[Overdue]):
    """One tab's widgets."""

    kind = Overdue
    path = PATH
    title = N_("Overdue bills")
    told = N_("What is open and past its due date, how late it is and where.")

    def __init__(self, opened: Opened) -> None:
        super().__init__(opened, ("days", "recovered", "rolls", "list", "undated", *BY))

    def plots(self) -> dict[str, Plot]:
        """By ranges, by exact days, and what came back."""
        picks = {"aging": self._range, "day": self._day}
        found = {
            f"{by}_{unit}": Plot(f"{by}_{unit}", self._html, on_pick=pick)
            for by, pick in picks.items()
            for unit in ("cents", "bills")
        }
        return {**found, "recovered": Plot("recovered", self._html)}

    def tables(self) -> dict[str, Table]:
        """The bills."""
        say = self._say
        return {"bills": Table(columns(say), say, name="bills", empty=say("No overdue bill answers to these filters."))}

    def place(self, plots: Mapping[str, Plot]) -> Sequence[Viewable]:
        """How late, where, what came back, which."""
        panes, charts = self._panes, {name: plot.body for name, plot in plots.items()}
        return (
            shell.flow(*(card(charts[name], **HALF) for name in ("aging_cents", "aging_bills")), gap=shell.GAP),
            shell.flow(card(charts["day_cents"], **HALF), card(charts["day_bills"], panes["days"], **HALF), gap=shell.GAP),
            shell.flow(*(card(panes[by], **THIRD) for by in BY), gap=shell.GAP),
            shell.flow(card(charts["recovered"], panes["recovered"], **HALF), card(panes["rolls"], **HALF), gap=shell.GAP),
            card(panes["list"], self._tables["bills"].body, **AS_WIDE_AS_THERE_IS),
            card(panes["undated"], **AS_WIDE_AS_THERE_IS),
        )

    def kpis(self, filters: Filters, read: tuple[int, int]) -> Sequence[Kpi]:
        """The skeletons of the strip."""
        return kpis(None, filters, read, self._say)

    def fill(self, facts: Overdue, filters: Filters, read: tuple[int, int]) -> Mapping[str, str]:
        """Painted once for all who see the same."""
        found = painted(facts, filters, read, self._html, self._mask)
        self._charts.show(found.charts, filters)
        self._tables["bills"].hide(*([] if facts.several else [PROVIDER]))
        self._tables["bills"].show(found.rows, filters)
        return found.blocks

    def _range(self, label: str, _series: str) -> None:
        self._choose(band=picked_range(label, self._say))


PAGE = Page(OverdueBills.title, PATH, "f", "overdue", OverdueBills, facts_of.read)
