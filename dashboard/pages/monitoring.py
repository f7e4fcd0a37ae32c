"""The page "Monitoring": the debt and the queue of the snapshot. And how it went these days."""

from zoneinfo import ZoneInfo

from panel.viewable import Viewable

from dashboard.facts.lately import Lately, read
from dashboard.facts.undated import NONE
from dashboard.pages.page import Opened, Page, Seen
from dashboard.parts import shell, undated
from dashboard.parts.block import block, change
from dashboard.parts.charts import BarChart
from dashboard.parts.lately_screen import calls, latest, span, spans, trend
from dashboard.parts.later import Charts
from dashboard.parts.plots import Plot
from dashboard.parts.screen import BLOCKS, Painter
from dashboard.words.labels import N_
from schemas.figures.debts import SUBJECTS

CHART = {"flex": "1 1 280px", "min-width": "min(100%, 280px)"}
HALF = {"flex": "1 1 400px", "min-width": "min(100%, 400px)", "align-self": "stretch", "height": "auto"}
"""Narrower, and what stands side by side stands below one another."""
WIDER = {"flex": "2 1 560px", "min-width": "min(100%, 420px)", "min-height": "320px"}
STYLES = {"queue": {"flex": "999 1 640px", "min-width": "min(100%, 640px)"}}


class Monitoring:
    """One tab's blocks, empty until `show`."""

    def __init__(self, opened: Opened) -> None:
        self._painter: Painter = opened.painter
        self._html, say = opened.painter.html, opened.painter.say
        self._panes = {name: block("", **STYLES.get(name, {})) for name in BLOCKS}
        self._amounts = BarChart("amounts", title=say("Overdue amount (R$)"))
        self._bills = BarChart("bills", title=say("Overdue bills"))
        self._debts = {subject: BarChart(subject) for subject in SUBJECTS}
        panes = self._panes
        charts = shell.flow(*(shell.chart(one.plot, **CHART) for one in (self._amounts, self._bills)), gap="0 24px")
        debts = [shell.stack(panes[name], shell.chart(one.plot), **shell.CARD, **HALF) for name, one in self._debts.items()]
        aside = shell.stack(panes["holds"], panes["sources"], flex="1 1 330px", gap=shell.GAP)
        self._calls, self._latest, self._spans, self._undated = block(), block(), block(), block()
        self._trend = Plot("trend", self._html)
        self._charts = Charts({"trend": self._trend})
        self._going = shell.flow(
            shell.stack(self._spans, self._trend.body, **shell.CARD, **WIDER),
            shell.stack(self._latest, **shell.CARD, flex="1 1 330px", height="auto", **{"align-self": "stretch"}),
            gap=shell.GAP,
        )
        self._numbers = shell.stack(
            panes["figures"],
            self._undated,
            shell.stack(panes["aging"], charts, **shell.CARD),
            self._calls,
            self._going,
            shell.flow(*debts, gap=shell.GAP),
            shell.flow(panes["queue"], aside, gap=shell.GAP),
            gap=shell.GAP,
        )
        self.body: Viewable = shell.stack(panes["heading"], panes["notices"], self._numbers, gap="14px")

    def recolour(self, *, dark: bool) -> None:
        """Follow the page's theme."""
        for chart in (self._amounts, self._bills, *self._debts.values()):
            chart.recolour(dark=dark)
        self._charts.recolour(dark=dark)

    def show(self, seen: Seen) -> None:
        """The screen of the chosen provider; painted once for everybody who sees it."""
        lately = seen.facts if isinstance(seen.facts, Lately) else None
        screen = self._painter.paint(seen.reading, seen.filters.instance, lately)
        shell.assign(self._panes, screen.blocks)
        self._amounts.show(screen.amounts)
        self._bills.show(screen.bills)
        for subject, chart in self._debts.items():
            chart.show(screen.debts[subject])
        self._numbers.visible = screen.numbers
        change(self._calls, calls(self._html, lately, seen.filters))
        self._calls.visible = bool(self._calls.object)
        change(self._undated, undated.line(self._html, lately.undated if lately else NONE, seen.filters))
        self._undated.visible = bool(self._undated.object)
        change(self._spans, spans(self._html, seen.filters))
        if lately is None:
            change(self._latest, self._html("unread", {}))
            self._charts.unread()
            return
        change(self._latest, latest(self._html, lately, seen.reading.at))
        today = seen.reading.at.astimezone(ZoneInfo(lately.zone)).date()
        drawn = trend(lately, today, self._html.say, span(seen.filters))
        self._charts.show({"trend": drawn}, seen.filters.instance)


PAGE = Page(N_("Monitoring"), "", "m", "monitoring", Monitoring, read, drawn=("period",))
