"""The chart of the first page: the same columns as hvPlot's lines have, without loading it."""

import math
import subprocess
import sys

from dashboard.parts.drawing import drawn as by_hvplot
from dashboard.parts.finishing import ABOVE, TOUCH
from dashboard.parts.plain_lines import drawn
from dashboard.parts.plots import draw
from dashboard.parts.plotted import Chart, Series
from dashboard.words.language import language

DAYS = ("01/11", "02/11", "03/11", "04/11", "05/11", "06/11")
NUMBERS = (100, 250, None, 400, None, 0)


def chart(*, plain: bool) -> Chart:
    series = (Series("Cobrança", NUMBERS, "#c8473a"), Series("Pré-cobrança", tuple(range(6)), "#e8891c"))
    return Chart("lines", "Em atraso", "money", DAYS, series, language("pt_BR"), plain=plain)


def test_it_loads_no_hvplot() -> None:
    """Whose import takes longer than the page."""
    told = "import sys, dashboard.parts.plain_lines; sys.exit('hvplot' in sys.modules or 'holoviews' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0


def test_gaps_and_lone_days_are_drawn_as_hvplot_draws_them() -> None:
    """Reais for cents; a day between two gaps is a point, for a line needs two."""
    plain, other = drawn(chart(plain=True)), by_hvplot(chart(plain=False))
    first, points, second, bands = (one.data_source.data for one in plain.renderers)

    assert [None if math.isnan(value) else value for value in first["value"]] == [1.0, 2.5, None, 4.0, None, 0.0]
    assert (points["at"], points["value"]) == ([3, 5], [4.0, 0.0])
    assert second["value"] == [number / 100 for number in range(6)]
    assert plain.renderers[-1].name == other.renderers[-1].name == TOUCH
    assert bands == other.renderers[-1].data_source.data
    for part in (plain, other):
        assert (part.y_range.end, part.x_range.end) == (4.0 * ABOVE, 5.5)
        assert part.yaxis[0].major_label_overrides == chart(plain=True).ticks


def test_it_goes_to_sessions_like_every_other_chart() -> None:
    """As a document of its own, and columns by renderer."""
    found = draw(chart(plain=True))

    assert found.model is not None
    assert [sorted(columns) for columns in found.columns[:3]] == [["at", "value"]] * 3
