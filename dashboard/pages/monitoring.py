"""The page "Monitoring": the debt and the queue of the snapshot. It has no facts of its own."""

from panel.viewable import Viewable

from dashboard.pages.page import Opened, Page, Seen
from dashboard.parts import shell
from dashboard.parts.charts import BarChart
from dashboard.parts.screen import BLOCKS, Painter
from dashboard.words.labels import N_
from schemas.figures.debts import SUBJECTS

CHART = {"flex": "1 1 280px", "min-width": "min(100%, 280px)"}
HALF = {"flex": "1 1 400px", "min-width": "min(100%, 400px)", "align-self": "stretch", "height": "auto"}
"""Narrower, and what stands side by side stands below one another."""
STYLES = {"queue": {"flex": "999 1 640px", "min-width": "min(100%, 640px)"}}


class Monitoring:
    """One tab's blocks, empty until `show`."""

    def __init__(self, opened: Opened) -> None:
        self._painter: Painter = opened.painter
        say = opened.painter.say
        self._panes = {name: shell.html("", **STYLES.get(name, {})) for name in BLOCKS}
        self._amounts = BarChart("amounts", title=say("Overdue amount (R$)"))
        self._bills = BarChart("bills", title=say("Overdue bills"))
        self._debts = {subject: BarChart(subject) for subject in SUBJECTS}
        panes = self._panes
        charts = shell.flow(*(shell.chart(one.plot, **CHART) for one in (self._amounts, self._bills)), gap="0 24px")
        debts = [shell.stack(panes[name], shell.chart(one.plot), **shell.CARD, **HALF) for name, one in self._debts.items()]
        aside = shell.stack(panes["holds"], panes["sources"], flex="1 1 330px", gap=shell.GAP)
        self._numbers = shell.stack(
            panes["figures"],
            shell.stack(panes["aging"], charts, **shell.CARD),
            shell.flow(*debts, gap=shell.GAP),
            shell.flow(panes["queue"], aside, gap=shell.GAP),
            gap=shell.GAP,
        )
        self.body: Viewable = shell.stack(panes["heading"], panes["notices"], self._numbers, gap="14px")

    def recolour(self, *, dark: bool) -> None:
        """Follow the page's theme."""
        for chart in (self._amounts, self._bills, *self._debts.values()):
            chart.recolour(dark=dark)

    def show(self, seen: Seen) -> None:
        """The screen of the chosen provider; painted once for everybody who sees it."""
        screen = self._painter.paint(seen.reading, seen.filters.instance)
        shell.assign(self._panes, screen.blocks)
        self._amounts.show(screen.amounts)
        self._bills.show(screen.bills)
        for subject, chart in self._debts.items():
            chart.show(screen.debts[subject])
        self._numbers.visible = screen.numbers


PAGE = Page(N_("Monitoring"), "", "m", "monitoring", Monitoring)
