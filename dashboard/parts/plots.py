"""Charts of several series, stacked, as areas, lines or a heat map.

hvPlot draws each chart once for all sessions (`draw`). A session gets its own copy of the figure by Bokeh's serialisation; a
refresh only assigns the columns of its data sources, its ends and its ticks. Call `draw` where it may take a moment: in a
thread, never in the event loop. The first call imports hvPlot; `warm` does it before anybody waits.
"""

# mypy: disable-error-code="no-untyped-call"
# Bokeh's models take their properties as keywords that their signatures do not declare.

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from threading import Lock
from typing import Any

import panel as pn
from bokeh.document import Document
from panel.viewable import Viewable

from dashboard.parts.block import TALL, WIDE, block, change
from dashboard.parts.charts import INK
from dashboard.parts.finishing import ABOVE
from dashboard.parts.html import Html
from dashboard.parts.plotted import HEAT, Chart, lines, unit_name

KEPT = 128
"""Drawings kept: the charts of the pages that are open, of a few snapshots and selections."""
GRID_ALPHA = 0.18
DRAWING = Lock()
"""HoloViews keeps its options in globals: one drawing at a time."""

Columns = Mapping[str, list[Any]]


@dataclass(frozen=True, eq=False)
class Drawn:
    """A chart as hvPlot drew it. `model`: Bokeh's document of the figure, None if empty. `columns`: by renderer."""

    chart: Chart
    model: Any
    columns: tuple[Columns, ...] = ()
    height: int = 0

    @property
    def shape(self) -> tuple[object, ...]:
        """Drawings of one shape differ in their numbers and labels only."""
        chart = self.chart
        return chart.kind, tuple(one.name for one in chart.series), chart.colours, len(self.columns), chart.summary


def warm() -> None:
    """Import hvPlot: some seconds, once a process."""
    with DRAWING:
        import_module("dashboard.parts.drawing")


@lru_cache(maxsize=KEPT)
def draw(chart: Chart) -> Drawn:
    """Draw `chart`, or take the drawing of an equal one."""
    if chart.is_empty:
        return Drawn(chart, None)
    with DRAWING:
        drawing = import_module(f"dashboard.parts.{'plain_lines' if chart.plain else 'drawing'}")
        figure = drawing.drawn(chart)
        columns = tuple(_plain(renderer.data_source.data) for renderer in figure.renderers)
        for renderer, data in zip(figure.renderers, columns, strict=True):
            renderer.data_source.data = dict(data)
        document = Document()
        document.add_root(figure)
        return Drawn(chart, document.to_json(), columns, figure.height)


def _plain(data: Mapping[str, Any]) -> Columns:
    return {name: [one.item() if hasattr(one, "item") else one for one in column] for name, column in data.items()}


class Plot:
    """A chart of one session; `body` is what the page holds: title and legend, the picture, its numbers as a table.

    `on_pick` is given the label and the series that were clicked; of lines and areas the series is "".
    """

    def __init__(self, name: str, html: Html, *, on_pick: Callable[[str, str], None] | None = None) -> None:
        self._html = html
        self._on_pick = on_pick
        self._drawn: Drawn | None = None
        self._dark = self._is_read = False
        self.plot: Any = None
        self._head = block(html("unread", {}))
        self._pane = pn.pane.Bokeh(None, name=name, visible=False, styles=TALL, **WIDE)
        self._numbers = block()
        self.body: Viewable = pn.Column(self._head, self._pane, self._numbers, styles=TALL, **WIDE)

    def show(self, drawn: Drawn) -> None:
        """Show a newer drawing. Call it in one `hold`, with the document's lock."""
        before = self._drawn
        if self._is_read and before and (drawn is before or drawn.chart == before.chart):
            return
        self._drawn, self._is_read = drawn, True
        self._tell(drawn.chart)
        if drawn.model is None:
            self._pane.visible = False
            return
        if self.plot is not None and before and before.shape == drawn.shape:
            self._assign(drawn)
        else:
            self._build(drawn)
        self._pane.visible = self.plot.visible = True

    def unread(self) -> None:
        """Show no numbers, and that they are not read: not until the next `show`."""
        if self._is_read:
            self._is_read = self._pane.visible = False
            change(self._head, self._html("unread", {}))
            change(self._numbers, "")

    def recolour(self, *, dark: bool) -> None:
        """Make axes readable on the dark or on the light card."""
        self._dark = dark
        if self.plot is not None:
            for axis in self.plot.axis:
                axis.major_label_text_color = INK[dark]
            for grid in self.plot.grid:
                grid.update(grid_line_color=INK[dark], grid_line_alpha=GRID_ALPHA)

    def _tell(self, chart: Chart) -> None:
        unit = unit_name(chart.unit, chart.say)
        values: dict[str, object] = {"chart": chart, "unit": unit, "lines": lines(chart), "heat": HEAT}
        values.update(
            low=chart.told(0), high=chart.told(max((v or 0 for one in chart.series for v in one.numbers), default=0))
        )
        change(self._head, self._html("chart_head", values))
        change(self._numbers, self._html("chart_numbers", values))

    def _build(self, drawn: Drawn) -> None:
        self.plot = Document.from_json(drawn.model).roots[0]
        self.plot.document.remove_root(self.plot)
        self.recolour(dark=self._dark)
        if self._on_pick:
            for renderer in self.plot.renderers:
                renderer.data_source.on_change("tags", self._picked(renderer.data_source))
        self._pane.param.update(object=self.plot, height=drawn.height)

    def _assign(self, drawn: Drawn) -> None:
        chart = drawn.chart
        for renderer, columns in zip(self.plot.renderers, drawn.columns, strict=True):
            renderer.data_source.data = dict(columns)
        if chart.kind == "heat":
            self.plot.x_range.factors = list(chart.named)
            self.plot.renderers[0].glyph.fill_color.transform.high = chart.end
            return
        lying = chart.kind == "bars"
        axis, across = (self.plot.xaxis[0], self.plot.yaxis[0]) if lying else (self.plot.yaxis[0], self.plot.xaxis[0])
        (self.plot.x_range if lying else self.plot.y_range).end = chart.end * ABOVE
        axis.ticker.ticks = list(chart.ticks)
        axis.major_label_overrides = dict(chart.ticks)
        if lying:
            self.plot.y_range.factors = list(reversed(chart.named))
            self.plot.height = self._pane.height = drawn.height
        elif chart.kind == "columns":
            self.plot.x_range.factors = list(chart.named)
        else:
            self.plot.x_range.end = max(len(chart.labels) - 0.5, 0.5)
            across.ticker.ticks = list(chart.marks)
            across.major_label_overrides = dict(chart.marks)
            self.plot.renderers[-1].glyph.top = chart.end

    def _picked(self, source: Any) -> Callable[[str, object, list[str]], None]:  # noqa: ANN401 - a ColumnDataSource of Bokeh's
        """What was clicked, by its words (`assets/mends.js`): its number may be another bar's by now."""

        def picked(_name: str, _old: object, words: list[str]) -> None:
            if words and self._on_pick:
                source.tags, source.selected.indices = [], []  # a click is an event: the next one must be heard too
                label, series = words
                self._on_pick(label, series)

        return picked
