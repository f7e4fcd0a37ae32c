"""The dead letter that is open in a tab: its bytes, and what may be done with it."""

# mypy: disable-error-code="no-untyped-call,no-any-unimported"
# Panel's constructors declare no types.

from collections.abc import Callable
from functools import partial
from typing import Any

from bokeh.document import Document
from panel_material_ui.widgets.button import Button
from panel_material_ui.widgets.input import TextInput

from dashboard.access.letters import DISCARDS, Discarding, Letter
from dashboard.access.rules import may
from dashboard.pages.page import Opened
from dashboard.pages.work import Work
from dashboard.parts import operation_screen, shell
from dashboard.parts.block import block, change
from dashboard.words.labels import N_
from dashboard.words.notices import Notice, Tone
from dashboard.words.operation import ANSWERS
from schemas.letters import SETTLES, WHY_LETTERS, Answer

SAID: dict[Discarding, tuple[Tone, str]] = {
    "done": ("info", N_("Discarded.")),
    "already": ("late", N_("Somebody has settled it before.")),
    "gone": ("late", N_("This record is not there any more.")),
}


class OpenLetter:
    """`settled` is told of a letter that waits no more. Who may do what is asked again when he does."""

    def __init__(self, document: Document, opened: Opened, settled: Callable[[str], None]) -> None:
        self._html, self._user, self._desk, self._settled = opened.painter.html, opened.user, opened.letters, settled
        say = self.say = opened.painter.say
        self._work = Work(document, say, self._tell, say("You may not do this."))
        self._chosen = ""
        self._cut = False
        self._bytes, self._told = block(), block()
        self._again = Button(label=say("Try it again"), color="primary", variant="outlined", size="small", margin=0)
        self._again.on_click(lambda _event: self._retry())
        self._why = TextInput(label=say("Why it is discarded"), size="small", margin=0, max_length=WHY_LETTERS, width=360)
        self._why.param.watch(lambda _event: self._ready(), "value_input")
        self._button = Button(label=say("Discard"), color="error", variant="outlined", size="small", margin=0, disabled=True)
        self._button.on_click(lambda _event: self._discard())
        self._again.visible = self._desk.may_retry(self._user)
        self._why.visible = self._button.visible = may(self._user.role, DISCARDS)
        self._row = shell.flow(self._again, self._why, self._button, gap="12px")
        self._row.visible = False
        self.parts: tuple[Any, ...] = (self._bytes, self._row, self._told)

    def choose(self, letter: str) -> None:
        """Another one, by its `_id`; "" closes."""
        self._chosen = letter
        change(self._bytes, "")
        change(self._told, "")
        self._row.visible = False
        self._why.param.update(value="", value_input="")
        if letter:
            self._work.do(self._read(letter))

    async def _read(self, letter: str) -> None:
        found = await self._desk.read(self._user, letter)
        self._work.later(partial(self._open, letter, found))

    def _open(self, letter: str, found: Letter | None) -> None:
        if letter != self._chosen:
            return  # another row was chosen meanwhile
        change(self._bytes, operation_screen.opened(self._html, found))
        self._cut = found is not None and found.cut is not None
        self._again.param.update(
            label=self.say("Try it again all the same") if self._cut else self.say("Try it again"), disabled=False
        )
        self._row.visible = found is not None

    def _ready(self) -> None:
        self._button.disabled = not (self._why.value_input or "").strip()

    def _retry(self) -> None:
        if self._chosen:
            self._again.disabled = True  # until another is chosen: one click is one retry
            self._tell("info", self.say("It is being tried again…"))
            self._work.do(self._retrying(self._chosen, again=self._cut))

    async def _retrying(self, letter: str, *, again: bool) -> None:
        answer = await self._desk.retry(self._user, letter, again=again)
        self._work.later(partial(self._answered, letter, answer))

    def _answered(self, letter: str, answer: Answer) -> None:
        tone, text, step = ANSWERS[answer.done]
        if answer.done in SETTLES:
            self._settled(letter)
        self._tell(tone, self.say(text), answer.why or self.say(step))

    def _discard(self) -> None:
        why = (self._why.value_input or self._why.value or "").strip()
        if self._chosen and why:
            self._button.disabled = True  # until something is typed again: one click is one discarding
            self._work.do(self._discarding(self._chosen, why))

    async def _discarding(self, letter: str, why: str) -> None:
        said = await self._desk.discard(self._user, letter, why)
        self._work.later(partial(self._gone, letter, said))

    def _gone(self, letter: str, said: Discarding) -> None:
        self._settled(letter)
        tone, text = SAID[said]
        self._tell(tone, self.say(text))

    def _tell(self, tone: Tone, text: str, step: str = "") -> None:
        change(self._told, self._html("notices", {"notices": [Notice(tone, text, step)]}))
