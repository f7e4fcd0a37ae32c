"""The page "Calls": how calls end, when people answer, and a record of each call with its evidence."""

# mypy: disable-error-code="no-untyped-call,no-any-unimported"
# Panel's constructors declare no types.

import asyncio
from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

import panel as pn
from panel.viewable import Viewable
from panel_material_ui.widgets.input import DatePicker

from dashboard.facts.asked import EVERYBODY, Filters, Unread
from dashboard.facts.calls import CallRow, Calls, read
from dashboard.facts.evidence import Told
from dashboard.pages.page import Opened, Page, Seen
from dashboard.parts import chips, shell
from dashboard.parts.block import block, change
from dashboard.parts.calls_screen import PATH, columns, ended, kpis, painted
from dashboard.parts.chosen import link, query
from dashboard.parts.kpi import strip
from dashboard.parts.later import Charts
from dashboard.parts.plots import Plot
from dashboard.parts.styles import asset
from dashboard.parts.table import Table
from dashboard.parts.top import top, warnings
from dashboard.words.calling import PIECES, STATES, WITNESSES
from dashboard.words.labels import N_
from schemas.errors import RetryLater

CARD = shell.CARD | {"padding": "16px 18px"}
HALF = {"flex": "1 1 420px", "min-width": "min(100%, 420px)", "min-height": "340px"}
NARROWER = {"contain": "inline-size"}
"""A table that is wider than its card scrolls in it, and does not widen the page."""


class CallsPage:
    """One tab's blocks, empty until `show`."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._html, self._say = opened.painter.html, opened.painter.say
        self._document = pn.state.curdoc
        self._facts: Calls | None = None
        self._dates: Mapping[str, date] = {}
        self._chosen: CallRow | None = None
        self._asking: asyncio.Task[None] | None = None
        say = self._say
        self._panes = {name: block() for name in ("top", "kpis", "list", "evidence")}
        for pane in self._panes.values():
            pane.stylesheets = [*pane.stylesheets, asset("debt.css"), asset("calls.css")]
        self._since = self._picker(say("From"), "since")
        self._until = self._picker(say("Until"), "until")
        plots = {
            "through_the_day": Plot("through_the_day", self._html),
            "by_day": Plot("by_day", self._html, on_pick=self._day),
            "amd": Plot("amd", self._html),
            "week": Plot("week", self._html),
        }
        self._charts = Charts(plots)
        self._table = Table(columns(say), say, name="calls", on_select=self._select, empty=say("Nobody was called."))
        panes = self._panes
        cards = {name: shell.stack(plot.body, **CARD, **HALF) for name, plot in plots.items()}
        numbers = shell.stack(
            shell.flow(cards["through_the_day"], cards["by_day"], gap=shell.GAP),
            shell.flow(cards["week"], cards["amd"], gap=shell.GAP),
            shell.stack(panes["list"], self._table.body, panes["evidence"], **CARD, **NARROWER),
            gap=shell.GAP,
        )
        dates = shell.flow(self._since, self._until, gap="8px")
        self._numbers = shell.stack(dates, panes["kpis"], numbers, gap=shell.GAP)
        self.body: Viewable = shell.stack(panes["top"], self._numbers, gap=shell.GAP)

    def _picker(self, label: str, name: str) -> DatePicker:
        picker = DatePicker(label=label, format="DD/MM/YYYY", clearable=True, size="small", margin=0, width=170)
        picker.param.watch(lambda event: self._opened.selection.choose(**{name: event.new}), "value")
        return picker

    def recolour(self, *, dark: bool) -> None:
        """Charts do not follow the theme by themselves."""
        self._charts.recolour(dark=dark)

    def show(self, seen: Seen) -> None:
        """The calls of the chosen providers and period; painted once for everybody who sees the same."""
        html, say, filters = self._html, self._say, seen.filters
        self._facts = seen.facts if isinstance(seen.facts, Calls) else None
        above = top(html, say("Calls"), say("How calls end, when people answer, and the record of each call."))
        above += warnings(html, seen.reading, filters, seen.facts) + self._chips(filters)
        change(self._panes["top"], above)
        self._numbers.visible = not seen.nobody
        for picker, day in ((self._since, filters.since), (self._until, filters.until)):
            if picker.value != day:
                picker.value = day
        screen = painted(self._facts, filters, say, self._opened.people)
        unread = "" if isinstance(seen.facts, Unread) else strip(html, kpis(None, filters, say))
        change(self._panes["kpis"], strip(html, screen.kpis) if screen else unread)
        if screen is None:
            change(self._panes["list"], html("unread", {}))
            self._charts.unread()
            self._table.unread()
            return
        self._dates = screen.dates
        self._charts.show(screen.charts, filters)
        values = {"title": say("Record of calls"), "told": screen.told, "file": PATH, "query": query(filters)}
        change(self._panes["list"], html("listed", values))
        self._table.show(screen.rows, filters)

    def _chips(self, filters: Filters) -> str:
        found = [
            chips.Filter(label, self._say.day(day), link(PATH, filters, **{name: None}))
            for name, label, day in (
                ("since", self._say("From"), filters.since),
                ("until", self._say("Until"), filters.until),
            )
            if day
        ]
        return chips.filters(self._html, found, link(PATH, Filters(instance=filters.instance or EVERYBODY)))

    def _day(self, label: str, _series: str) -> None:
        if label in self._dates:
            self._opened.selection.choose(since=self._dates[label], until=self._dates[label])

    def _select(self, keys: tuple[str, ...]) -> None:
        """Show the evidence of the call that is chosen; of none where none is."""
        self._chosen = self._facts.of(keys[0]) if self._facts and keys else None
        if keys and not self._chosen:
            self._table.gone()  # its row is of before a refresh that waits
        if self._asking:
            self._asking.cancel()
        self._tell(None)
        if self._chosen:
            self._asking = asyncio.get_running_loop().create_task(self._ask(self._chosen))

    async def _ask(self, of: CallRow) -> None:
        """Without the document's lock: the tab must answer while MongoDB reads."""
        if self._document is None:
            return
        told: Told | str
        try:
            told = await self._opened.look_up(of.instance, of.attempt)
        except RetryLater:
            told = "failed"
        self._document.add_next_tick_callback(lambda: self._tell(told) if self._chosen == of else None)

    def _tell(self, told: Told | str | None) -> None:
        call = self._chosen
        if call is None:
            change(self._panes["evidence"], "")
            return
        people = self._opened.people
        values = {
            "call": call,
            "told": told,
            "who": people.name(call.name),
            "number": people.phone(call.number),
            "ended": ended(call, self._say),
            "zone": ZoneInfo(call.zone),
            "witnesses": WITNESSES,
            "pieces": PIECES,
            "states": STATES,
        }
        change(self._panes["evidence"], self._html("evidence", values))


PAGE = Page(N_("Calls"), PATH, "l", "calls", CallsPage, read)
