"""The numbers of a chart of several series: what is drawn, said and labelled (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent

from dashboard.parts.bars import LONG_TERM, SHORT_TERM, shortened
from dashboard.words.language import CURRENCY, Language

Kind = Literal["bars", "columns", "areas", "lines", "heat"]
"""Stacked bars that lie or stand, stacked areas, lines; of a heat map a series is a row and a label is a column."""
Unit = Literal["money", "count", "share", "seconds"]
"""Money is integer cents, a share is a part of 1."""

COMMON, TRUST = "#2f7ea8", "#8e6bbf"
"""Blue for Comum, violet for DC. Orange and red mean lateness and nothing else, so no palette holds them."""
PALETTE = (COMMON, TRUST, "#3c9a86", "#8d9aa7", "#b08a3e", "#5a74c4", "#a8627f", "#6f8f3a")
HEAT = ("#d9e6ee", "#b3cfdf", "#86b3cc", "#5896b7", "#2f7ea8", "#1f6289", "#164865")
LATENESS = (SHORT_TERM, LONG_TERM)

TICKS, FEW_TICKS = 5, 3
"""About as many labels on the axis of values; fewer where they stand side by side."""
LABELS = 8
"""At most as many labels along a line or an area; of all of them every n-th is written."""
UNSEEN = "\u200b"
"""Has no width: tells equal labels apart."""
LONG = 100_000
"""Reais from which a tick is written shortly; ticks are round, so nothing is lost."""


@dataclass(frozen=True, slots=True)
class Series:
    """A name in the legend and a value for each label; None is not known. `colour`: "" takes the next of the palette."""

    name: str
    numbers: tuple[float | None, ...]
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart shows. `nothing` is said instead of a chart where every value is zero or unknown.

    `plain`: lines of a page that must be there before hvPlot is (`plain_lines.py`).
    Raises ValueError where a series has not one value for each label.
    """

    kind: Kind
    title: str
    unit: Unit
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    say: Language
    nothing: str = ""
    plain: bool = False

    def __post_init__(self) -> None:
        for one in self.series:
            if len(one.numbers) != len(self.labels):
                raise ValueError(f"{one.name!r} has {len(one.numbers)} numbers for {len(self.labels)} labels")

    @property
    def is_empty(self) -> bool:
        """There is nothing to draw."""
        return not any(value for one in self.series for value in one.numbers)

    @property
    def colours(self) -> tuple[str, ...]:
        """One for each series."""
        return tuple(one.colour or PALETTE[index % len(PALETTE)] for index, one in enumerate(self.series))

    @property
    def named(self) -> tuple[str, ...]:
        """The labels as categories of an axis, which knows them by their text: each once, and short enough to be read.

        Where they stand side by side only every n-th is written, so that they do not run into one another.
        """
        step = 1 if self.kind == "bars" else max(1, -(-len(self.labels) // LABELS))
        seen: dict[str, int] = {}
        found = []
        for index, label in enumerate(self.labels):
            text = "" if index % step else shortened(label) or "—"
            seen[text] = seen.get(text, 0) + 1
            found.append(text + UNSEEN * (seen[text] - (text != "")))
        return tuple(found)

    def drawn(self, value: float | None) -> float:
        """The length of `value`: reais for cents, parts of a hundred for a share."""
        if value is None:
            return 0.0
        return float(value) / 100 if self.unit == "money" else float(value) * 100 if self.unit == "share" else float(value)

    def told(self, value: float | None) -> str:
        """`value` as people read it."""
        return told(value, self.unit, self.say)

    @property
    def end(self) -> float:
        """The greatest length that is drawn: of a stack its whole. Never zero."""
        rows = zip(*(one.numbers for one in self.series), strict=True)
        lengths = [[self.drawn(value) for value in row] for row in rows]
        stacked = self.kind in {"bars", "columns", "areas"}
        return max((sum(row) if stacked else max(row) for row in lengths), default=0.0) or 1.0

    @property
    def ticks(self) -> dict[float, str]:
        """Round lengths and what is written beside them."""
        count = FEW_TICKS if self.kind == "bars" else TICKS
        return {at: _tick(at, self.unit, self.say) for at in rounds(self.end, count, whole=self.unit == "count")}

    @property
    def marks(self) -> dict[int, str]:
        """Along a line or an area: the labels that are written, by their position."""
        step = max(1, -(-len(self.labels) // LABELS))
        return {index: label for index, label in enumerate(self.labels) if index % step == 0}

    @property
    def summary(self) -> str:
        """What the picture is, for who does not see it."""
        return self.say("Chart: %(title)s (%(unit)s)", title=self.title, unit=unit_name(self.unit, self.say))


def has_lone(numbers: Sequence[float | None]) -> bool:
    """Whether a value stands between two that are not known: an area would not show it."""
    known = [False, *(number is not None for number in numbers), False]
    return any(here and not (before or after) for before, here, after in zip(known, known[1:], known[2:], strict=False))


def told(value: float | None, unit: Unit, say: Language) -> str:
    """One value with its unit."""
    if value is None:
        return say("not known")
    if unit == "money":
        return say.money(round(value))
    if unit == "share":
        return str(format_percent(value, format="#,##0.#%", locale=say.locale))
    number = str(format_decimal(value, format="#,##0.#", locale=say.locale))
    return f"{number} s" if unit == "seconds" else number


def unit_name(unit: Unit, say: Language) -> str:
    """What stands behind a chart's title."""
    return {"money": "R$", "count": say("number"), "share": "%", "seconds": say("seconds")}[unit]


def rounds(end: float, most: int, *, whole: bool = False) -> tuple[float, ...]:
    """At most `most` (from 3) round numbers up to `end`, and 0 before them: 1, 2 or 5 with zeros apart."""
    power = Decimal(10) ** Decimal(end / most).adjusted()
    step = next(one * power for one in (1, 2, 5, 10) if one * power * most >= Decimal(end))
    if whole:
        step = max(step, Decimal(1))
    return tuple(float(step * count) for count in range(int(Decimal(end) / step) + 1))


def _tick(at: float, unit: Unit, say: Language) -> str:
    if unit == "money" and at >= LONG:
        return str(format_compact_currency(Decimal(str(at)), CURRENCY, fraction_digits=1, locale=say.locale)).replace(
            ",0", ""
        )
    if unit == "money":
        pattern = "¤ #,##0" if at == int(at) else "¤ #,##0.00"
        return str(format_currency(Decimal(str(at)), CURRENCY, format=pattern, currency_digits=False, locale=say.locale))
    number = str(format_decimal(Decimal(str(at)), format="#,##0.##", locale=say.locale))
    return {"share": f"{number}%", "seconds": f"{number} s"}.get(unit, number)


def lines(chart: Chart) -> Sequence[tuple[str, Sequence[str]]]:
    """The table for readers: each label with the text of each series."""
    return [(label, [chart.told(one.numbers[index]) for one in chart.series]) for index, label in enumerate(chart.labels)]
