"""hvPlot draws in a thread, and touches nobody's page."""

import pytest
from bokeh.document import Document
from bokeh.document.events import DocumentChangedEvent
from bokeh.io.doc import patch_curdoc
from bokeh.plotting import figure

from dashboard.parts.plots import draw
from dashboard.parts.plotted import Chart, Kind, Series
from dashboard.words.language import Language


@pytest.mark.parametrize("kind", ["bars", "columns", "areas", "lines", "heat"])
def test_a_chart_is_drawn_without_the_page_that_is_just_opened(portuguese: Language, kind: Kind) -> None:
    """Its document has a lock, which the thread does not hold: it would be changed all the same, and its browser fail."""
    opened = Document()
    opened.add_root(figure())
    told: list[DocumentChangedEvent] = []
    opened.on_change(told.append)
    theme = opened.theme
    with patch_curdoc(opened):
        drawn = draw(Chart(kind, f"Um {kind}", "count", ("a", "b"), (Series("x", (1, 2)), Series("y", (3, 4))), portuguese))
    assert drawn.model is not None
    assert Document.from_json(drawn.model).roots[0].output_backend == "canvas"  # for another one the browser would need eval
    assert told == []
    assert opened.theme is theme
