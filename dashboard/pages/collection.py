"""The page "Collection": overdue contracts, whom to contact first, and what a clerk decides about them."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import get_args

from panel.viewable import Viewable

from dashboard.facts.asked import Filters, Unread
from dashboard.facts.collection import Collection as Facts
from dashboard.facts.collection import Contract, read
from dashboard.facts.readings import readings
from dashboard.pages.page import Opened, Page, Seen
from dashboard.parts import shell
from dashboard.parts.block import block, change
from dashboard.parts.chosen import chosen, query
from dashboard.parts.collection_screen import FILES, PATH, columns, painted
from dashboard.parts.deciding import Decided, Deciding, What, Whom
from dashboard.parts.folded import folded
from dashboard.parts.kpi import strip
from dashboard.parts.later import Charts
from dashboard.parts.plots import Plot
from dashboard.parts.styles import asset
from dashboard.parts.table import Action, Table
from dashboard.parts.top import top, warnings
from dashboard.words.labels import N_
from schemas.figures.collection import Part

PARTS: tuple[Part, ...] = get_args(Part)
CARD = shell.CARD | {"padding": "16px 18px"}
NARROWER = {"contain": "inline-size"}
"""A table that is wider than its card scrolls in it, and does not widen the page."""


class Collection:
    """One tab's blocks, empty until `show`."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._html, self._say = opened.painter.html, opened.painter.say
        say = self._say
        self._facts: Facts | None = None
        self._of: Filters | None = None
        self._dates: Mapping[str, date] = {}
        self._panes = {name: block() for name in ("top", "kpis", "older", *PARTS)}
        for pane in self._panes.values():
            pane.stylesheets = [*pane.stylesheets, asset("debt.css")]
        plot = Plot("by_due_date", self._html, on_pick=self._picked)
        self._charts = Charts({"by_due_date": plot})
        self._due = shell.selector(say("Due date"), {say("All due dates"): ""}, "", self._chosen)
        self._tables = {part: self._table(part) for part in PARTS}
        self._deciding = Deciding(say, self._decide, self._ended)
        self._due.align = "start"
        panes = self._panes
        chart = shell.stack(self._due, plot.body, panes["older"], **CARD, **{"min-height": "400px"})
        action = shell.stack(panes["action"], self._tables["action"].body, **CARD, **NARROWER)
        other = shell.stack(panes["other"], self._tables["other"].body, **NARROWER)
        rest = folded(say("All other overdue contracts, also those that are late but active"), other)
        lists = shell.stack(chart, action, rest, gap=shell.GAP)
        self._numbers = shell.stack(panes["kpis"], lists, gap=shell.GAP)
        self.body: Viewable = shell.stack(panes["top"], self._numbers, self._deciding.dialog, gap=shell.GAP)

    def _table(self, part: Part) -> Table:
        say = self._say
        actions = (Action("promise", say("Promise to pay")), Action("block", say("Do not call any more")))
        empty = {"action": say("Nobody is to be contacted now."), "other": say("No other contract is overdue.")}
        usable = actions if self._opened.may_act else ()
        return Table(columns(say), say, name=part, actions=usable, on_action=partial(self._act, part), empty=empty[part])

    def recolour(self, *, dark: bool) -> None:
        """Follow the page's theme."""
        self._charts.recolour(dark=dark)

    def show(self, seen: Seen) -> None:
        """The facts of the chosen providers and due date; painted once for everybody who sees the same."""
        say, html, on = self._say, self._html, seen.filters
        self._turned(on)
        self._facts = seen.numbers(Facts)
        read = readings(seen.reading, on.instance)
        screen = painted(self._facts, on, read, say, self._opened.people)
        above = top(html, say("Collection"), say("Overdue contracts, and whom to contact first."))
        above += warnings(html, seen.reading, on, seen.facts) + chosen(html, PATH, on)
        cards = "" if isinstance(seen.facts, Unread) else strip(html, screen.kpis)
        change(self._panes["top"], above)
        change(self._panes["kpis"], cards)
        self._numbers.visible = not seen.nobody
        change(self._panes["older"], screen.older)
        if self._facts is None:
            self._charts.unread()
            for part in PARTS:
                change(self._panes[part], html("unread", {}))
                self._tables[part].unread()
            self._offer(self._due.options, on.due_on)
            return
        self._dates = screen.dates
        self._charts.show({"by_due_date": screen.chart}, on)
        self._offer(screen.choices, on.due_on)
        for part in PARTS:
            values = {"title": screen.titles[part], "told": screen.told[part], "file": FILES[part], "query": query(on)}
            change(self._panes[part], html("listed", values))
            self._tables[part].show(screen.rows[part], on)

    def _turned(self, filters: Filters) -> None:
        """What was being decided belongs to the rows that were shown under other filters."""
        if filters != self._of:
            self._of = filters
            self._deciding.dialog.open = False

    def _offer(self, choices: Mapping[str, str], due_on: date | None) -> None:
        chosen = due_on.isoformat() if due_on else ""
        offered = dict(choices)
        if chosen not in offered.values() and due_on:
            offered[self._say.day(due_on)] = chosen  # of an address, with nothing overdue
        if self._due.options != offered:
            self._due.param.update(options=offered, value=chosen)
            self._due.param.trigger("value")  # the library would show nothing where only the options differ
        self._due.value = chosen

    def _chosen(self, day: str) -> None:
        self._opened.selection.choose(due_on=date.fromisoformat(day) if day else None)

    def _picked(self, label: str, _series: str) -> None:
        if label in self._dates:
            self._opened.selection.choose(due_on=self._dates[label])

    def _act(self, part: Part, action: str, keys: tuple[str, ...]) -> None:
        found = self._facts.of(keys[0]) if self._facts and keys else None
        if found is None:
            self._tables[part].gone()
            return
        what: What = "promise" if action == "promise" else "block"
        for table in self._tables.values():
            table.hold(held=True)
        name = self._opened.people.name(found.name)
        self._deciding.ask(what, Whom(found.key, name, found.code, found.today, found.promised))

    async def _decide(self, decided: Decided) -> None:
        clerk, found = self._opened.clerk, self._row(decided.whom.key)
        if clerk is None:
            raise PermissionError("nobody may decide on this page")
        if decided.what == "promise":
            await clerk.promise(found.instance, found.code, decided.until)
        else:
            await clerk.block(found.instance, found.code, found.person, found.phones, decided.reason)

    def _row(self, key: str) -> Contract:
        found = self._facts.of(key) if self._facts else None
        if found is None:
            raise LookupError(key)
        return found

    def _ended(self) -> None:
        for table in self._tables.values():
            table.clear()
            table.hold(held=False)


PAGE = Page(N_("Collection"), PATH, "o", "collection", Collection, read)
