"""The form of one instance in one tab: typed into a draft, kept in MongoDB, saved after a comparison."""

# mypy: disable-error-code="no-untyped-call,no-any-unimported"
# Panel's constructors declare no types.

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

import panel as pn
import structlog
from bokeh.document import Document
from panel.viewable import Viewable
from panel_material_ui.widgets.button import Button
from panel_material_ui.widgets.input import TextInput
from panel_material_ui.widgets.select import RadioBoxGroup
from pymongo.errors import PyMongoError

from dashboard.drafts.desk import Desk, Done
from dashboard.drafts.draft import Draft, edited, holds_secret, of_new, of_stored, secret, typed
from dashboard.drafts.judged import Problem, Ready, problems, ready
from dashboard.drafts.shape import SECTIONS, Field
from dashboard.drafts.suggested import Suggestion, accepted, suggestions
from dashboard.facts.instances import Instances, Listed
from dashboard.parts import instances_screen, shell
from dashboard.parts.block import block, change
from dashboard.parts.html import Html
from dashboard.parts.instance_form import PLACED, Form, json_area
from dashboard.words import fields as words
from dashboard.words.labels import N_
from dashboard.words.notices import Notice, Tone
from schemas.errors import RetryLater

log = structlog.get_logger(stage="dashboard")

SAID: dict[Done, tuple[Tone, str, str]] = {
    "done": ("info", N_("Saved."), N_("Stages read it within 5 seconds.")),
    "changed": ("late", N_("Somebody changed it just now, so nothing was saved."), N_("Look at the changes again.")),
    "taken": ("late", N_("There is a provider of this name."), N_("Choose another short name.")),
    "removing": ("late", N_("A provider of this name is being removed."), N_("Wait until the operator's command is done.")),
    "gone": ("late", N_("This provider is not there any more."), N_("Nothing was changed.")),
    "another_key": (
        "stopped",
        N_("The dashboard's COLLECTOR_SECRET_KEY is not the one that secrets are sealed with."),
        N_("Ask the operator to mend it; nothing was saved."),
    ),
    "unproven": (
        "late",
        N_("No call over this way was seen to its end yet, so it is not armed."),
        N_("The command above places one."),
    ),
    "no_pabx": ("late", N_("It has no PABX that can be used."), N_("Nothing was changed.")),
}
SWITCH = {"inline": True, "margin": 0}
OFFERED = 8
"""Suggestions at once; those accepted make room for the next."""
COMPOUND = frozenset({"kind", "presence"})
"""Fields whose value decides which others there are."""


class Editor:
    """Hidden until `open`. `turned` is told of other drafts than before, `closed` when a stored one's form is closed."""

    def __init__(self, html: Html, desk: Desk, turned: Callable[[], None], closed: Callable[[], None]) -> None:
        if pn.state.curdoc is None:
            raise RuntimeError("a form is built only for a session")
        self._html, self.say, self._desk, self._turned, self._closed = html, html.say, desk, turned, closed
        self._offered: tuple[str, ...] = ()
        self._document: Document = pn.state.curdoc
        self._tasks: set[asyncio.Task[None]] = set()
        self._unkept = False
        self._draft: Draft | None = None
        self._ready: Ready | None = None
        self._form: Form | None = None
        self._facts: Instances | None = None
        self.drafts: dict[str, Draft] = {}
        say = self.say
        self._told, self._head, self._wrong, self._changes = block(), block(), block(), block()
        self._mode = RadioBoxGroup(options={say("Form"): "form", say("JSON"): "json"}, value="form", **SWITCH)
        self._section = RadioBoxGroup(
            options={say(words.SECTIONS[each]): each for each in SECTIONS}, value=SECTIONS[0], **SWITCH
        )
        self._mode.param.watch(lambda event: self._look(mode=event.new), "value")
        self._section.param.watch(lambda event: self._look(section=event.new), "value")
        self._body = shell.stack(gap="12px")
        self._suggested = shell.flow(gap="8px")
        self._compare = self._button(say("Compare and save…"), self._compared, color="primary", variant="contained")
        self._save = self._button(say("Save these changes"), self._saved, color="primary", variant="contained")
        self._back = self._button(say("Go on editing"), self._uncompared)
        self._discard = self._button(say("Discard the draft"), self._discarded)
        self._close = self._button(say("Close"), self._left)
        self._pause = self._button("", self._paused)
        self._arm = self._button("", self._armed)
        self._remove = self._button(say("Remove…"), self._asked_to_remove, color="error")
        self._name = TextInput(label=say("Its short name, to remove it"), **PLACED)
        self._name.param.watch(lambda event: self._named(event.new or ""), "value_input")
        self._removed = self._button(say("Pause it, and ask for its removal"), self._removal, color="error")
        self._explained = block()
        self._removal_row = shell.stack(self._explained, shell.flow(self._name, self._removed, gap="12px"), gap="8px")
        self._bottom = shell.flow(self._compare, self._save, self._back, self._discard, self._close, gap="8px")
        self._card = shell.stack(
            self._head,
            shell.flow(self._pause, self._arm, self._remove, gap="8px"),
            self._removal_row,
            shell.flow(self._mode, self._section, gap="12px"),
            self._wrong,
            self._body,
            self._suggested,
            self._changes,
            self._bottom,
            gap="14px",
            **shell.CARD,
        )
        self.body: Viewable = shell.stack(self._told, self._card, gap="14px")
        self._card.visible = self._removal_row.visible = False

    @property
    def open_name(self) -> str | None:
        """Of the instance whose form is open; "" of a new one, None while none is."""
        return self._draft.name if self._draft else None

    def open(self, name: str) -> None:
        """The draft of an instance, or what is stored of it; "" the draft of a new one, if it was left open."""
        self._do(self._opened(name))

    def new(self) -> None:
        """A new instance, where its draft was left."""
        draft = self.drafts.get("") or of_new()
        self._become(replace(draft, is_open=True), keep=True)

    def bring(self, found: dict[str, Any]) -> None:
        """Instances of a file, each as a draft that is yet to be compared and saved."""
        self._do(self._brought(found))

    def show(self, facts: Instances) -> None:
        """What a refresh found about the instance; nothing that is being typed changes."""
        self._facts = facts
        if self._draft:
            self._paint()

    def tell(self, tone: Tone, text: str, step: str) -> None:
        """One notice above the form, in place of the one before."""
        change(self._told, instances_screen.told(self._html, Notice(tone, text, step)))

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
            self._removal_row.visible = False
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
        self._mode.value, self._section.value = draft.mode, draft.section
        if draft.mode == "json":
            self._form = None
            self._body[:] = [json_area(draft.text, self.say, self._typed_json, self._left_json)]
        else:
            self._form = Form(draft, self.say, self._typed)
            self._body[:] = [self._form.body]

    def _paint(self) -> None:
        draft, say = self._draft, self.say
        self._card.visible = draft is not None
        if draft is None:
            return
        found = problems(draft)
        listed = self._listed
        head = instances_screen.editor_head(
            self._html, draft, listed, proven=bool(self._facts and self._facts.proven), sealing=self._desk.key is not None
        )
        change(self._head, head)
        section = draft.section if draft.mode == "form" else None
        change(self._wrong, instances_screen.wrong(self._html, draft, found, section))
        if self._form:
            self._form.show(draft, found)
        self._section.visible = draft.mode == "form"
        is_stored = draft.base is not None
        paused, rings = bool(listed and listed.state == "paused"), listed.rings if listed else "none"
        self._pause.param.update(label=say("Resume") if paused else say("Pause"), visible=is_stored)
        self._arm.param.update(
            label=say("Disarm") if rings == "armed" else say("Arm: ring debtors"),
            visible=is_stored and rings != "none",
            disabled=rings == "dry" and not (self._facts and self._facts.proven),
        )
        self._remove.visible = is_stored
        comparing = self._ready is not None
        self._compare.param.update(
            visible=not comparing, disabled=not draft.differs or bool(found) or draft.broken is not None
        )
        self._save.param.update(visible=comparing, disabled=not (self._ready and self._ready.rows))
        self._back.visible = comparing
        self._discard.visible = draft.name in self.drafts and draft.differs
        self._body.visible = not comparing
        if not comparing:
            change(self._changes, "")
        self._offer(draft, comparing=comparing)

    def _offer(self, draft: Draft, *, comparing: bool) -> None:
        """Names that were found, one click from the draft; rebuilt only where others are offered."""
        facts = self._facts.findings if self._facts else None
        shown = draft.mode == "form" and draft.section == "names" and facts is not None and not comparing
        found = suggestions(draft, facts.values)[:OFFERED] if shown and facts and facts.name == draft.name else ()
        offered = tuple(one.key for one in found)
        if offered == self._offered:
            return
        self._offered = offered
        self._suggested[:] = [self._suggestion(one) for one in found]

    def _suggestion(self, one: Suggestion) -> Button:
        say = self.say
        text = say("%(raw)s → %(name)s (%(n)s debtors)", raw=one.variants[0], name=one.name, n=say.number(one.debtors))
        button = Button(label=text, size="small", variant="outlined", margin=0)
        button.on_click(lambda _event: self._accept(one))
        return button

    def _accept(self, one: Suggestion) -> None:
        if self._draft:
            self._become(accepted(self._draft, one), keep=True)

    @property
    def _listed(self) -> Listed | None:
        name = self._draft.name if self._draft else ""
        return next((one for one in self._facts.listed if one.name == name), None) if self._facts else None

    # what is asked of MongoDB, without the document's lock

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (RetryLater, PyMongoError):
            self._later(partial(self.tell, "stopped", self.say("The database does not answer."), self.say("Try it again.")))
        except PermissionError:
            self._later(
                partial(
                    self.tell, "late", self.say("Only administrators change providers."), self.say("Nothing was changed.")
                )
            )
        except Exception:  # the tab must say that nothing came of it
            log.exception("instance not changed")
            self._later(partial(self.tell, "stopped", self.say("That did not work."), self.say("Nothing was changed.")))

    def _later(self, show: Callable[[], None]) -> None:
        """With the document's lock. A tab that was closed meanwhile shows nothing."""

        def held() -> None:
            with pn.io.hold(self._document):
                show()

        self._document.add_next_tick_callback(held)

    def _keep(self) -> None:
        """One write at a time; what is typed meanwhile goes with the next."""
        if self._desk.drafts is not None and not self._unkept:
            self._unkept = True
            self._do(self._kept())

    async def _kept(self) -> None:
        self._unkept = False
        if self._draft and self._desk.drafts:
            await self._desk.drafts.keep(self._draft, self._desk.clock())

    async def _opened(self, name: str) -> None:
        if self._desk.drafts is not None:
            self.drafts = {**await self._desk.drafts.all(), **{k: v for k, v in self.drafts.items() if v is self._draft}}
        draft = self.drafts.get(name)
        if draft is None and name:
            stored = await self._desk.stored(name)
            draft = of_stored(stored) if stored else None
        wanted = draft if draft and (name or draft.is_open) else None
        self._later(partial(self._shown, wanted))

    def _shown(self, draft: Draft | None) -> None:
        if draft is None:
            self._draft = None
            self._paint()
        else:
            self._become(draft)
        self._turned()

    async def _brought(self, found: dict[str, Any]) -> None:
        for name, fields in found.items():
            stored = await self._desk.stored(name)
            base = of_stored(stored) if stored else None
            draft = of_new(name, fields) if base is None else typed(base, of_new(name, fields).text, self._desk.seal)
            self.drafts[name] = draft
            if self._desk.drafts:
                await self._desk.drafts.keep(draft, self._desk.clock())
        text = self.say.many(
            "%(n)s provider of the file is a draft now.", "%(n)s providers of the file are drafts now.", len(found)
        )
        self._later(partial(self.tell, "info", text, self.say("Open each, compare and save it.")))
        self._later(self._turned)

    def _compared(self) -> None:
        if self._draft:
            self._do(self._comparing(self._draft))

    async def _comparing(self, draft: Draft, *, again: bool = False) -> None:
        stored = await self._desk.stored(draft.name) if draft.base is not None else None
        found = ready(draft, stored)
        last = await self._desk.changed_by(draft.name) if isinstance(found, Ready) and (found.moved or again) else None

        def show() -> None:
            if self._draft is not draft:
                return
            if isinstance(found, Ready):
                self._ready = replace(found, moved=found.moved or again)
                change(self._changes, instances_screen.comparison(self._html, self._ready, last))
                self._paint()
            else:
                self._refused(found)

        self._later(show)

    def _refused(self, found: tuple[Problem, ...]) -> None:
        one = found[0]
        self.tell("late", f"{words.label(one.path, self.say)}: {words.problem(one, self.say)}", "")

    def _uncompared(self) -> None:
        self._ready = None
        self._paint()

    def _saved(self) -> None:
        if self._draft and self._ready:
            self._do(self._saving(self._draft, self._ready))

    async def _saving(self, draft: Draft, found: Ready) -> None:
        done = await self._desk.save(found, secrets=bool(draft.secrets))
        if done == "done":
            if self._desk.drafts:
                await self._desk.drafts.drop(draft.name)
            stored = await self._desk.stored(str(found.after["_id"]))
            self._later(partial(self._done, draft.name, of_stored(stored) if stored else None))
        elif done == "changed":
            await self._comparing(draft, again=True)
        self._later(partial(self._say_done, done))

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
        self._do(self._opened(""))

    def _discarded(self) -> None:
        if self._draft:
            self._do(self._discarding(self._draft))

    async def _discarding(self, draft: Draft) -> None:
        if self._desk.drafts:
            await self._desk.drafts.drop(draft.name)
        stored = await self._desk.stored(draft.name) if draft.base is not None else None
        self._later(partial(self._done, draft.name, of_stored(stored) if stored else None))
        self._later(partial(self.tell, "info", self.say("The draft is gone."), ""))

    def _paused(self) -> None:
        if self._draft and (listed := self._listed):
            self._do(self._changing(self._desk.pause(listed.name, paused=listed.state != "paused")))

    def _armed(self) -> None:
        if listed := self._listed:
            asked = self._desk.disarm(listed.name) if listed.rings == "armed" else self._desk.arm(listed.name)
            self._do(self._changing(asked))

    def _asked_to_remove(self) -> None:
        text = self.say(
            "Taking a provider out runs for minutes, at the command line. Here it is paused at once, and asked for."
        )
        change(self._explained, instances_screen.told(self._html, Notice("late", text, "")))
        self._removal_row.visible = not self._removal_row.visible
        self._named("")

    def _named(self, name: str) -> None:
        self._removed.disabled = self._draft is None or name.strip() != self._draft.name

    def _removal(self) -> None:
        if self._draft and (self._name.value_input or "").strip() == self._draft.name:
            self._removal_row.visible = False
            self._do(self._changing(self._desk.ask_removal(self._draft.name)))

    async def _changing(self, asked: Coroutine[Any, Any, Done]) -> None:
        """A change by a button. A draft that was touched stays, and is compared with what is stored when it is saved."""
        done = await asked
        draft = self._draft
        if done == "done" and draft and not draft.differs and (stored := await self._desk.stored(draft.name)):
            kept = replace(of_stored(stored), section=draft.section, mode=draft.mode)
            self._later(lambda: self._become(kept) if self._draft is draft else None)
        self._later(partial(self._say_done, done))
        self._later(self._turned)

    def _button(self, label: str, pressed: Callable[[], None], **looks: str) -> Button:
        button = Button(label=label, size="small", margin=0, **{"variant": "outlined", **looks})
        button.on_click(lambda _event: pressed())
        return button
