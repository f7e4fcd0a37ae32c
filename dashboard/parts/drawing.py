"""hvPlot at work: a chart becomes a Bokeh figure. Imported late (`plots.py`): hvPlot takes seconds and 100 MB to import.

hvPlot decides glyphs, stacking and colours; what it knows in English only, or would compute in the browser, is set after it:
tools, ticks, hover text.
"""

# mypy: disable-error-code="no-untyped-call,no-any-unimported,attr-defined,arg-type"
# hvPlot declares no types; Bokeh's models take their properties as keywords that their signatures do not declare.

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

import holoviews as hv
import hvplot.pandas  # noqa: F401 - gives frames their `.hvplot`
import pandas as pd
from bokeh.document import Document
from bokeh.models import FixedTicker, HoverTool, NoOverlap, Range1d, TapTool
from bokeh.plotting import figure as Figure  # noqa: N812 - it is a class

from dashboard.parts.plotted import HEAT, LABELS, Chart, Kind

VALUES = "values"
"""The name of the range of values."""
TOUCH = "touch"
"""The name of the unseen bands over lines and areas that are hovered and clicked."""
HEIGHT, ROW, EDGE = 260, 28, 36
"""Pixels: of a chart, of one lying bar or row, of what is round them."""
TEXT = "12px"
SHARED = {"legend": False, "responsive": True, "xlabel": "", "ylabel": ""}
TOLD = '<div style="font:13px/1.4 Roboto,system-ui,sans-serif"><b>@full</b><br>{}</div>'


def drawn(chart: Chart) -> Figure:
    """The figure of `chart`, which is not empty. Its first renderers are hvPlot's; lines and areas have the bands behind."""
    plot = DRAW[chart.kind](chart)
    # its own document: without one HoloViews takes that of whoever is just opening a page
    found: Figure = hv.renderer("bokeh").get_plot(plot, doc=Document()).state
    for renderer in found.renderers:
        renderer.update(nonselection_glyph=None, selection_glyph=None, muted_glyph=None)
        if chart.kind != "lines":
            renderer.glyph.line_color = None
    _scaled(found, chart)
    _touched(found, chart)
    found.update(
        toolbar_location=None,
        outline_line_color=None,
        background_fill_alpha=0,
        border_fill_alpha=0,
        sizing_mode="stretch_width",
        min_border_right=12,
        html_attributes={"role": "img", "aria-label": chart.summary},
    )
    found.height = height(chart)
    for axis in found.axis:
        axis.update(axis_line_color=None, major_tick_line_color=None, minor_tick_line_color=None, axis_label="")
        axis.update(major_label_text_font_size=TEXT)
    return found


def height(chart: Chart) -> int:
    """In pixels."""
    if chart.kind == "bars":
        return ROW * len(chart.labels) + EDGE
    return ROW * len(chart.series) + EDGE if chart.kind == "heat" else HEIGHT


def _long(chart: Chart) -> pd.DataFrame:
    """A row for each value."""
    rows = [
        (label, full or "—", one.name, chart.drawn(value) if value is not None else float("nan"), chart.told(value))
        for one in chart.series
        for label, full, value in zip(chart.named, chart.labels, one.numbers, strict=True)
    ]
    return pd.DataFrame(rows, columns=["label", "full", "series", "value", "text"])


def _wide(chart: Chart) -> pd.DataFrame:
    """A column for each series; `at` is the label's position. What is not known is a gap."""
    columns = {
        _column(index): [float("nan") if value is None else chart.drawn(value) for value in one.numbers]
        for index, one in enumerate(chart.series)
    }
    return pd.DataFrame({"at": range(len(chart.labels)), **columns})


def _column(index: int) -> str:
    return f"series{index}"


def _bars(chart: Chart) -> Any:  # noqa: ANN401 - a HoloViews element
    method = "barh" if chart.kind == "bars" else "bar"
    frame = _long(chart).fillna({"value": 0.0})
    return getattr(frame.hvplot, method)(
        x="label", y="value", by="series", stacked=True, hover_cols=["full", "text"], color=list(chart.colours), **SHARED
    )


def _areas(chart: Chart) -> Any:  # noqa: ANN401 - a HoloViews element
    names = [_column(index) for index in range(len(chart.series))]
    return _wide(chart).hvplot.area(x="at", y=names, stacked=True, color=list(chart.colours), alpha=0.85, **SHARED)


def _lines(chart: Chart) -> Any:  # noqa: ANN401 - a HoloViews element
    names = [_column(index) for index in range(len(chart.series))]
    wide = _wide(chart)
    drawn = wide.hvplot.line(x="at", y=names, color=list(chart.colours), **SHARED)
    known = wide[names].notna()
    alone = known & ~known.shift(1, fill_value=False) & ~known.shift(-1, fill_value=False)
    for name, colour in zip(names, chart.colours, strict=True):  # a line needs two: one day between gaps would not be seen
        if alone[name].any():
            drawn *= wide[alone[name]].hvplot.scatter(x="at", y=name, color=colour, size=36, **SHARED)
    return drawn


def _heat(chart: Chart) -> Any:  # noqa: ANN401 - a HoloViews element
    return _long(chart).hvplot.heatmap(
        x="label", y="series", C="value", hover_cols=["full", "text"], cmap=list(HEAT), colorbar=False, **SHARED
    )


DRAW: Mapping[Kind, Callable[[Chart], Any]] = {
    "bars": _bars,
    "columns": _bars,
    "areas": _areas,
    "lines": _lines,
    "heat": _heat,
}


def _scaled(found: Figure, chart: Chart) -> None:
    """Ranges and ticks: round values with our words, each label where it belongs, the first bar on top."""
    found.grid.visible = False
    if chart.kind == "heat":
        found.y_range.factors = [one.name for one in reversed(chart.series)]
        found.x_range.factors = list(chart.named)
        for renderer in found.renderers:
            renderer.glyph.fill_color.transform.update(low=0, high=chart.end, nan_color="#00000000")
        found.xaxis.major_label_policy = NoOverlap()
        return
    lying = chart.kind == "bars"
    values, across = (found.xaxis[0], found.yaxis[0]) if lying else (found.yaxis[0], found.xaxis[0])
    ranged = Range1d(start=0, end=chart.end * 1.02, name=VALUES)
    if lying:
        found.update(x_range=ranged)
        found.y_range.factors = list(reversed(chart.named))
        found.xgrid.visible = True
    else:
        found.update(y_range=ranged)
        found.ygrid.visible = True
    values.update(ticker=FixedTicker(ticks=list(chart.ticks), minor_ticks=[]), major_label_overrides=dict(chart.ticks))
    values.major_label_policy = NoOverlap()
    if chart.kind == "columns":
        found.x_range.factors = list(chart.named)
        if len(chart.labels) <= LABELS:  # else only every n-th is written, and the blank ones between would hide it
            across.major_label_policy = NoOverlap()
    elif not lying:
        found.update(x_range=Range1d(start=-0.5, end=max(len(chart.labels) - 0.5, 0.5)))
        across.update(ticker=FixedTicker(ticks=list(chart.marks), minor_ticks=[]), major_label_overrides=dict(chart.marks))
        across.major_label_policy = NoOverlap()


def _touched(found: Figure, chart: Chart) -> None:
    """What is hovered and clicked, told by columns that the server wrote."""
    if chart.kind in {"areas", "lines"}:
        found.vbar(
            x="at", width=1, bottom=0, top=chart.end, source=_bands(chart), fill_alpha=0, line_alpha=0, name=TOUCH,
            hover_fill_color="#8d9aa7", hover_fill_alpha=0.15, hover_line_alpha=0,
        )  # fmt: skip
        rows = [f"@name{index}: @text{index}" for index in range(len(chart.series))]
        touched, told = found.renderers[-1:], "<br>".join(rows)
        touched[0].update(nonselection_glyph=None, selection_glyph=None)
    else:
        touched, told = list(found.renderers), "@series: @text"
    found.tools = [
        HoverTool(renderers=touched, tooltips=TOLD.format(told), point_policy="follow_mouse"),
        TapTool(renderers=touched),
    ]


def _bands(chart: Chart) -> dict[str, list[Any]]:
    count = len(chart.labels)
    named = ((f"name{index}", [one.name] * count) for index, one in enumerate(chart.series))
    texts = ((f"text{index}", [chart.told(value) for value in one.numbers]) for index, one in enumerate(chart.series))
    return {"at": list(range(count)), "full": list(chart.labels), **dict(chain(named, texts))}
