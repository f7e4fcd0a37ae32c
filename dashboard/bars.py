"""The numbers of a horizontal bar chart (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

Columns = dict[str, Sequence[str] | Sequence[float]]

SHORT_TERM = "#e8891c"
LONG_TERM = "#c8473a"
"""Orange for up to 7 days late, red beyond (`design.md`, words)."""
ROOM_FOR_TEXT = 1.45
"""The range ends this far beyond the longest bar, so that the text after it fits."""


@dataclass(frozen=True, slots=True)
class Bars:
    """One bar for each label, from top to bottom. `values` decide lengths, `texts` are what people read."""

    labels: tuple[str, ...]
    values: tuple[float, ...]
    texts: tuple[str, ...]

    @property
    def columns(self) -> Columns:
        """What the chart's data source holds; the first range of days late is the short term."""
        colours = [SHORT_TERM, *[LONG_TERM] * (len(self.labels) - 1)]
        return {"label": self.labels, "value": self.values, "text": self.texts, "colour": colours}

    @property
    def end(self) -> float:
        """Where the value range ends; never zero, or an empty chart would have no scale."""
        return max(*self.values, 1) * ROOM_FOR_TEXT
