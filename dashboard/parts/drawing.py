"""hvPlot at work: a chart becomes a Bokeh figure. Imported late (`plots.py`): hvPlot takes seconds and 100 MB to import.

hvPlot decides glyphs, stacking and colours; what it knows in English only, or would compute in the browser, is set after it
(`finishing.py`): tools, ticks, hover text.
"""

# mypy: disable-error-code="no-untyped-call,no-any-unimported,attr-defined,arg-type"
# hvPlot declares no types; Bokeh's models take their properties as keywords that their signatures do not declare.

from collections.abc import Callable, Mapping
from typing import Any

import holoviews as hv
import hvplot.pandas  # noqa: F401 - gives frames their `.hvplot`
import pandas as pd
from bokeh.document import Document
from bokeh.plotting import figure as Figure  # noqa: N812 - it is a class

from dashboard.parts.finishing import finished
from dashboard.parts.plotted import HEAT, Chart, Kind

SHARED = {"legend": False, "responsive": True, "xlabel": "", "ylabel": ""}

RENDERER = hv.renderer("bokeh").instance(mode="server", theme=None, webgl=False)
"""For WebGL, which it takes by default, Bokeh makes scripts of text, and our Content-Security-Policy forbids that: where a
browser has it (most people's have, headless ones mostly not) the chart failed, and the page with it. In any other mode it
ignores the document that it is given, and puts its theme on that of whoever is just opening a page: from a thread, so that
his browser is told of models that it does not know, and shows nothing that comes after.
"""


def drawn(chart: Chart) -> Figure:
    """The figure of `chart`, which is not empty. Its first renderers are hvPlot's; lines and areas have the bands behind."""
    plot = DRAW[chart.kind](chart)
    found: Figure = RENDERER.get_plot(plot, doc=Document()).state
    return finished(found, chart)


def _long(chart: Chart) -> pd.DataFrame:
    """A row for each value."""
    rows = [
        (label, full or "—", one.name, chart.drawn(value) if value is not None else float("nan"), chart.told(value))
        for one in chart.series
        for label, full, value in zip(chart.named, chart.labels, one.numbers, strict=True)
    ]
    words = ["label", "full", "series", "text"]
    found = pd.DataFrame(rows, columns=["label", "full", "series", "value", "text"])
    # where pyarrow is installed pandas keeps text in arrays that HoloViews cannot reshape
    return found.astype(dict.fromkeys(words, object))


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
