"""The dialog in which a clerk notes a promise or blocks a debtor: what, then once more whether, then what became of it."""

# mypy: disable-error-code="no-untyped-call,no-any-unimported"
# Panel's constructors declare no types.

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from html import escape
from typing import Literal, NamedTuple, get_args

import panel as pn
import structlog
from panel_material_ui.layout import Dialog
from panel_material_ui.widgets.button import Button
from panel_material_ui.widgets.input import DatePicker
from panel_material_ui.widgets.select import Select

from dashboard.parts.block import block, change
from dashboard.words.calling import BLOCK_REASONS
from dashboard.words.language import Language
from schemas.controls import BlockReason
from schemas.errors import RetryLater

log = structlog.get_logger(stage="dashboard")

What = Literal["promise", "block"]
Step = Literal["asking", "sure", "doing", "done"]
FURTHEST = timedelta(days=90)
"""A promise for later than this is none."""
USUAL = timedelta(days=3)


class Whom(NamedTuple):
    """The debtor as the dialog names him. `today`: of his provider. `promised`: the last day of a promise in force."""

    key: str
    name: str
    code: str
    today: date
    promised: date | None


class Decided(NamedTuple):
    """What the clerk chose. `until`: of a promise; None takes it back. `reason`: of a block."""

    what: What
    whom: Whom
    until: date | None = None
    reason: BlockReason = "asked"


class Deciding:
    """`dialog` is part of the page's body. `decide` does it; `closed` is called when the dialog ends, whatever was done."""

    def __init__(self, say: Language, decide: Callable[[Decided], Awaitable[None]], closed: Callable[[], None]) -> None:
        self._say = say
        self._decide = decide
        self._closed = closed
        self._chosen: Decided | None = None
        self._step: Step = "asking"
        self._text = block()
        self._until = DatePicker(label=say("Last day of the promise"), format="DD/MM/YYYY", margin=0, width=260)
        reasons = {say(BLOCK_REASONS[reason]): reason for reason in get_args(BlockReason)}
        self._reason = Select(label=say("Reason"), options=reasons, value="asked", margin=0, width=320)
        # two buttons: a second click on one that became the other would confirm what nobody has read
        self._onward = self._button("contained", self._forward)
        self._confirm = self._button("contained", self._confirmed, say("Confirm"))
        self._back = self._button("outlined", self._backward)
        self._take_back = self._button("text", self._taken_back, say("Take the promise back"))
        buttons = pn.Row(
            self._take_back,
            self._back,
            self._onward,
            self._confirm,
            margin=0,
            styles={"gap": "8px", "flex-wrap": "wrap"},
        )
        inside = pn.Column(
            self._text, self._until, self._reason, buttons, margin=0, styles={"gap": "16px", "min-width": "0"}
        )
        # a click beside it closes it, and only so Escape does too: nothing is done before it is confirmed
        self.dialog = Dialog(inside, open=False, show_close_button=False, close_on_click=True, width_option="sm")
        self.dialog.param.watch(self._opened_or_closed, "open")

    @staticmethod
    def _button(variant: str, then: Callable[[], Awaitable[None] | None], label: str = " ") -> Button:
        button = Button(label=label, variant=variant, size="small", margin=0)

        async def clicked(_event: object) -> None:
            done = then()
            if done is not None:
                await done

        button.on_click(clicked)
        return button

    def ask(self, what: What, whom: Whom) -> None:
        """Open the dialog about `whom`."""
        self._chosen = Decided(what, whom, whom.promised or whom.today + USUAL)
        self._until.param.update(start=whom.today, end=whom.today + FURTHEST, value=self._chosen.until)
        self._reason.value = "asked"
        self._turn("asking")
        title = self._say("Promise to pay") if what == "promise" else self._say("Do not call any more")
        self.dialog.param.update(title=title, open=True)

    def _turn(self, step: Step, told: str = "", *, wrong: bool = False) -> None:
        chosen, say = self._chosen, self._say
        if chosen is None:
            return
        self._step = step
        asking, promise = step == "asking", chosen.what == "promise"
        self._until.visible = asking and promise
        self._reason.visible = asking and not promise
        self._take_back.visible = asking and promise and chosen.whom.promised is not None
        self._back.param.update(visible=step in {"asking", "sure"}, label=say("Cancel") if asking else say("Back"))
        self._onward.param.update(visible=asking or step == "done", label=say("Go on") if asking else say("Close"))
        doing = step == "doing"
        self._confirm.param.update(visible=step == "sure" or doing, disabled=doing, loading=doing)
        who = f"<p><strong>{escape(chosen.whom.name)}</strong> <small>{escape(chosen.whom.code)}</small></p>"
        role = "alert" if wrong else "status"
        said = f'<p class="{"stopped" if wrong else ""}" role="{role}">{escape(told)}</p>' if told else ""
        change(self._text, f'<div class="decide">{who}{said}</div>')

    def _question(self, chosen: Decided) -> str:
        say = self._say
        if chosen.what == "block":
            return say(
                "Nobody calls this client any more, on any number. Reason: %(reason)s.",
                reason=say(BLOCK_REASONS[chosen.reason]),
            )
        if chosen.until is None:
            return say("The promise is taken back: this client may be called again.")
        return say("Nobody calls this client until %(day)s has passed.", day=say.day(chosen.until))

    def _taken_back(self) -> None:
        if self._chosen and self._step == "asking":
            self._chosen = self._chosen._replace(until=None)
            self._turn("sure", self._question(self._chosen))

    def _backward(self) -> None:
        if self._step == "asking":
            self.dialog.open = False
        elif self._step == "sure":
            self._turn("asking")

    def _forward(self) -> None:
        if self._chosen is None or self._step == "done":
            self.dialog.open = False
        elif self._step == "asking":
            self._check(self._chosen)

    async def _confirmed(self) -> None:
        chosen, say = self._chosen, self._say
        if chosen is None or self._step != "sure":
            return  # once is enough
        self._turn("doing", self._question(chosen))
        step, wrong = await self._do(chosen)
        told = wrong or say("Written down. The queue shows it at the next refresh.")
        if self._chosen is chosen:  # else somebody closed it meanwhile, and it may be about another
            self._turn(step, told, wrong=bool(wrong))

    def _check(self, chosen: Decided) -> None:
        until = self._until.value
        if chosen.what == "promise" and not (until and chosen.whom.today <= until <= chosen.whom.today + FURTHEST):
            day = self._say.day(chosen.whom.today + FURTHEST)
            self._turn("asking", self._say("Choose a day from today to %(day)s.", day=day), wrong=True)
            return
        self._chosen = chosen._replace(until=until, reason=self._reason.value)
        self._turn("sure", self._question(self._chosen))

    async def _do(self, chosen: Decided) -> tuple[Step, str]:
        """What comes next, and what went wrong."""
        say = self._say
        try:
            await self._decide(chosen)
        except PermissionError:
            return "done", say("Your role may not change this.")
        except LookupError:
            return "done", say("This client or provider is not there any more.")
        except RetryLater:
            return "sure", say("It could not be written down. Confirm again in a moment.")
        except Exception:  # whatever it was, the clerk must not take it for done
            log.exception("a decision failed")
            return "sure", say("It could not be written down. Confirm again in a moment.")
        return "done", ""

    def _opened_or_closed(self, event: object) -> None:
        if not getattr(event, "new", True):
            self._chosen = None
            self._closed()
