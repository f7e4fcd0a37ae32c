"""A page's charts: drawn in a thread, shown when they are there and still the newest. The tab answers meanwhile."""

import asyncio
from collections.abc import Mapping

import panel as pn
from bokeh.document import Document

from dashboard.parts.plots import Drawn, Plot, draw
from dashboard.parts.plotted import Chart


class Charts:
    """The `plots` of one session, by name."""

    def __init__(self, plots: Mapping[str, Plot]) -> None:
        self._plots = plots
        self._document: Document | None = pn.state.curdoc
        self._wanted: Mapping[str, Chart] = {}
        self._of: object = None
        self._drawing: asyncio.Task[None] | None = None
        if self._document:
            self._document.on_session_destroyed(lambda _context: self._ended())

    def show(self, wanted: Mapping[str, Chart], of: object = None) -> None:
        """Show these; newer ones take the place of those that are not drawn yet.

        `of`: what they were chosen by. Charts of another choice are not shown while these are drawn.
        """
        if of != self._of:
            self.unread()
            self._of = of
        if wanted == self._wanted:
            return
        self._wanted = wanted
        if self._drawing is None:
            self._drawing = asyncio.get_running_loop().create_task(self._draw())

    def unread(self) -> None:
        """Show that their numbers are not read."""
        self._wanted, self._of = {}, None
        for plot in self._plots.values():
            plot.unread()

    async def _draw(self) -> None:
        drawn: Mapping[str, Drawn] = {}
        asked: Mapping[str, Chart] = {}
        try:
            while asked is not self._wanted:
                asked = self._wanted
                drawn = await asyncio.to_thread(lambda: {name: draw(chart) for name, chart in asked.items()})  # noqa: B023 - awaited here
        finally:
            self._drawing = None  # one that failed must not be the last
        if self._document:
            self._document.add_next_tick_callback(lambda: self._shown(asked, drawn))

    def _shown(self, asked: Mapping[str, Chart], drawn: Mapping[str, Drawn]) -> None:
        if asked is self._wanted:
            with pn.io.hold(self._document):
                for name, one in drawn.items():
                    self._plots[name].show(one)

    def recolour(self, *, dark: bool) -> None:
        """Follow the page's theme."""
        for plot in self._plots.values():
            plot.recolour(dark=dark)

    def _ended(self) -> None:
        if self._drawing:
            self._drawing.cancel()
