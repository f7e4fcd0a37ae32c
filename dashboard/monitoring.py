"""The page "Monitoring": built once a session from a Screen, then told of newer ones. It never asks the database."""

from collections.abc import Callable

from panel.viewable import Viewable

from dashboard import ui
from dashboard.charts import BarChart
from dashboard.language import Language
from dashboard.screen import BLOCKS, Screen

STYLES = {
    "heading": {"flex": "1 1 260px"},
    "queue": {"flex": "999 1 640px", "min-width": "min(100%, 640px)"},
}
ROOM = {"gap": "14px", "padding": "20px clamp(12px, 2.2vw, 32px) 40px"}


class Monitoring:
    """One session's blocks. `choose` is called with the instance that the user selects."""

    def __init__(self, screen: Screen, say: Language, choose: Callable[[str], None]) -> None:
        self._panes = {name: ui.html(screen.blocks[name], **STYLES.get(name, {})) for name in BLOCKS}
        self._amounts = BarChart(say("Overdue amount (R$)"), screen.amounts)
        self._bills = BarChart(say("Overdue bills"), screen.bills)
        self._selector = ui.selector(say("Provider"), screen.choices, screen.selected, choose)
        panes = self._panes
        charts = ui.flow(ui.chart(self._amounts.plot), ui.chart(self._bills.plot), gap="0 24px")
        aside = ui.stack(panes["holds"], panes["sources"], flex="1 1 330px", gap="16px")
        self._numbers = ui.stack(
            panes["figures"],
            ui.stack(panes["aging"], charts, **ui.CARD),
            ui.flow(panes["queue"], aside, gap="16px"),
            gap="16px",
        )
        self._numbers.visible = screen.numbers
        top = ui.flow(panes["heading"], self._selector, gap="12px", align="center")
        self.body: Viewable = ui.stack(top, panes["notices"], self._numbers, **ROOM)

    def recolour(self, *, dark: bool) -> None:
        """Follow the page's theme."""
        self._amounts.recolour(dark=dark)
        self._bills.recolour(dark=dark)

    def show(self, screen: Screen) -> None:
        """Assign what differs. Call it in one `hold`, with the document's lock."""
        for name, pane in self._panes.items():
            if pane.object != screen.blocks[name]:
                pane.object = screen.blocks[name]
        self._amounts.show(screen.amounts)
        self._bills.show(screen.bills)
        if self._selector.options != screen.choices:
            self._selector.options = dict(screen.choices)
        self._selector.value = screen.selected
        self._numbers.visible = screen.numbers
