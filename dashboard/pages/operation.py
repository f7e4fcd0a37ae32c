"""The page "Operation": how far the stages are, sweeps, dead letters, the audit, MongoDB and Kafka."""

# mypy: disable-error-code="no-untyped-call,no-any-unimported"
# Panel's constructors declare no types.

from dataclasses import replace
from functools import partial

import panel as pn
from panel.viewable import Viewable
from panel_material_ui.widgets.button import Button
from panel_material_ui.widgets.input import TextInput

from dashboard.access.letters import DISCARDS, WHY_LETTERS, Done, Letter
from dashboard.access.rules import may
from dashboard.facts.asked import Filters
from dashboard.facts.operation_reads import read
from dashboard.pages.page import Opened, Page, Seen
from dashboard.pages.work import Work
from dashboard.parts import operation_screen, shell
from dashboard.parts.block import block, change
from dashboard.parts.rows import Rows
from dashboard.parts.table import Table
from dashboard.words.labels import N_
from dashboard.words.notices import Notice, Tone

ABOVE = ("heading", "notices", "figures", "stages", "sweeps", "health")
SAID: dict[Done, tuple[Tone, str]] = {
    "done": ("info", N_("Discarded.")),
    "already": ("late", N_("Somebody has discarded it before.")),
    "gone": ("late", N_("This record is not there any more.")),
}


class Operation:
    """One tab's. A letter is read when its row is chosen; who may discard it is asked again when he does."""

    def __init__(self, opened: Opened) -> None:
        if pn.state.curdoc is None:
            raise RuntimeError("a page is built only for a session")
        self._html, self._user, self._desk = opened.painter.html, opened.user, opened.letters
        say = self.say = opened.painter.say
        self._work = Work(pn.state.curdoc, say, self._tell, say("You may not do this."))
        self._chosen = ""
        self._discarded: frozenset[str] = frozenset()
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
        self._letter, self._told = block(), block()
        self._why = TextInput(label=say("Why it is discarded"), size="small", margin=0, max_length=WHY_LETTERS, width=360)
        self._why.param.watch(lambda _event: self._ready(), "value_input")
        self._button = Button(label=say("Discard"), color="error", variant="outlined", size="small", margin=0, disabled=True)
        self._button.on_click(lambda _event: self._discard())
        self._row = shell.flow(self._why, self._button, gap="12px")
        self._row.visible = False
        # above the table, which may be long: below it nobody would see that something has opened
        dead = (self._panes["letters"], self._letter, self._row, self._told, self._letters.body)
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
            self._letters.show(_without(screen.letters, self._discarded), self._of)
            self._audit.show(screen.audit, self._of)

    def recolour(self, *, dark: bool) -> None:
        """Blocks and widgets follow the theme by themselves."""

    def _select(self, keys: tuple[str, ...]) -> None:
        self._chosen = keys[0] if keys else ""
        change(self._letter, "")
        change(self._told, "")
        self._row.visible = False
        self._why.param.update(value="", value_input="")
        if self._chosen and self._desk is not None:
            self._work.do(self._read(self._chosen))

    async def _read(self, chosen: str) -> None:
        if self._desk is None:
            return
        found = await self._desk.read(self._user, chosen)
        self._work.later(partial(self._open, chosen, found))

    def _open(self, chosen: str, found: Letter | None) -> None:
        if chosen == self._chosen:  # another row was chosen meanwhile
            change(self._letter, operation_screen.opened(self._html, found))
            self._row.visible = found is not None and may(self._user.role, DISCARDS)

    def _ready(self) -> None:
        self._button.disabled = not (self._why.value_input or "").strip()

    def _discard(self) -> None:
        why = (self._why.value_input or self._why.value or "").strip()
        if self._chosen and why:
            self._button.disabled = True  # until something is typed again: one click is one discarding
            self._work.do(self._discarding(self._chosen, why))

    async def _discarding(self, chosen: str, why: str) -> None:
        if self._desk is None:
            return
        said = await self._desk.discard(self._user, chosen, why)
        self._work.later(partial(self._gone, chosen, said))

    def _gone(self, chosen: str, said: Done) -> None:
        self._discarded |= {chosen}
        if chosen == self._chosen:
            self._letters.clear()
        self._letters.show(_without(self._letters.rows, self._discarded), self._of)
        tone, text = SAID[said]
        self._tell(tone, self.say(text))

    def _tell(self, tone: Tone, text: str, step: str = "") -> None:
        change(self._told, self._html("notices", {"notices": [Notice(tone, text, step)]}))


def _without(rows: Rows, gone: frozenset[str]) -> Rows:
    """`rows` without those that this tab has discarded since they were read."""
    kept = [number for number, key in enumerate(rows.keys) if key not in gone]
    if len(kept) == len(rows.keys):
        return rows
    return replace(rows, cells=tuple(rows.cells[n] for n in kept), keys=tuple(rows.keys[n] for n in kept))


PAGE = Page(N_("Operation"), operation_screen.PATH, "p", "operation", Operation, read, role="operator")
