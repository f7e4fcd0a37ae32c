"""The numbers of a horizontal bar chart (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

Columns = dict[str, Sequence[str] | Sequence[float]]

SHORT_TERM = "#e8891c"
LONG_TERM = "#c8473a"
"""Orange for up to 7 days late, red beyond (`ARCHITECTURE.md`, "Words")."""
PLAIN = "#2f7ea8"
REST = "#8d9aa7"
"""A name, and all names that have no bar of their own. Both are readable on the light and on the dark card."""
ROOM_FOR_TEXT = 1.75
"""The range ends this far beyond the longest bar, so that the text after it fits on a phone too."""

LETTERS = 22
"""Of a name beside its bar: a phone has no room for more."""


@dataclass(frozen=True, slots=True)
class Bars:
    """One bar for each label, from top to bottom. `values` decide lengths, `texts` are what people read."""

    labels: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    texts: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()

    @property
    def columns(self) -> Columns:
        """What the chart's data source holds; `row` counts from the top."""
        return {"row": tuple(range(len(self.labels))), "value": self.values, "text": self.texts, "colour": self.colours}

    @property
    def end(self) -> float:
        """Where the value range ends; never zero, or an empty chart would have no scale."""
        return max((1, *self.values)) * ROOM_FOR_TEXT


def by_age(count: int) -> tuple[str, ...]:
    """The colours of `count` ranges of days late: the first is the short term."""
    return (SHORT_TERM, *[LONG_TERM] * (count - 1))


def shortened(name: str) -> str:
    """`name` as it fits beside its bar."""
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1].rstrip()}…"
