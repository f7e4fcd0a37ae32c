"""What every figure of several series gets after it was drawn: ranges, ticks, hover text and clicks, told in our words.

Bokeh alone: what the first page needs loads without hvPlot.
"""

# mypy: disable-error-code="no-untyped-call,attr-defined,arg-type"
# Bokeh's models take their properties as keywords that their signatures do not declare.

from itertools import chain
from typing import Any

from bokeh.models import FixedTicker, HoverTool, NoOverlap, Range1d, TapTool
from bokeh.plotting import figure as Figure  # noqa: N812 - it is a class

from dashboard.parts.plotted import LABELS, Chart

VALUES = "values"
"""The name of the range of values."""
TOUCH = "touch"
"""The name of the unseen bands over lines and areas that are hovered and clicked."""
HEIGHT, ROW, EDGE = 260, 28, 36
"""Pixels: of a chart, of one lying bar or row, of what is round them."""
TEXT = "12px"
ABOVE = 1.04
"""Of the longest: room for half of a point on top of it."""
TOLD = '<div style="font:13px/1.4 Roboto,system-ui,sans-serif"><b>@full</b><br>{}</div>'


def finished(found: Figure, chart: Chart) -> Figure:
    """The figure whose renderers show `chart`, with all else. Lines and areas get the bands behind them."""
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
    ranged = Range1d(start=0, end=chart.end * ABOVE, name=VALUES)
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
