"""The page "Collection": overdue contracts, whom to contact first, and what a clerk decides about them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import get_args

from panel.viewable import Viewable

from dashboard.facts.asked import Unread
from dashboard.facts.board import choose
from dashboard.facts.collection import Collection as Facts
from dashboard.facts.collection import Contract, read
from dashboard.facts.snapshot import Reading
from dashboard.pages.page import Opened, Page, Seen
from dashboard.parts import shell
from dashboard.parts.block import block, change
from dashboard.parts.chips import Filter, filters
from dashboard.parts.collection_screen import PATH, columns, painted
from dashboard.parts.deciding import Decided, Deciding, What, Whom
from dashboard.parts.folded import folded
from dashboard.parts.kpi import strip
from dashboard.parts.late import LatePlot
from dashboard.parts.plots import Plot
from dashboard.parts.table import Action, Table
from dashboard.words.address import write
from dashboard.words.labels import N_
from schemas.figures.collection import READY, Part

PARTS: tuple[Part, ...] = get_args(Part)


class Collection:
    """One tab's blocks, empty until `show`."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._html, self._say = opened.painter.html, opened.painter.say
        say = self._say
        self._facts: Facts | None = None
        self._dates: Mapping[str, date] = {}
        self._heading, self._notices, self._chips, self._kpis = (block() for _ in range(4))
        self._chart = LatePlot(Plot("by_due_date", self._html, on_pick=self._picked))
        self._due = shell.selector(say("Due date"), {say("All due dates"): ""}, "", self._chosen)
        self._told = {part: block() for part in PARTS}
        self._tables = {part: self._table(part) for part in PARTS}
        self._deciding = Deciding(say, self._decide, self._ended)
        chart = shell.stack(shell.flow(self._due, gap="8px"), self._chart.plot.body, **shell.CARD)
        action, other = (shell.stack(self._told[part], self._tables[part].body, **shell.CARD) for part in PARTS)
        rest = folded(say("All other overdue contracts, also those that are late but active"), other)
        head = (self._heading, self._notices, self._chips, self._kpis)
        self.body: Viewable = shell.stack(*head, chart, action, rest, self._deciding.dialog, gap=shell.GAP)

    def _table(self, part: Part) -> Table:
        say = self._say
        actions = (Action("promise", say("Promise to pay")), Action("block", say("Do not call any more")))
        empty = {"action": say("Nobody is to be contacted now."), "other": say("No other contract is overdue.")}
        usable = actions if self._opened.may_act else ()
        return Table(columns(say), say, name=part, actions=usable, on_action=self._act, empty=empty[part])

    def recolour(self, *, dark: bool) -> None:
        """Follow the page's theme."""
        self._chart.plot.recolour(dark=dark)

    def show(self, seen: Seen) -> None:
        """The facts of the chosen providers and due date; painted once for everybody who sees the same."""
        say, html = self._say, self._html
        change(self._notices, self._opened.painter.paint(seen.reading, seen.filters.instance).blocks["notices"])
        facts = None if isinstance(seen.facts, Unread) else seen.facts
        change(self._heading, html("collection", {"unread": isinstance(seen.facts, Unread)}))
        if facts is None and self._facts is not None and isinstance(seen.facts, Unread):
            return  # the numbers stay, and the heading says that they are old
        self._facts = facts
        screen = painted(facts, seen.filters, _read(seen.reading, seen.filters.instance), say, self._opened.people)
        due_on = seen.filters.due_on
        dropped = write(PATH, replace(seen.filters, due_on=None)) if due_on else ""
        chips = [Filter(say("Due date"), say.day(due_on), dropped)] if due_on else []
        change(self._chips, filters(html, chips, dropped))
        change(self._kpis, strip(html, screen.kpis))
        self._chart.show(screen.chart)
        self._dates = screen.dates
        self._offer(screen.choices, due_on)
        for part in PARTS:
            change(
                self._told[part],
                html(
                    "collection_list",
                    {"part": part, "cut": screen.cut[part], "ready": READY, "query": write("", seen.filters)},
                ),
            )
            self._tables[part].show(screen.rows[part])

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

    def _act(self, action: str, keys: tuple[str, ...]) -> None:
        found = self._facts.of(keys[0]) if self._facts and keys else None
        if found is None:
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


def _read(reading: Reading, instance: str) -> tuple[int, int]:
    """How many kinds of rows were read whole once, of how many."""
    if reading.snapshot is None:
        return 0, 1
    sources = [source for one in choose(reading.snapshot, instance).instances for source in one.sources]
    return sum(source.completed_at is not None for source in sources), len(sources)


PAGE = Page(N_("Collection"), PATH, "o", "collection", Collection, read)
