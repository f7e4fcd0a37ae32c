"""The form of one instance in one tab: typed into a draft, kept in MongoDB, saved after a comparison."""

# mypy: disable-error-code="no-untyped-call,no-any-unimported"
# Panel's constructors declare no types.

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import panel as pn
from bokeh.document import Document
from panel.viewable import Viewable

from dashboard.drafts.desk import Desk, Done
from dashboard.drafts.draft import Draft, edited, holds_secret, of_new, of_stored, secret, typed
from dashboard.drafts.judged import Ready, problems, ready
from dashboard.drafts.shape import Field
from dashboard.drafts.shelf import Shelf
from dashboard.drafts.suggested import Suggestion, accepted, suggestions
from dashboard.drafts.what_if import WhatIf
from dashboard.facts.instances import Instances, Listed, changed
from dashboard.pages.instance_switches import SAID, Switches
from dashboard.pages.instance_what_if import WhatIfPart
from dashboard.pages.work import Work
from dashboard.parts import shell
from dashboard.parts.html import Html
from dashboard.parts.instance_card import Card, Looked, Pressed
from dashboard.parts.instance_form import Form, json_area
from dashboard.words import fields as words
from dashboard.words.notices import Notice, Tone
from schemas.views import Document as Stored

OFFERED = 8
"""Suggestions at once; those accepted make room for the next."""
COMPOUND = frozenset({"kind", "presence"})
"""Fields whose value decides which others there are."""


class Editor:
    """Hidden until `open`. `facts`: as read, with what was changed here since.

    `turned` is told of other drafts than before, `closed` when a stored one's form is closed.
    """

    def __init__(
        self,
        html: Html,
        desk: Desk,
        turned: Callable[[], None],
        closed: Callable[[], None],
        what_if: WhatIf | None = None,
    ) -> None:
        if pn.state.curdoc is None:
            raise RuntimeError("a form is built only for a session")
        self._html, self.say, self._desk, self._turned, self._closed = html, html.say, desk, turned, closed
        self._document: Document = pn.state.curdoc
        self._work = Work(self._document, self.say, self.tell, self.say("Only administrators change providers."))
        self._shelf = Shelf(desk)
        self._switches = Switches(desk, self._work, lambda: self._listed, self._switched)
        self._asked = ""
        self._draft: Draft | None = None
        self._ready: Ready | None = None
        self._form: Form | None = None
        self._read: Instances | None = None
        self.facts: Instances | None = None
        self._card = Card(html, self._buttons(), self._look)
        self._tried = WhatIfPart(html, self._document, what_if) if what_if else None
        self.body: Viewable = shell.stack(self._card.body, self._tried.body, gap="14px") if self._tried else self._card.body

    def _buttons(self) -> Pressed:
        return {
            "compare": self._compared,
            "save": self._saved,
            "back": self._uncompared,
            "discard": self._discarded,
            "close": self._left,
            "pause": self._switches.pause,
            "arm": self._switches.arm,
            "removed": lambda: self._switches.remove(self.open_name or ""),
        }

    @property
    def drafts(self) -> dict[str, Draft]:
        """By the instance's name."""
        return self._shelf.drafts

    @property
    def open_name(self) -> str | None:
        """Of the instance whose form is open; "" of a new one, None while none is."""
        return self._draft.name if self._draft else None

    def open(self, name: str) -> None:
        """The draft of an instance, or what is stored of it; "" the draft of a new one, if it was left open."""
        self._asked = name
        self._work.do(self._opened(name))

    def new(self) -> None:
        """A new instance, where its draft was left."""
        draft = self.drafts.get("") or of_new()
        self._become(replace(draft, is_open=True), keep=True)

    def bring(self, found: dict[str, Any]) -> None:
        """Instances of a file, each as a draft that is yet to be compared and saved."""
        self._work.do(self._brought(found))

    def show(self, facts: Instances) -> None:
        """What a refresh found about the instance; nothing that is being typed changes."""
        if facts is not self._read:
            self._read = self.facts = facts
        if self._draft:
            self._paint()

    def tell(self, tone: Tone, text: str, step: str) -> None:
        """One notice above the form, in place of the one before."""
        self._card.tell(Notice(tone, text, step))

    # what is typed

    def _typed(self, field: Field, text: str) -> None:
        if self._draft is None:
            return
        if field.kind == "secret":
            if self._desk.key is None:
                return
            self._become(secret(self._draft, field.path, text, self._desk.seal), keep=True, rebuild=False)
            return
        after = edited(self._draft, field, text)
        if after is not self._draft:
            self._become(after, keep=True, rebuild=field.kind in COMPOUND)

    def _typed_json(self, text: str) -> None:
        if self._draft and text != self._draft.text and not holds_secret(text):
            self._become(typed(self._draft, text, self._desk.seal), keep=True, rebuild=False)

    def _left_json(self, text: str) -> None:
        """A secret that was typed there is taken out now, and sealed."""
        if self._draft is None or not holds_secret(text):
            self._typed_json(text)
        elif self._desk.key is None:
            self.tell("late", self.say("Secrets are not taken here."), self.say("Take it out of the JSON again."))
        else:
            self._become(typed(self._draft, text, self._desk.seal), keep=True)
            self.tell("info", self.say("The secret was taken out of the JSON and sealed."), "")

    def _look(self, **which: Any) -> None:  # noqa: ANN401 - fields of Draft
        if self._draft and any(getattr(self._draft, name) != value for name, value in which.items()):
            self._become(replace(self._draft, **which), keep=True)

    def _become(self, draft: Draft, *, keep: bool = False, rebuild: bool = True) -> None:
        """The draft that is shown. `rebuild`: other widgets than before, else what is typed is left alone."""
        if self._draft is None or self._draft.name != draft.name:
            self._card.ask_removal(asked=False)
        self._draft, self._ready = draft, None
        self.drafts[draft.name] = draft
        with pn.io.hold(self._document):
            if rebuild:
                self._rebuilt(draft)
            self._paint()
        if keep:
            self._keep()
            self._turned()

    def _rebuilt(self, draft: Draft) -> None:
        self._card.look(draft)
        if draft.mode == "json":
            self._form = None
            self._card.form[:] = [json_area(draft.text, self.say, self._typed_json, self._left_json)]
        else:
            self._form = Form(draft, self.say, self._typed)
            self._card.form[:] = [self._form.body]

    def _paint(self) -> None:
        draft = self._draft
        self._card.shown = draft is not None
        found = problems(draft) if draft else ()
        if self._tried:
            self._tried.show(draft, found)
        if draft is None:
            return
        proven = bool(self.facts and self.facts.proven)
        wait = self.facts.wait if self.facts else None
        self._card.paint(Looked(draft, found, self._listed, proven, wait, self._desk.key is not None, self._ready))
        if self._form:
            self._form.show(draft, found)
        self._card.offer(self._offered(draft), self._accept)

    def _offered(self, draft: Draft) -> tuple[Suggestion, ...]:
        """Names that were found, one click from the draft."""
        found = self.facts.findings if self.facts else None
        shown = draft.mode == "form" and draft.section == "names" and self._ready is None
        return suggestions(draft, found.values)[:OFFERED] if shown and found and found.name == draft.name else ()

    def _accept(self, one: Suggestion) -> None:
        if self._draft:
            self._become(accepted(self._draft, one), keep=True)

    @property
    def _listed(self) -> Listed | None:
        name = self._draft.name if self._draft else ""
        return next((one for one in self.facts.listed if one.name == name), None) if self.facts else None

    # what is asked of MongoDB, without the document's lock

    def _keep(self) -> None:
        if self._draft and self._shelf.touched(self._draft):
            self._work.do(self._shelf.write())

    async def _opened(self, name: str) -> None:
        self._work.later(partial(self._shown, name, await self._shelf.opened(name, lambda: self._draft)))

    def _shown(self, name: str, draft: Draft | None) -> None:
        if name != self._asked:
            return  # another was chosen while MongoDB was asked, and its answer may have come first
        if draft is None:
            self._draft = None
            self._paint()
        else:
            self._become(draft)
        self._turned()

    async def _brought(self, found: dict[str, Any]) -> None:
        await self._shelf.bring(found)
        text = self.say.many(
            "%(n)s provider of the file is a draft now.", "%(n)s providers of the file are drafts now.", len(found)
        )
        self._work.later(partial(self.tell, "info", text, self.say("Open each, compare and save it.")))
        self._work.later(self._turned)

    def _compared(self) -> None:
        if self._draft:
            self._work.do(self._comparing(self._draft))

    async def _comparing(self, draft: Draft, *, again: bool = False) -> None:
        stored = await self._desk.stored(draft.name) if draft.base is not None else None
        found = ready(draft, stored)
        last = await self._desk.changed_by(draft.name) if isinstance(found, Ready) and (found.moved or again) else None

        def show() -> None:
            if self._draft is not draft:
                return
            if isinstance(found, Ready):
                self._ready = replace(found, moved=found.moved or again)
                self._card.compare(self._ready, last)
                self._paint()
            else:
                self.tell("late", words.told(found[0], self.say), "")

        self._work.later(show)

    def _uncompared(self) -> None:
        self._ready = None
        self._paint()

    def _saved(self) -> None:
        if self._draft and self._ready:
            self._work.do(self._saving(self._draft, self._ready))

    async def _saving(self, draft: Draft, found: Ready) -> None:
        done = await self._desk.save(found, secrets=bool(draft.secrets))
        if done == "done":
            await self._shelf.drop(draft.name)
            self._work.later(partial(self._done, draft.name, await self._shelf.stored(str(found.after["_id"]))))
        elif done == "changed":
            await self._comparing(draft, again=True)
        self._work.later(partial(self._say_done, done))

    def _done(self, name: str, after: Draft | None) -> None:
        was = self._draft
        self.drafts.pop(name, None)
        self._draft = None
        if after:
            self._become(replace(after, section=was.section, mode=was.mode) if was else after)
            self.drafts.pop(after.name, None)
        self._paint()
        self._turned()

    def _say_done(self, done: Done) -> None:
        tone, text, step = SAID[done]
        self.tell(tone, self.say(text), self.say(step))

    def _left(self) -> None:
        """The draft stays; that of a new instance is not opened again by itself."""
        draft = self._draft
        if draft is None:
            return
        if draft.name:
            self._closed()
            return
        self._become(replace(draft, is_open=False), keep=True)
        self._work.do(self._opened(""))

    def _discarded(self) -> None:
        if self._draft:
            self._work.do(self._discarding(self._draft))

    async def _discarding(self, draft: Draft) -> None:
        await self._shelf.drop(draft.name)
        stored = await self._shelf.stored(draft.name) if draft.base is not None else None
        self._work.later(partial(self._done, draft.name, stored))
        self._work.later(partial(self.tell, "info", self.say("The draft is gone."), ""))

    def _switched(self, name: str, done: Done, stored: Stored | None) -> None:
        """After a button. A draft that was touched stays, and is compared with what is stored when it is saved."""
        draft = self._draft
        if self.facts and stored:
            self.facts = changed(self.facts, name, stored)
        if done == "done" and stored and draft and draft.name == name and not draft.differs:
            self._become(replace(of_stored(stored), section=draft.section, mode=draft.mode))
        self._say_done(done)
        self._paint()
        self._turned()
