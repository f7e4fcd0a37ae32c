"""The aging charts. Built once a session; a refresh assigns new columns to their data source and one end to a range.

Bokeh directly, not hvPlot: importing hvPlot takes 4.0 s and 220 MB where Panel with Bokeh takes 2.1 s and 86 MB (measured),
and the dashboard must be up quickly after each restart. Six bars whose text comes formatted from the server need nothing
that hvPlot adds.
"""

# mypy: disable-error-code="no-untyped-call"
# Bokeh's models take their properties as keywords that their signatures do not declare.

from bokeh.models import ColumnDataSource, FactorRange, Plot, Range1d
from bokeh.models.annotations import LabelSet, Title
from bokeh.plotting import figure

from dashboard.bars import Bars

INK = {False: "#4f5b68", True: "#b9c2cb"}
"""The colour of the values on the light and on the dark card; the library recolours axes and titles by itself."""
TEXT_SIZE = "12px"
HEIGHT = 210
MIN_WIDTH = 280
"""Narrower, and two charts stand below one another."""


class BarChart:
    """A titled chart of one session; `plot` is what the page holds."""

    def __init__(self, title: str, bars: Bars) -> None:
        self._bars = bars
        self._source = ColumnDataSource(data=bars.columns)
        self._range = Range1d(start=0, end=bars.end)
        chart = figure(
            title=Title(text=title, text_font_size="13px"),
            y_range=FactorRange(factors=list(reversed(bars.labels))),
            x_range=self._range,
            height=HEIGHT,
            sizing_mode="stretch_width",
            styles={"flex": f"1 1 {MIN_WIDTH}px", "min-width": f"min(100%, {MIN_WIDTH}px)"},
            toolbar_location=None,
            tools="",
            outline_line_color=None,
            background_fill_alpha=0,
            border_fill_alpha=0,
        )
        chart.hbar(y="label", right="value", height=0.62, color="colour", source=self._source)
        self._texts = LabelSet(x="value", y="label", text="text", source=self._source)
        self._texts.update(x_offset=6, text_baseline="middle", text_font_size=TEXT_SIZE)
        chart.add_layout(self._texts)
        chart.xaxis.visible = False
        chart.grid.visible = False
        chart.yaxis.update(axis_line_color=None, major_tick_line_color=None, major_label_text_font_size=TEXT_SIZE)
        self.plot: Plot = chart

    def show(self, bars: Bars) -> None:
        """Move the bars; the labels are the same six for ever."""
        if bars != self._bars:
            self._bars = bars
            self._source.data = dict(bars.columns)
            self._range.end = bars.end

    def recolour(self, *, dark: bool) -> None:
        """Make the values readable on the dark or on the light card."""
        self._texts.text_color = INK[dark]
