"""What the pages of overdue bills and of blocked contracts share: top, filters, cards, and what is not read yet."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Generic, Protocol, TypeVar

from panel.viewable import Viewable

from dashboard.facts.asked import Filters, Unread
from dashboard.facts.choices import Choices
from dashboard.facts.readings import readings
from dashboard.pages.page import Opened, Seen
from dashboard.parts import shell
from dashboard.parts.aged import picked_day
from dashboard.parts.block import block
from dashboard.parts.chosen import chosen
from dashboard.parts.kpi import Kpi, strip
from dashboard.parts.later import Charts
from dashboard.parts.narrowing import Narrowing
from dashboard.parts.plots import Plot
from dashboard.parts.styles import asset
from dashboard.parts.table import Table
from dashboard.parts.top import top, warnings
from schemas.figures.narrow import By

HALF = {"flex": "1 1 420px", "min-width": "min(100%, 420px)", "min-height": "350px"}
"""As high as a chart, which comes a moment later: what is below does not jump."""
THIRD = {"flex": "1 1 340px", "min-width": "min(100%, 300px)", "height": "auto", "align-self": "stretch"}
AS_WIDE_AS_THERE_IS = {"contain": "inline-size"}
"""Of a table: by itself it would make the page as wide as its columns want to be, instead of scrolling."""


class Named(Protocol):
    """One name of a breakdown."""

    @property
    def name(self) -> str: ...
    @property
    def key(self) -> str: ...


class Debts(Protocol):
    """Facts of such a page."""

    @property
    def today(self) -> date: ...
    @property
    def parts(self) -> Mapping[By, Sequence[Named]]: ...
    @property
    def choices(self) -> Choices: ...


Facts = TypeVar("Facts", bound=Debts)


def card(*parts: Viewable, **styles: str) -> Viewable:
    """One card of the page."""
    return shell.stack(*parts, **{**shell.CARD, "padding": "16px 18px", "min-width": "0", **styles})


class DebtPage(Generic[Facts]):
    """One tab's. A page of its own says `kind`, `path`, `title` and `told`, places its cards, and fills them."""

    kind: type[Facts]
    path: str
    title: str
    told: str

    def __init__(self, opened: Opened, cards: Sequence[str]) -> None:
        """`cards`: names of the blocks beside the top and the strip."""
        self._html, self._say = opened.painter.html, opened.painter.say
        self._mask = opened.people.name
        self._choose = opened.selection.choose
        self._facts: Facts | None = None
        self._cards = tuple(cards)
        self._unread = self._html("unread", {})
        self._panes = {name: block() for name in ("top", "kpis", *cards)}
        for pane in self._panes.values():
            pane.stylesheets = [*pane.stylesheets, asset("debt.css")]
        self._narrowing = Narrowing(self._say, self._choose)
        plots, self._tables = self.plots(), self.tables()
        self._charts = Charts(plots)
        panes = self._panes
        self._numbers = shell.stack(
            self._narrowing.body, panes["kpis"], shell.stack(*self.place(plots), gap=shell.GAP), gap=shell.GAP
        )
        self.body: Viewable = shell.stack(panes["top"], self._numbers, gap=shell.GAP)

    def plots(self) -> dict[str, Plot]:
        """By name."""
        raise NotImplementedError

    def tables(self) -> dict[str, Table]:
        """By name."""
        raise NotImplementedError

    def place(self, plots: Mapping[str, Plot]) -> Sequence[Viewable]:
        """The cards, below one another."""
        raise NotImplementedError

    def kpis(self, filters: Filters, read: tuple[int, int]) -> Sequence[Kpi]:
        """The skeletons of the strip."""
        raise NotImplementedError

    def fill(self, facts: Facts, filters: Filters, read: tuple[int, int]) -> Mapping[str, str]:
        """Charts and tables as the facts are; the text of the strip and of every card."""
        raise NotImplementedError

    def show(self, seen: Seen) -> None:
        """The rows that the filters leave; skeletons until they are read, whatever was shown under others."""
        html, say, filters = self._html, self._say, seen.filters
        facts = self._facts = seen.numbers(self.kind)
        read = readings(seen.reading, filters.instance)
        above = top(html, say(self.title), say(self.told)) + warnings(html, seen.reading, filters, seen.facts)
        blocks = {"top": above + chosen(html, self.path, filters, self._branch(facts, filters.branch))}
        self._numbers.visible = not seen.nobody
        self._narrowing.show(filters, facts.choices if facts else None)
        if facts is None:
            cards = "" if isinstance(seen.facts, Unread) else strip(html, self.kpis(filters, read))
            self._charts.unread()
            for table in self._tables.values():
                table.unread()
            shell.assign(self._panes, {**dict.fromkeys(self._cards, self._unread), **blocks, "kpis": cards})
        else:
            shell.assign(self._panes, {**self.fill(facts, filters, read), **blocks})

    @staticmethod
    def _branch(facts: Facts | None, code: str) -> str:
        """What people call the chosen branch."""
        return next((part.name for part in (facts.parts["branch"] if facts else ()) if part.key == code), "")

    def _day(self, label: str, _series: str) -> None:
        days = picked_day(label)
        if days is not None and self._facts:
            self._choose(due_on=self._facts.today - timedelta(days=days))

    def recolour(self, *, dark: bool) -> None:
        """Charts do not follow the theme by themselves."""
        self._charts.recolour(dark=dark)
