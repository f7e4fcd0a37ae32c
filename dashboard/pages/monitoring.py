"""The page "Monitoring": built once a session from a Screen, then told of newer ones. It never asks the database."""

from panel.viewable import Viewable

from dashboard.parts import shell
from dashboard.parts.charts import BarChart
from dashboard.parts.screen import BLOCKS, Screen
from dashboard.words.language import Language

CHART = {"flex": "1 1 280px", "min-width": "min(100%, 280px)"}
HALF = {"flex": "1 1 400px", "min-width": "min(100%, 400px)", "align-self": "stretch", "height": "auto"}
"""Narrower, and what stands side by side stands below one another."""
STYLES = {"queue": {"flex": "999 1 640px", "min-width": "min(100%, 640px)"}}


class Monitoring:
    """One session's blocks."""

    def __init__(self, screen: Screen, say: Language) -> None:
        self._panes = {name: shell.html(screen.blocks[name], **STYLES.get(name, {})) for name in BLOCKS}
        self._amounts = BarChart("amounts", screen.amounts, say("Overdue amount (R$)"))
        self._bills = BarChart("bills", screen.bills, say("Overdue bills"))
        self._debts = {subject: BarChart(subject, bars) for subject, bars in screen.debts.items()}
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
        self._numbers.visible = screen.numbers
        self.body: Viewable = shell.stack(panes["heading"], panes["notices"], self._numbers, gap="14px")

    def recolour(self, *, dark: bool) -> None:
        """Follow the page's theme."""
        for chart in (self._amounts, self._bills, *self._debts.values()):
            chart.recolour(dark=dark)

    def show(self, screen: Screen) -> None:
        """Assign what differs. Call it in one `hold`, with the document's lock."""
        for name, pane in self._panes.items():
            if pane.object != screen.blocks[name]:
                pane.object = screen.blocks[name]
        self._amounts.show(screen.amounts)
        self._bills.show(screen.bills)
        for subject, chart in self._debts.items():
            chart.show(screen.debts[subject])
        self._numbers.visible = screen.numbers
