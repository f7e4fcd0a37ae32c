"""Lines by Bokeh alone: the chart of the first page, which must not wait for hvPlot to load."""

# mypy: disable-error-code="no-untyped-call"
# Bokeh's models take their properties as keywords that their signatures do not declare.

from collections.abc import Sequence

from bokeh.models import ColumnDataSource
from bokeh.plotting import figure as Figure  # noqa: N812 - it is a class

from dashboard.parts.finishing import finished
from dashboard.parts.plotted import Chart

UNKNOWN = float("nan")


def drawn(chart: Chart) -> Figure:
    """The figure of `chart`, lines that are not empty. What is not known is a gap; a day between two gaps is a point."""
    found = Figure()
    for one, colour in zip(chart.series, chart.colours, strict=True):
        values = [UNKNOWN if value is None else chart.drawn(value) for value in one.numbers]
        found.line(x="at", y="value", source=_source(range(len(values)), values), color=colour, line_width=2)
        if alone := _alone(one.numbers):
            source = _source(alone, [values[at] for at in alone])
            found.scatter(x="at", y="value", source=source, color=colour, size=6)
    return finished(found, chart)


def _source(at: Sequence[int], values: Sequence[float]) -> ColumnDataSource:
    return ColumnDataSource({"at": list(at), "value": list(values)})


def _alone(values: Sequence[float | None]) -> list[int]:
    """A line needs two: these would not be seen."""
    known = [False, *(value is not None for value in values), False]
    return [at for at in range(len(values)) if known[at + 1] and not known[at] and not known[at + 2]]
