"""Horizontal bar charts. Built once a session; a refresh assigns new columns to their data source and new ends to ranges.

Bokeh directly, not hvPlot: importing hvPlot takes 4.0 s and 220 MB where Panel with Bokeh takes 2.1 s and 86 MB (measured),
and the dashboard must be up quickly after each restart. A dozen bars whose text comes formatted from the server need
nothing that hvPlot adds.
"""

# mypy: disable-error-code="no-untyped-call"
# Bokeh's models take their properties as keywords that their signatures do not declare.

from bokeh.models import ColumnDataSource, FixedTicker, Plot, Range1d
from bokeh.models.annotations import LabelSet, Title
from bokeh.plotting import figure

from dashboard.parts.bars import Bars

INK = {False: "#4f5b68", True: "#b9c2cb"}
"""The colour of the values on the light and on the dark card; the library recolours axes and titles by itself."""
TEXT_SIZE = "12px"
ROW = 26
TITLE = 40
EDGE = 14
"""Pixels: of one bar, of a title, of what is round the bars without one."""
HALF = 0.5
NO_BARS = Bars()


class BarChart:
    """A chart of one session, titled unless `title` is empty; `plot` is what the page holds, under `name`.

    Bars stand at row numbers and not at their labels, which may be anything that an ERP writes, twice the same too.
    """

    def __init__(self, name: str, bars: Bars = NO_BARS, title: str = "") -> None:
        self._bars = bars
        self._edges = TITLE + EDGE if title else EDGE
        self._source = ColumnDataSource(data=bars.columns, name=name)
        self._range = Range1d(start=0, end=bars.end)
        self._rows = Range1d(end=-HALF)
        chart = figure(
            title=Title(text=title, text_font_size="13px") if title else None,
            y_range=self._rows,
            x_range=self._range,
            sizing_mode="stretch_width",
            toolbar_location=None,
            tools="",
            outline_line_color=None,
            background_fill_alpha=0,
            border_fill_alpha=0,
        )
        chart.hbar(y="row", right="value", height=0.62, color="colour", source=self._source)
        self._texts = LabelSet(x="value", y="row", text="text", source=self._source)
        self._texts.update(x_offset=6, text_baseline="middle", text_font_size=TEXT_SIZE)
        chart.add_layout(self._texts)
        chart.xaxis.visible = False
        chart.grid.visible = False
        chart.yaxis.update(axis_line_color=None, major_tick_line_color=None, minor_tick_line_color=None)
        chart.yaxis.update(major_label_text_font_size=TEXT_SIZE)
        self._ticker = chart.yaxis[0].ticker = FixedTicker(ticks=[])
        self._axis = chart.yaxis[0]
        self.plot: Plot = chart
        self._name_rows()

    def _name_rows(self) -> None:
        """One row for each label, the first at the top."""
        count = len(self._bars.labels)
        self._ticker.ticks = list(range(count))
        self._axis.major_label_overrides = dict(enumerate(self._bars.labels))
        self._rows.start = max(count, 1) - HALF
        self.plot.height = self._edges + ROW * max(count, 1)
        self.plot.visible = count > 0

    def show(self, bars: Bars) -> None:
        """Move the bars; rename and count the rows where that differs."""
        if bars == self._bars:
            return
        renamed = bars.labels != self._bars.labels
        self._bars = bars
        self._source.data = dict(bars.columns)
        self._range.end = bars.end
        if renamed:
            self._name_rows()

    def recolour(self, *, dark: bool) -> None:
        """Make the values readable on the dark or on the light card."""
        self._texts.text_color = INK[dark]
