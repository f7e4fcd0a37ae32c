"""A chart of one tab that is drawn in a thread: a tab answers while hvPlot is at work, the first time for seconds."""

# mypy: disable-error-code="no-untyped-call"
# Panel declares no types.

import asyncio

import panel as pn

from dashboard.parts.plots import Plot, draw
from dashboard.parts.plotted import Chart


class LatePlot:
    """`plot` shows the newest chart that was asked for, as soon as it is drawn. Make it in the session that shows it."""

    def __init__(self, plot: Plot) -> None:
        self.plot = plot
        self._document = pn.state.curdoc
        self._asked: Chart | None = None
        self._drawing: asyncio.Task[None] | None = None

    def show(self, chart: Chart) -> None:
        """Soon show `chart`; an empty one at once."""
        if chart == self._asked:
            return
        self._asked = chart
        if chart.is_empty:
            self.plot.show(draw(chart))
        elif self._drawing is None:
            self._drawing = asyncio.get_running_loop().create_task(self._draw())

    async def _draw(self) -> None:
        """One after the other; what was asked for meanwhile comes next, what came between is never drawn."""
        try:
            drawn = None
            while self._asked is not None and not self._asked.is_empty and (drawn is None or drawn.chart != self._asked):
                drawn = await asyncio.to_thread(draw, self._asked)
        finally:
            self._drawing = None
        if drawn is not None and drawn.chart == self._asked and self._document is not None:
            self._document.add_next_tick_callback(lambda: self.plot.show(drawn))
