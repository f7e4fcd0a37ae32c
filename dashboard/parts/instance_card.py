"""The card round an instance's form: its head, its buttons, the comparison. It holds no draft, and decides nothing."""

# mypy: disable-error-code="no-untyped-call,no-any-unimported"
# Panel's constructors declare no types.

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import panel as pn
from panel.viewable import Viewable
from panel_material_ui.widgets.button import Button
from panel_material_ui.widgets.input import TextInput
from panel_material_ui.widgets.select import RadioBoxGroup

from dashboard.drafts.draft import Draft
from dashboard.drafts.judged import Problem, Ready
from dashboard.drafts.shape import SECTIONS
from dashboard.drafts.suggested import Suggestion
from dashboard.facts.instances import Listed
from dashboard.parts import instances_screen, shell
from dashboard.parts.block import block, change
from dashboard.parts.html import Html
from dashboard.parts.instance_form import PLACED
from dashboard.words import fields as words
from dashboard.words.notices import Notice
from schemas.audit import Audited
from schemas.runtime.restores import Wait

Pressed = Mapping[str, Callable[[], None]]
"""What each button does."""
SWITCH = {"inline": True, "margin": 0}
MAIN = {"color": "primary", "variant": "contained"}


class Look(Protocol):
    """Is given `mode` or `section`."""

    def __call__(self, **which: Any) -> None: ...  # noqa: ANN401 - fields of Draft


@dataclass(frozen=True, slots=True)
class Looked:
    """What is to be shown of one draft. `proven`: it may be armed, unless there is a `wait`. `sealing`: secrets are taken.

    `ready`: it is compared.
    """

    draft: Draft
    problems: Sequence[Problem]
    listed: Listed | None
    proven: bool
    wait: Wait | None
    sealing: bool
    ready: Ready | None


class Card:
    """`form` holds the widgets of the draft. A removal is asked for by typing the instance's name."""

    def __init__(self, html: Html, pressed: Pressed, look: Look) -> None:
        self._html, self.say = html, html.say
        say = self.say
        self._offered: tuple[str, ...] = ()
        self._told, self._head, self._wrong, self._changes = block(), block(), block(), block()
        self._explained = block()
        self._mode = RadioBoxGroup(options={say("Form"): "form", say("JSON"): "json"}, value="form", **SWITCH)
        titles = {say(words.SECTIONS[each]): each for each in SECTIONS}
        self._section = RadioBoxGroup(options=titles, value=SECTIONS[0], **SWITCH)
        self._mode.param.watch(lambda event: look(mode=event.new), "value")
        self._section.param.watch(lambda event: look(section=event.new), "value")
        self._name = TextInput(label=say("Its short name, to remove it"), **PLACED)
        self._name.param.watch(lambda _event: self._named(), "value_input")
        self._compare = _button(say("Compare and save…"), pressed["compare"], **MAIN)
        self._save = _button(say("Save these changes"), pressed["save"], **MAIN)
        self._back = _button(say("Go on editing"), pressed["back"])
        self._discard = _button(say("Discard the draft"), pressed["discard"])
        self._pause, self._arm = _button("", pressed["pause"]), _button("", pressed["arm"])
        self._to_remove = ""
        self._remove = _button(say("Remove…"), lambda: self.ask_removal(asked=not self._removal.visible), color="error")
        self._remove_it = pressed["removed"]
        self._removed = _button(say("Pause it, and ask for its removal"), self._asked_to, color="error")
        self.form: pn.Column = shell.stack(gap="12px")
        self._suggested = shell.flow(gap="8px")
        self._removal = shell.stack(self._explained, shell.flow(self._name, self._removed, gap="12px"), gap="8px")
        close = _button(say("Close"), pressed["close"])
        self._card = shell.stack(
            self._head,
            shell.flow(self._pause, self._arm, self._remove, gap="8px"),
            self._removal,
            shell.stack(self._mode, self._section, gap="4px"),
            self._wrong,
            self.form,
            self._suggested,
            self._changes,
            shell.flow(self._compare, self._save, self._back, self._discard, close, gap="8px"),
            gap="14px",
            **shell.CARD,
        )
        self.body: Viewable = shell.stack(self._told, self._card, gap="14px")
        self.shown = self._removal.visible = False

    @property
    def shown(self) -> bool:
        """Whether there is a draft to show."""
        return bool(self._card.visible)

    @shown.setter
    def shown(self, shown: bool) -> None:
        self._card.visible = shown

    def tell(self, notice: Notice) -> None:
        """One notice above the form, in place of the one before."""
        change(self._told, instances_screen.told(self._html, notice))

    def ask_removal(self, *, asked: bool) -> None:
        """What a removal is, and the name that has to be typed for it; or no longer."""
        text = self.say(
            "Taking a provider out runs for minutes, at the command line. Here it is paused at once, and asked for."
        )
        change(self._explained, instances_screen.told(self._html, Notice("late", text, "")))
        self._removal.visible = asked
        self._removed.disabled = True
        self._name.param.update(value="", value_input="")

    def _named(self) -> None:
        self._removed.disabled = not self._to_remove or (self._name.value_input or "").strip() != self._to_remove

    def _asked_to(self) -> None:
        self._named()
        if not self._removed.disabled:  # a button that is disabled in the browser only is none
            self._removal.visible = False
            self._remove_it()

    def look(self, draft: Draft) -> None:
        """The switches as the draft has them."""
        self._mode.value, self._section.value = draft.mode, draft.section

    def compare(self, ready: Ready, last: Audited | None) -> None:
        """Field by field."""
        change(self._changes, instances_screen.comparison(self._html, ready, last))

    def paint(self, looked: Looked) -> None:
        """All but the form's own widgets."""
        draft, listed, say = looked.draft, looked.listed, self.say
        head = instances_screen.editor_head(
            self._html, draft, listed, proven=looked.proven, sealing=looked.sealing, wait=looked.wait
        )
        change(self._head, head)
        section = draft.section if draft.mode == "form" else None
        change(self._wrong, instances_screen.wrong(self._html, draft, looked.problems, section))
        self._section.visible = draft.mode == "form"
        is_stored, rings = draft.base is not None, listed.rings if listed else "none"
        is_paused = listed is not None and listed.state == "paused"
        self._pause.param.update(label=say("Resume") if is_paused else say("Pause"), visible=is_stored)
        self._arm.param.update(
            label=say("Disarm") if rings == "armed" else say("Arm: ring debtors"),
            visible=is_stored and rings != "none",
            disabled=rings == "dry" and (not looked.proven or looked.wait is not None),
        )
        self._remove.visible = is_stored
        self._to_remove = draft.name if is_stored else ""
        comparing, is_wrong = looked.ready is not None, bool(looked.problems) or draft.broken is not None
        self._compare.param.update(visible=not comparing, disabled=is_wrong or not draft.differs)
        self._save.param.update(visible=comparing, disabled=not (looked.ready and looked.ready.rows))
        self._back.visible = comparing
        self._discard.visible = draft.differs
        self.form.visible = not comparing
        if not comparing:
            change(self._changes, "")

    def offer(self, found: Sequence[Suggestion], accept: Callable[[Suggestion], None]) -> None:
        """Names that were found; buttons anew only where others are offered."""
        offered = tuple(one.key for one in found)
        if offered != self._offered:
            self._offered = offered
            self._suggested[:] = [self._suggestion(one, accept) for one in found]

    def _suggestion(self, one: Suggestion, accept: Callable[[Suggestion], None]) -> Button:
        debtors = self.say.number(one.debtors)
        text = self.say("%(raw)s → %(name)s (%(n)s debtors)", raw=one.variants[0], name=one.name, n=debtors)
        return _button(text, partial(accept, one))


def _button(label: str, pressed: Callable[[], None], **looks: str) -> Button:
    button = Button(label=label, size="small", margin=0, **{"variant": "outlined", **looks})
    button.on_click(lambda _event: pressed())
    return button
