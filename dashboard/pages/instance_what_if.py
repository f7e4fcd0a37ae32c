"""Rules tried out on the days behind us, before they are saved: asked for, followed, cancelled, and shown."""

# mypy: disable-error-code="no-untyped-call,no-any-unimported"
# Panel's constructors declare no types.

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from bokeh.document import Document
from panel.viewable import Viewable
from panel_material_ui.widgets.button import Button
from panel_material_ui.widgets.select import RadioBoxGroup

from dashboard.drafts.draft import Draft
from dashboard.drafts.judged import Problem
from dashboard.drafts.what_if import WhatIf, other_rules
from dashboard.facts.board import DEFAULT_ZONE
from dashboard.pages.work import Work
from dashboard.parts import instances_screen, shell, what_if_screen
from dashboard.parts.block import block, change
from dashboard.parts.html import Html
from dashboard.words.notices import Notice, Tone
from dashboard.words.what_if import WHY
from schemas.what_if import Compared, NotCompared, Progress

log = structlog.get_logger(stage="dashboard")

SPANS = (7, 30, 90)
"""Days."""


class WhatIfPart:
    """Hidden while the draft has no other rules than those that are stored. What it shows is of the rules as they stand."""

    def __init__(self, html: Html, document: Document, what_if: WhatIf) -> None:
        self._html, self._what_if = html, what_if
        say = self.say = html.say
        self._work = Work(document, say, self._tell, say("Only administrators change providers."))
        self._draft: Draft | None = None
        self._rules: Mapping[str, Any] | None = None
        self._task: asyncio.Task[None] | None = None
        self._shown = block()
        spans = {say.many("%(n)s day", "%(n)s days", days): days for days in SPANS}
        self._days = RadioBoxGroup(options=spans, value=30, inline=True, margin=0)
        self._begin = Button(label=say("What would have happened?"), variant="outlined", size="small", margin=0)
        self._begin.on_click(lambda _event: self._asked())
        self._cancel = Button(label=say("Cancel"), variant="text", size="small", margin=0)
        self._cancel.on_click(lambda _event: self.cancel())
        self._cancel.visible = False
        head = block(what_if_screen.heading(html))
        tools = shell.flow(self._days, self._begin, self._cancel, gap="12px")
        self._card = shell.stack(head, tools, self._shown, gap="10px", **shell.CARD)
        self.body: Viewable = self._card
        self._card.visible = False
        document.on_session_destroyed(lambda _context: self.cancel())

    def show(self, draft: Draft | None, problems: tuple[Problem, ...]) -> None:
        """The draft as it is now. One that says something else than what was asked about has no answer any more."""
        rules = other_rules(draft, problems)
        if rules != self._rules or (draft and self._draft and draft.name != self._draft.name):
            self.cancel()
            change(self._shown, "")
        self._draft, self._rules = draft, rules
        self._card.visible = rules is not None

    def cancel(self) -> None:
        """End it, wherever it is."""
        if self._task:
            self._task.cancel()
            self._task = None
            self._idle()
            change(self._shown, "")

    def _asked(self) -> None:
        if self._draft and self._rules is not None and self._task is None:
            self._begin.disabled, self._cancel.visible = True, True
            change(self._shown, what_if_screen.under_way(self._html, None, self._zone))
            following = self._follow(self._draft.name, self._rules, self._days.value)
            self._task = asyncio.get_running_loop().create_task(following)

    async def _follow(self, name: str, rules: Mapping[str, Any], days: int) -> None:
        mine = asyncio.current_task()
        try:
            async with aclosing(self._what_if(name, rules, days)) as coming:
                async for told in coming:
                    self._work.later(partial(self._heard, mine, told))
        except NotCompared as exc:
            log.warning("rules not compared", instance=name, why=exc.why, said=str(exc))
            self._work.later(partial(self._ended, mine, self._failed(self.say(WHY[exc.why]))))
        except Exception:  # the tab must say that nothing came of it
            log.exception("rules not compared", instance=name)
            self._work.later(partial(self._ended, mine, self._failed(self.say("Try it again."))))
        else:
            self._work.later(partial(self._ended, mine, None))

    def _heard(self, task: object, told: Progress | Compared) -> None:
        if task is not self._task:
            return  # cancelled meanwhile
        if isinstance(told, Compared):
            change(self._shown, what_if_screen.result(self._html, told, self._zone))
        else:
            change(self._shown, what_if_screen.under_way(self._html, told, self._zone))

    def _ended(self, task: object, notice: Notice | None) -> None:
        if task is not self._task:
            return
        self._task = None
        self._idle()
        if notice:
            change(self._shown, instances_screen.told(self._html, notice))

    def _failed(self, why: str) -> Notice:
        return Notice("stopped", self.say("The rules could not be compared."), why)

    def _idle(self) -> None:
        self._begin.disabled, self._cancel.visible = False, False

    @property
    def _zone(self) -> ZoneInfo:
        """Of the instance: whatever may be compared has a valid one."""
        return ZoneInfo(self._draft.fields["zone"] if self._draft and self._rules is not None else DEFAULT_ZONE)

    def _tell(self, tone: Tone, text: str, step: str) -> None:
        change(self._shown, instances_screen.told(self._html, Notice(tone, text, step)))
