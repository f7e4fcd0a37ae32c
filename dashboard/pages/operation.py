"""The page "Operation": how far the stages are, sweeps, dead letters, the audit, MongoDB and Kafka."""

# mypy: disable-error-code="no-untyped-call,no-any-unimported"
# Panel's constructors declare no types.

from dataclasses import replace

import panel as pn
from panel.viewable import Viewable

from dashboard.facts.asked import Filters
from dashboard.facts.operation_reads import read
from dashboard.pages.letter_open import OpenLetter
from dashboard.pages.page import Opened, Page, Seen
from dashboard.parts import operation_screen, shell
from dashboard.parts.block import block
from dashboard.parts.rows import Rows
from dashboard.parts.table import Table
from dashboard.words.labels import N_

ABOVE = ("heading", "notices", "figures", "stages", "sweeps", "health")


class Operation:
    """One tab's. A letter is read when its row is chosen."""

    def __init__(self, opened: Opened) -> None:
        if pn.state.curdoc is None:
            raise RuntimeError("a page is built only for a session")
        self._html = opened.painter.html
        say = opened.painter.say
        self._settled: frozenset[str] = frozenset()
        self._of: Filters | None = None
        self._panes = {name: block() for name in operation_screen.BLOCKS}
        self._letters = Table(
            operation_screen.letter_columns(say),
            say,
            name="letters",
            on_select=self._select,
            empty=say("Every record could be read."),
        )
        self._audit = Table(
            operation_screen.audit_columns(say), say, name="audit", empty=say("Nobody has done anything yet.")
        )
        self._open = OpenLetter(pn.state.curdoc, opened, self._gone)
        # above the table, which may be long: below it nobody would see that something has opened
        dead = (self._panes["letters"], *self._open.parts, self._letters.body)
        self.body: Viewable = shell.stack(
            *(self._panes[name] for name in ABOVE),
            shell.stack(*dead, gap="8px", **shell.CARD),
            shell.stack(self._panes["audit"], self._audit.body, **shell.CARD),
            gap=shell.GAP,
        )

    def show(self, seen: Seen) -> None:
        """Everything anew but the letter that is open, and what is being typed."""
        screen = operation_screen.painted(self._html, seen.reading, seen.facts, seen.filters)
        shell.assign(self._panes, screen.blocks)
        self._of = seen.filters
        if screen.letters is None or screen.audit is None:
            self._letters.unread()
            self._audit.unread()
        else:
            self._letters.show(_without(screen.letters, self._settled), self._of)
            self._audit.show(screen.audit, self._of)

    def recolour(self, *, dark: bool) -> None:
        """Blocks and widgets follow the theme by themselves."""

    def _select(self, keys: tuple[str, ...]) -> None:
        self._open.choose(keys[0] if keys else "")

    def _gone(self, letter: str) -> None:
        """It waits no more, whatever the next refresh still shows."""
        self._settled |= {letter}
        self._letters.clear()
        self._letters.show(_without(self._letters.rows, self._settled), self._of)


def _without(rows: Rows, gone: frozenset[str]) -> Rows:
    """`rows` without those that this tab has settled since they were read."""
    kept = [number for number, key in enumerate(rows.keys) if key not in gone]
    if len(kept) == len(rows.keys):
        return rows
    return replace(rows, cells=tuple(rows.cells[n] for n in kept), keys=tuple(rows.keys[n] for n in kept))


PAGE = Page(N_("Operation"), operation_screen.PATH, "p", "operation", Operation, read, role="operator")
