"""The strip of key figures at the top of a page: what each card says (pure). The markup is `templates/kpis.html`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dashboard.facts.trend import Trend
from dashboard.parts import sparkline
from dashboard.parts.html import Html
from dashboard.words.language import Language

Tone = Literal["good", "bad", "neutral"]
State = Literal["known", "partial", "skeleton"]
Better = Literal["more", "less", "neither"]
Unit = Literal["count", "money"]

Line = Sequence[float | None] | None
"""A value a day, the oldest first; None where nothing is kept."""
SPARK_DAYS = 30

DESK, TABLET, PHONE = 6, 3, 2
"""The most cards in a row at 1440, 1024 and 390 pixels."""


@dataclass(frozen=True, slots=True)
class Change:
    """Against yesterday. `sign` is one of `+ - =`, `text` says it in words."""

    sign: Literal["+", "-", "="]
    text: str
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class Kpi:
    """One card. `value` comes formatted; None is not known and is never shown as zero.

    `href` leads to the rows that were counted. `trend`: a value a day, the oldest first, None where none was kept.
    `read`: how many of how many readings there were, shown while `state` is partial.
    """

    label: str
    value: str | None
    change: Change | None
    trend: Line
    href: str
    definition: str
    state: State = "known"
    read: tuple[int, int] = (0, 0)
    name: str = ""
    note: str = ""
    """A second line: what else the number says, such as its share."""
    accent: Literal["", "short", "long"] = ""

    @property
    def line(self) -> str:
        """The path of its trend."""
        return sparkline.path(self.trend or ())


def changed(now: int, before: int | None, say: Language, unit: Unit = "count", better: Better = "neither") -> Change | None:
    """How `now` differs from `before`, yesterday's; None where yesterday is not known. Money is cents."""
    if before is None:
        return None
    if now == before:
        return Change("=", say("the same as yesterday"))
    told = (say.money if unit == "money" else say.number)(abs(now - before))
    more = now > before
    if better == "neither":
        tone: Tone = "neutral"
    else:
        tone = "good" if more == (better == "more") else "bad"
    text = say("%(n)s more than yesterday", n=told) if more else say("%(n)s less than yesterday", n=told)
    return Change("+" if more else "-", text, tone)


def lately(trend: Trend | None, now: int, say: Language, unit: Unit, better: Better) -> tuple[Change | None, Line]:
    """How a card's figure, `now`, differs from yesterday's, and its last days."""
    if trend is None:
        return None, None
    before = None if trend.yesterday is None else round(trend.yesterday)
    return changed(now, before, say, unit, better), trend.values[-SPARK_DAYS:]


def per_row(count: int, most: int) -> int:
    """Cards in a row, at most `most`, such that the last row does not hold one alone where that can be had."""
    rows = max(1, -(-count // most))
    even = max(1, -(-count // rows))
    return next((each for each in range(even, 1, -1) if count <= each or count % each != 1), even)


def strip(html: Html, kpis: Sequence[Kpi]) -> str:
    """The strip's HTML."""
    count = len(kpis)
    rows = {"desk": per_row(count, DESK), "tablet": per_row(count, TABLET), "phone": per_row(count, PHONE)}
    alone = " ".join(f"alone-{name}" for name, each in rows.items() if count > each and count % each == 1)
    return html("kpis", {"kpis": kpis, "rows": rows, "alone": alone, "box": (sparkline.WIDTH, sparkline.HEIGHT)})
