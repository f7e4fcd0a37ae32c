"""The page "Instances": every provider, and the form of the one that the address names, over a draft."""

# mypy: disable-error-code="no-untyped-call,no-any-unimported"
# Panel's constructors declare no types.

from typing import Any

from panel.viewable import Viewable
from panel_material_ui.widgets.button import Button
from panel_material_ui.widgets.input import FileInput, TextInput

from dashboard.drafts.brought import NotRead, brought
from dashboard.facts.asked import Unread
from dashboard.facts.instances import Instances as Facts
from dashboard.facts.instances import read
from dashboard.pages.instance_editor import Editor
from dashboard.pages.page import Opened, Page, Seen
from dashboard.parts import instances_screen, shell
from dashboard.parts.block import block, change
from dashboard.parts.instance_form import PLACED
from dashboard.words.fields import not_read
from dashboard.words.labels import N_
from dashboard.words.notices import Notice


class Instances:
    """One tab's. Without a desk, or for a reader who may not act, there is only the list."""

    def __init__(self, opened: Opened) -> None:
        self._html, self._selection = opened.painter.html, opened.selection
        say = self.say = opened.painter.say
        self._seen: Seen | None = None
        self._asked: str | None = None
        self._head, self._notices, self._list = block(), block(), block()
        self._search = TextInput(label=say("Search"), **PLACED)
        self._search.param.watch(lambda _event: self._paint(), "value_input")
        tools: list[Viewable] = [self._search]
        desk = opened.desk
        self._editor = Editor(self._html, desk, self._paint, self._close, opened.what_if) if desk.may_act else None
        if self._editor:
            new = Button(label=say("New provider"), color="primary", variant="contained", margin=0)
            new.on_click(lambda _event: self._new())
            file = FileInput(label=say("Import a file"), accept=".json", size="small", margin=0, variant="outlined")
            file.param.watch(self._brought, "value")
            tools += [new, file]
        parts = [self._head, self._notices, shell.flow(*tools, gap="12px"), self._list]
        self.body: Viewable = shell.stack(*parts, *([self._editor.body] if self._editor else []), gap="14px")

    def show(self, seen: Seen) -> None:
        """The list anew, and the form of the instance that is chosen now; what is being typed stays."""
        self._seen = seen
        chosen = seen.filters.instance
        if self._editor and isinstance(seen.facts, Facts):
            self._editor.show(seen.facts)
        self._paint()
        if self._editor and chosen != self._asked:
            self._asked = chosen
            self._editor.open(chosen)

    def recolour(self, *, dark: bool) -> None:
        """Blocks and widgets follow the theme by themselves."""

    def _paint(self) -> None:
        if self._seen is None:
            return
        facts, chosen, say = self._seen.facts, self._seen.filters.instance, self.say
        change(self._head, instances_screen.heading(self._html, chosen))
        found = []
        if isinstance(facts, Unread):
            found.append(Notice("stopped", say("The providers could not be read."), say("The page tries again by itself.")))
        elif facts is None:
            found.append(Notice("info", say("Reading the providers…"), ""))
        if self._editor is None:
            found.append(Notice("info", say("Only administrators change providers."), ""))
        change(self._notices, instances_screen.told(self._html, *found))
        if isinstance(facts, Facts):
            if self._editor and self._editor.facts:
                facts = self._editor.facts
            drafts = [name for name, draft in self._editor.drafts.items() if draft.differs] if self._editor else []
            searched = self._search.value_input or ""
            listed = instances_screen.listing(
                self._html, facts, self._seen.reading, searched=searched, drafts=drafts, chosen=chosen
            )
            change(self._list, listed)

    def _new(self) -> None:
        self._asked = ""
        self._selection.choose(instance="")
        if self._editor:
            self._editor.new()

    def _close(self) -> None:
        if self._editor and not self._selection.instance:
            self._editor.open("")  # a new one was saved: there is no choice to take back
        self._selection.choose(instance="")

    def _brought(self, event: Any) -> None:  # noqa: ANN401 - param's
        content, editor = event.new, self._editor
        if not content or editor is None:
            return
        try:
            editor.bring(brought(content))
        except NotRead as exc:
            editor.tell("late", not_read(exc, self.say), self.say("Nothing was imported."))


PAGE = Page(N_("Instances"), instances_screen.PATH, "i", "instances", Instances, read, role="operator", of_all=True)
